#!/bin/sh
# Times this program's training steps in turn with an engine prototype kept outside the source tree, on the same
# networks, and prints the medians and their ratio as a markdown table.
#
#   bench/prototype.sh PROTOTYPE_FOLDER BUILD_FOLDER [ROUNDS]
#
# PROTOTYPE_FOLDER holds build.sh, which makes ./train, and nets.txt. It is copied before it is built.
set -eu
prototype=$1
build=$(cd "$2" && pwd)
rounds=${3:-5}
seconds=0.8

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$prototype"/* "$work"
chmod -R u+w "$work"
(cd "$work" && sh build.sh)

number() { sed -n "s/.*\"$1\": *\([0-9.]*\).*/\1/p"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "| instruction set | network | ours, images/s | prototype | ratio |"
echo "|---|---|--:|--:|--:|"
for isa in ${ISAS:-avx2 avx512}; do
  grep -q "${isa}[f ]" /proc/cpuinfo || continue
  for network in ${NETWORKS:-s32 m32 s64 m128}; do
    : > "$work/ours"
    : > "$work/theirs"
    round=0
    while [ "$round" -lt "$rounds" ]; do
      "$build/bench/train" --isa "$isa" --networks "$network" --seconds $seconds --json | number ours >> "$work/ours"
      (cd "$work" && ISA=$isa ./train bench nets.txt "$network" $seconds) | number med >> "$work/theirs"
      round=$((round + 1))
    done
    ours=$(median < "$work/ours")
    theirs=$(median < "$work/theirs")
    ratio=$(awk "BEGIN { printf \"%.2f\", $ours / $theirs }")
    printf '| %s | %s | %.0f | %.0f | %s |\n' "$isa" "$network" "$ours" "$theirs" "$ratio"
  done
done
