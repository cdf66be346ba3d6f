#!/bin/sh
# How long a start takes: the first, which decodes every picture, and the second, which finds them in the cache. The search
# itself is one trial of one epoch, which the second start finds finished. Prints JSON lines.
#
#   bench/reading.sh CRESCENDO DATA FOLDER > bench/results/reading.jsonl
set -eu
crescendo=$1 data=$2 folder=$3
rm -rf "$folder"
for start in first second; do
  begin=$(date +%s%N)
  "$crescendo" tune --data "$data" --grey --sizes 32,64,128 --schedule flat --trials 1 --epochs 1 --out "$folder" --json \
    > /dev/null
  end=$(date +%s%N)
  trial=$("$crescendo" trials --storage "sqlite:///$folder/study.db" --json | sed -n 's/.*"seconds": *\([0-9.]*\),.*/\1/p')
  [ $start = first ] || trial=0
  awk "BEGIN { printf \"{\\\"start\\\": \\\"$start\\\", \\\"seconds\\\": %.3f}\\n\", ($end - $begin) / 1e9 - $trial }"
done
