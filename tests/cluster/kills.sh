#!/usr/bin/env bash
# Kills a run at random moments with SIGKILL and starts it again, until it is through, and so on with fresh folders:
#
#   tests/cluster/kills.sh PROGRAM [KILLS [SEED]]
#
# At every kill: what was stored before is stored, to the byte, and at most one line is torn. At every end: the trials and
# the bytes of results.json are those of a run that nobody disturbed, and no trial was drawn twice that had been stored.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=stores.sh
. "$(dirname "$0")/stores.sh"

program=$1 kills=${2:-100} seed=${3:-$(date +%s)}
# Some of these claims look at their data more than once.
readonly sweep=('mf/*' --seed 6)

folder=$(mktemp -d "${TMPDIR:-/tmp}/kills-XXXXXX")
running=
cleanup() {
    if [ -n "$running" ]; then
        kill -KILL "$running" 2> /dev/null || true
        wait "$running" 2> /dev/null || true
    fi
    rm -rf "$folder"
}
trap cleanup EXIT
RANDOM=$seed
LC_ALL=C

now() { # milliseconds
    echo $((${EPOCHREALTIME/./} / 1000))
}

# cpu NAME: sets NAME to the milliseconds of CPU that the children have used so far.
cpu() {
    times > "$folder/times"
    printf -v "$1" %d "$(awk -F '[ms ]+' 'NR == 2 { print int(1000 * (60 * ($1 + $3) + $2 + $4)) }' "$folder/times")"
}

# keep DIR: remembers the whole lines of every file, for `kept`.
keep() {
    local file
    rm -rf "$folder/before"
    mkdir "$folder/before"
    while read -r file; do
        mkdir -p "$(dirname "$folder/before/${file#"$1"/}")"
        # Up to the last line end: a torn line may go.
        sed -n '${/}}$/!d};p' "$file" > "$folder/before/${file#"$1"/}"
    done < <(store_files "$1")
}

# kept DIR: every file that was kept still begins with the same bytes.
kept() {
    local file
    while read -r file; do
        cmp -n "$(stat -c %s "$file")" "$file" "$1/${file#"$folder/before"/}" || fail "$file lost stored trials"
    done < <(store_files "$folder/before")
}

# begin DIR: a run in the background.
begin() {
    "$program" verify "${sweep[@]}" --out "$1" > "$folder/table" 2> "$folder/notes" &
    running=$!
}

# ended: waits for the run; false where it was killed. Any other end but a good one is an error.
ended() {
    local code=0
    wait "$running" 2> /dev/null || code=$?
    running=
    ((code == 0 || code == 137)) || fail "a run ends with $code: $(cat "$folder/notes")"
    ((code == 0))
}

# disturbed DIR: a run that is killed at a random moment, from before it reads the store to its report; false where it had ended.
disturbed() {
    local milliseconds=$((RANDOM * alone / 5 / 32768))
    keep "$1"
    begin "$1"
    sleep "$(printf '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000)))"
    kill -KILL "$running" 2> /dev/null || true
    ! ended || return 1
    kept "$1"
}

before=0 used=0
cpu before
start=$(now)
begin "$folder/expected"
ended
alone=$(($(now) - start))
cpu used
used_alone=$((used - before))
echo "kills: seed $seed; undisturbed: $(stored "$folder/expected" | wc -l) trials, $alone ms, $used_alone ms of CPU"

killed=0 sweeps=0 torn_lines=0
cpu before
start=$(now)
while ((killed < kills)); do
    sweeps=$((sweeps + 1))
    out=$folder/$sweeps
    mkdir "$out"
    torn_before=0
    while ((killed < kills)) && disturbed "$out"; do
        killed=$((killed + 1))
        torn_now=$(torn "$out")
        ((torn_now <= torn_before + 1)) || fail "more than one torn line by one kill"
        torn_lines=$((torn_lines + (torn_now > torn_before ? torn_now - torn_before : 0))) torn_before=$torn_now
    done
    keep "$out"
    begin "$out"
    ended
    kept "$out"
    same_store "$folder/expected" "$out" || fail "sweep $sweeps has other trials"
    same_results "$folder/expected" "$out" || fail "sweep $sweeps has other results"
    rm -rf "$out"
done
cpu used
echo "$killed kills in $sweeps sweeps and $((($(now) - start) / 1000)) s, $torn_lines torn lines; 0 trials lost, 0 repeated, the same bytes"
echo "CPU: $(((used - before) / sweeps)) ms a sweep, $used_alone ms undisturbed"
