#!/usr/bin/env bash
# A sweep in PARTS tasks by GNU parallel, on one machine or over ssh on several that share DIR:
#
#   sweep.sh PARTS DIR [ARGUMENT OF verify...]
#   PARALLEL='--sshloginfile nodes' sweep.sh 64 /scratch/me/norm 'norm/*' --profile full
#
# Called again it goes on with what is missing, also with another number of parts. SOLVABLE is the program (solvable), PARALLEL
# holds options of GNU parallel; ROUNDS is how often the parts may be gone through (6): once for every look at the data that is not
# decided by the one before, at most four, and two times for what is lost to dead machines.
set -euo pipefail

if (($# < 2)); then
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
readonly incomplete=75 # exit code of the program: trials are missing
parts=$1 folder=$2
shift 2
read -ra solvable <<< "${SOLVABLE:-solvable}"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# What `status` takes of the arguments of `verify`. Which claims were asked for it reads in the folder.
scope=()
scope_of() {
    while (($# > 0)); do
        case $1 in
            --profile | --seed | --trials) scope+=("$1" "$2") && shift ;;
            --profile=* | --seed=* | --trials=*) scope+=("$1") ;;
        esac
        shift
    done
}
scope_of "$@"

code=$incomplete
for ((round = 1; code == incomplete && round <= ${ROUNDS:-6}; round++)); do
    # One thread a task, as many tasks at once as there are cores. What is killed is begun again, five times at the most; whoever
    # ends the sweep leaves the trials in flight half a minute. --quote keeps patterns from the shells in between.
    seq "$parts" | parallel --quote --retries 5 --termseq TERM,30000,KILL,1000 \
        "${solvable[@]}" verify "$@" --out "$folder" --shard "{}/$parts" --jobs 1 || true
    code=0
    "${solvable[@]}" status "$folder" "${scope[@]}" || code=$?
done
((code != incomplete)) || exit "$incomplete"
# The same run without a part: it finds its trials, judges and writes what a single run would have.
"${solvable[@]}" verify "$@" --out "$folder"
