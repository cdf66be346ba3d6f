#!/bin/sh
# Is a search worth it? Searches DATA with increasing image sizes (60 trials, 32 -> 64 -> 128 px, grey, two workers) and
# trains ten random points at 128 px, each once; prints both as JSON lines. Every step resumes where it was stopped.
#
#   bench/first_search.sh CRESCENDO DATA FOLDER > bench/results/first_search.jsonl
set -eu
crescendo=$1 data=$2 folder=$3
mkdir -p "$folder/random"

"$crescendo" tune --data "$data" --grey --sizes 32,64,128 --trials 60 --sampler random --jobs 2 --seed 1 \
  --out "$folder/clothing" --json | tr -d '\n' | sed 's/  */ /g'
echo

# Ten points drawn at 128 px: a flat search of one epoch, without finals, whose results are not looked at.
if [ ! -f "$folder/random/9.toml" ]; then
  "$crescendo" tune --data "$data" --grey --sizes 128 --schedule flat --trials 10 --epochs 1 --seed 1 \
    --out "$folder/points" --dry-run > /dev/null
  sed 's/^name = "flat"/name = "flat"\nrepeats = 0/' "$folder/points/study.toml" > "$folder/points/flat.toml"
  "$crescendo" tune --study-file "$folder/points/flat.toml" --jobs 2 --out "$folder/points" --quiet
  for trial in 0 1 2 3 4 5 6 7 8 9; do
    "$crescendo" best --storage "sqlite:///$folder/points/study.db" --trial $trial > "$folder/random/$trial.toml"
  done
fi
export crescendo data folder
seq 0 9 | xargs -P 2 -I TRIAL sh -c '
  out="$folder/random/TRIAL.json"
  [ -s "$out" ] || "$crescendo" train --point "$folder/random/TRIAL.toml" --data "$data" --size 128 --epochs 30 --jobs 1 \
    --json > "$out.new" 2> "$folder/random/TRIAL.log" || { sed "s/^crescendo: //" "$folder/random/TRIAL.log" |
    sed "s/.*/{\"failed\": \"&\"}/" > "$out.new"; }
  [ -s "$out" ] || mv "$out.new" "$out"'
for trial in 0 1 2 3 4 5 6 7 8 9; do
  printf '{"random_point": %s, "result": ' $trial
  tr -d '\n' < "$folder/random/$trial.json" | sed 's/  */ /g'
  echo '}'
done
