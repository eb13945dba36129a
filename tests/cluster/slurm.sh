#!/usr/bin/env bash
# A sweep by examples/slurm on a real Slurm of one node and two cores, disturbed at random:
#
#   tests/cluster/slurm.sh PROGRAM [DISTURBANCES [SEED]]
#
# Tasks are queued again, killed, told to end; the node is drained and resumed; a file of trials is torn; a task's own script is
# killed, so that nobody queues it again. Where a sweep ends before it was disturbed so often, another is begun. At the end of each
# results.json has the bytes of a single undisturbed run, and the same trials are stored: none lost, none doubled.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=stores.sh
. "$here/stores.sh"
# shellcheck source-path=SCRIPTDIR source=slurm-cluster.sh
. "$here/slurm-cluster.sh"

program=$(realpath "$1") disturbances=${2:-20} seed=${3:-$(date +%s)}
# Some of these claims look at their data more than once, which takes as many rounds.
readonly parts=8 sweep=('mf/*' --seed 6)
readonly patience=180 # seconds from the last disturbance to the end of a sweep

folder=$(mktemp -d "${TMPDIR:-/tmp}/sweep-XXXXXX")
out=
cleanup() {
    local code=$?
    ((code == 0)) || tell
    stop_cluster
    # Where the daemons were ended with us, as by a timeout, nobody else ends the tasks.
    pkill -KILL -f "$folder/" || true
    rm -rf "$folder"
}
trap cleanup EXIT
RANDOM=$seed

# tell: what there is to know about a failure.
tell() {
    cluster_logs
    squeue --all || true
    tail -n 20 "$out"/logs/*.log || true
} >&2

# pause MILLISECONDS: a random time below.
pause() {
    local milliseconds=$((RANDOM * $1 / 32768))
    sleep "$(printf '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000)))"
}

# tasks STATE: job and part of every task in this state (R, PD), one a line. Jobs are named ARRAY_TASK: the plain number of the
# last task is that of the whole array.
tasks() {
    squeue --noheader --array --name=solvable --states="$1" --format='%F_%K %K'
}

# program_of PART: the process that draws its trials; fails where none does.
program_of() {
    pgrep -f "^$program verify .*--out $out --shard $1/$parts "
}

# victim: sets job, part and process to those of a random task that draws trials, or fails.
victim() {
    local running
    mapfile -t running < <(tasks R)
    [ ${#running[@]} -gt 0 ] || return 1
    read -r job part <<< "${running[RANDOM % ${#running[@]}]}"
    process=$(program_of "$part")
}

# await_victim: waits for one; fails where the sweep ends before.
await_victim() {
    local begin=$SECONDS
    until victim; do
        ((SECONDS - begin < 60)) || fail "no task has drawn trials for a minute"
        [ -n "$(squeue --noheader)" ] || return 1
        sleep 0.1
    done
}

# disturb KIND: one of the things that happen to tasks, to a random one. What comes too late for its process, or too early, is
# tried with another task.
disturb() {
    local kind=$1
    await_victim || return 1
    until {
        case $kind in
            requeue) scontrol requeue "$job" ;;
            kill) kill -KILL "$process" ;;
            stop) kill -TERM "$process" ;;
            warn) timeout 2 scancel --batch --signal=USR1 "$job" ;;
            # The task counts as failed, and nobody queues it again before the merge job looks.
            script) timeout 2 scancel --batch --signal=KILL "$job" ;;
        esac
        gone "$process"
    } 2> /dev/null; do
        await_victim || return 1
    done
    done_to+=("$part:$kind")
    disturbed=$((disturbed + 1))
}

# gone PROCESS: whether it ends within five seconds.
gone() {
    local begin=$SECONDS
    while kill -0 "$1"; do
        ((SECONDS - begin < 5)) || return 1
        sleep 0.05
    done
}

# drain: takes the node away from running tasks, sees that none begins, gives it back.
drain() {
    scontrol update NodeName=localhost State=DRAIN Reason=test
    local job part
    while read -r job part; do
        scontrol requeue "$job"
        done_to+=("$part:drained")
    done < <(tasks R)
    # Longer than tasks are held back after they are queued again.
    sleep 8
    [ -z "$(tasks R)" ] || fail "tasks run on a drained node"
    scontrol update NodeName=localhost State=RESUME
}

# tear: cuts the end off a file of trials that nobody writes, as a machine does that loses power.
tear() {
    local waiting files file bytes
    mapfile -t waiting < <(tasks PD)
    for part in "${waiting[@]##* }"; do
        mapfile -t files < <(find "$out/shards" -name "$part-of-$parts*.jsonl" -size +1k 2> /dev/null)
        ((${#files[@]} > 0)) || continue
        file=${files[0]}
        bytes=$((1 + RANDOM % 300))
        truncate --size=-"$bytes" "$file"
        done_to+=("$part:torn")
        return
    done
    return 1
}

# await_end: until no job is left.
await_end() {
    local begin=$SECONDS
    while [ -n "$(squeue --noheader)" ]; do
        ((SECONDS - begin < patience)) || fail "jobs are left $patience s after the last disturbance"
        sleep 0.5
    done
}

echo "slurm: seed $seed"
begin=$EPOCHREALTIME
"$program" verify "${sweep[@]}" --out "$folder/expected" > /dev/null 2> "$folder/notes" ||
    fail "the undisturbed run: $(cat "$folder/notes")"
alone=$(((${EPOCHREALTIME/./} - ${begin/./}) / 1000))
echo "undisturbed: $(stored "$folder/expected" | wc -l) trials, $alone ms"

start_cluster
echo "cluster: $(sinfo --version), node $(sinfo --noheader --format='%N %c cores %T')"
disturbed=0 drained=false torn=false
readonly kinds=(requeue kill stop warn)

# disturbed_sweep: until all disturbances are done, or the sweep is.
disturbed_sweep() {
    SOLVABLE=$program "$here/../../examples/slurm/submit.sh" "$parts" "$out" "${sweep[@]}"
    while ((disturbed < disturbances)); do
        # So that a dozen of them fit into a sweep, also where others take the cores meanwhile.
        pause $((alone / disturbances < 800 ? alone / disturbances : 800))
        # The last one is the one whose task nobody queues again.
        if ((disturbed + 1 == disturbances)); then
            disturb script || break
        else
            disturb "${kinds[RANDOM % ${#kinds[@]}]}" || break
        fi
        if ! $drained && ((disturbed >= disturbances / 2)); then drain && drained=true; fi
        if ! $torn && ((disturbed >= disturbances / 4)) && tear; then torn=true; fi
    done
    await_end
}

while ((disturbed < disturbances)); do
    sweeps=$((${sweeps:-0} + 1))
    out=$folder/sweep-$sweeps done_to=()
    disturbed_sweep
    echo "sweep $sweeps, part:disturbance: ${done_to[*]}"
    echo "rounds: $(find "$out/logs" -name 'solvable-merge-*.log' | wc -l)," \
        "files of trials: $(store_files "$out" | wc -l), torn: $(torn "$out")"
    same_store "$folder/expected" "$out" || fail "other trials than those of the undisturbed run"
    same_results "$folder/expected" "$out" || fail "other results than those of the undisturbed run"
done
{ $drained && $torn; } || fail "the node was not drained, or no file was torn"
echo "$disturbed disturbances in $sweeps sweeps, tasks begun again:" \
    "$(scontrol show job | awk -F= '/Restarts=/ { split($3, n, " "); sum += n[1] } END { print sum }');" \
    "0 trials lost, 0 doubled, the same bytes after $SECONDS s"
