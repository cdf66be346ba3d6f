#!/bin/sh
# Times this program's training steps in turn with an engine prototype kept outside the source tree, on the same
# networks, and prints the medians as JSON lines.
#
#   bench/prototype.sh PROTOTYPE_FOLDER BUILD_FOLDER [ROUNDS] > bench/results/prototype.jsonl
#
# PROTOTYPE_FOLDER holds build.sh, which makes ./train, and nets.txt. It is copied before it is built.
set -eu
prototype=$1
build=$(cd "$2" && pwd)
rounds=${3:-5}
seconds=${SECONDS_EACH:-0.8}
machine=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
commit=$(git -C "$(dirname "$0")" rev-parse --short=10 HEAD 2> /dev/null || echo unknown)
compiler=$(g++ --version | head -n 1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$prototype"/* "$work"
chmod -R u+w "$work"
(cd "$work" && sh build.sh) >&2

number() { sed -n "s/.*\"$1\": *\([0-9.]*\).*/\1/p"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for isa in ${ISAS:-avx2 avx512}; do
  grep -q "${isa}[f ]" /proc/cpuinfo || continue
  for network in ${NETWORKS:-s32 m32 s64 m128}; do
    : > "$work/ours"
    : > "$work/theirs"
    round=0
    while [ "$round" -lt "$rounds" ]; do
      "$build/bench/train" --isa "$isa" --networks "$network" --seconds "$seconds" --rivals none --json |
        number ours >> "$work/ours"
      (cd "$work" && ISA=$isa ./train bench nets.txt "$network" "$seconds") | number med >> "$work/theirs"
      round=$((round + 1))
    done
    printf '{"machine": "%s", "isa": "%s", "commit": "%s", "compiler": "%s", "network": "%s", "ours": %.0f, "prototype": %.0f}\n' \
      "$machine" "$isa" "$commit" "$compiler" "$network" "$(median < "$work/ours")" "$(median < "$work/theirs")"
  done
done
