#!/bin/sh
# Verdicts of the quick suite at fresh seeds: how often is it green where nobody has looked before?
#
#   examples/fresh-seeds.sh FIRST LAST [DIR]      # with the release build of the program; DIR keeps the trials
#
# Prints a row for each seed (wall and CPU seconds, claims by verdict) and the cases that were not decided or drew more
# trials than they declare. A seed whose trials are kept is judged again without drawing them anew.
set -eu
first=$1 last=$2 folder=${3:-fresh-seeds}
program=$(dirname "$0")/../target/release/solvable
mkdir -p "$folder"
for seed in $(seq "$first" "$last"); do
    out=$folder/$seed
    mkdir -p "$out"
    begin=$(date +%s)
    "$program" verify --seed "$seed" --out "$out" > "$out/table.txt" 2> "$out/notes.txt" || true
    end=$(date +%s)
    printf 'seed %s: %s s, %s\n' "$seed" $((end - begin)) "$(grep ' claims: ' "$out/table.txt")"
    grep -E '^(inconclusive|refuted|powerless|failed) ' "$out/table.txt" || true
done
