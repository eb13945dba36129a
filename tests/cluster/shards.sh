#!/usr/bin/env bash
# What a sweep costs in 1, 2, 4, 8 parts, one thread each, two at a time:
#
#   tests/cluster/shards.sh PROGRAM [ARGUMENT OF verify...]
#
# Prints CSV: parts, wall seconds and CPU seconds (user and system) of all tasks, of the judgement behind them, and trials.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=stores.sh
. "$here/stores.sh"

program=$1
shift
sweep=("${@:-mf/*}")
folder=$(mktemp -d "${TMPDIR:-/tmp}/shards-XXXXXX")
trap 'rm -rf "$folder"' EXIT
export LC_ALL=C TIMEFORMAT='%R %U %S'

# tasks PARTS: all parts of a sweep in as many tasks.
tasks() {
    seq "$1" | xargs -P 2 -I{} "$program" verify "${sweep[@]}" --jobs 1 --shard "{}/$1" --out "$folder/$1" 2>> "$folder/notes"
}

# measured COMMAND...: its wall and CPU seconds.
measured() {
    { time "$@" > /dev/null 2>> "$folder/notes"; } 2>&1 | awk '{ printf "%.2f,%.2f", $1, $2 + $3 }'
}

echo "parts,wall_s,cpu_s,judging_wall_s,judging_cpu_s,trials"
for parts in 1 2 4 8; do
    drawing=$(measured tasks "$parts")
    judging=$(measured "$program" verify "${sweep[@]}" --jobs 1 --out "$folder/$parts")
    echo "$parts,$drawing,$judging,$(stored "$folder/$parts" | wc -l)"
    same_results "$folder/1" "$folder/$parts" || fail "other results in $parts parts"
done
