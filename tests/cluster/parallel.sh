#!/usr/bin/env bash
# A sweep by examples/parallel whose tasks are killed at random, and that is ended once by a signal and called again:
#
#   tests/cluster/parallel.sh PROGRAM [SEED]
#
# At the end results.json has the bytes of a single undisturbed run, and the same trials are stored.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=stores.sh
. "$here/stores.sh"

program=$(realpath "$1") seed=${2:-$(date +%s)}
readonly parts=4 kills=4 sweep=('mf/*' --seed 6)
RANDOM=$seed

folder=$(mktemp -d "${TMPDIR:-/tmp}/parallel-XXXXXX")
out=$folder/out
running=
cleanup() {
    end_sweep
    rm -rf "$folder"
}
trap cleanup EXIT

begin_sweep() {
    PARALLEL='--jobs 2' SOLVABLE=$program "$here/../../examples/parallel/sweep.sh" "$parts" "$out" "${sweep[@]}" \
        > "$folder/table" 2> "$folder/notes" &
    running=$!
}

# Ends the sweep and its tasks: a second SIGTERM makes GNU parallel end them, too.
end_sweep() {
    [ -n "$running" ] || return 0
    kill -TERM "$running" 2> /dev/null || true
    pkill -TERM --parent "$running" || true
    pkill -TERM --parent "$running" || true
    wait "$running" 2> /dev/null || true
    running=
}

# a_task: a process that draws trials of a part, at random.
a_task() {
    local processes
    mapfile -t processes < <(pgrep -f "^$program verify .*--out $out --shard ")
    ((${#processes[@]} > 0)) && echo "${processes[RANDOM % ${#processes[@]}]}"
}

# kill_a_task: as soon as there is one, and it has drawn for a while.
kill_a_task() {
    local task begin=$SECONDS
    sleep "0.$((100 + RANDOM % 400))"
    until task=$(a_task) && kill -KILL "$task" 2> /dev/null; do
        ((SECONDS - begin < 60)) || fail "no task has run for a minute: $(cat "$folder/notes")"
        sleep 0.02
    done
}

"$program" verify "${sweep[@]}" --out "$folder/expected" > /dev/null 2> "$folder/notes" ||
    fail "the undisturbed run: $(cat "$folder/notes")"
begin_sweep
for ((kill = 0; kill < kills; kill++)); do kill_a_task; done
end_sweep
stopped=$(stored "$out" | wc -l)
begin_sweep
wait "$running" || fail "the sweep: $(cat "$folder/notes")"
running=
echo "parallel: seed $seed; $kills kills, ended at $stopped trials, called again"
same_store "$folder/expected" "$out" || fail "other trials than those of the undisturbed run"
same_results "$folder/expected" "$out" || fail "other results than those of the undisturbed run"
