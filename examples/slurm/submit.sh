#!/usr/bin/env bash
# Submits a sweep: an array of PARTS tasks, and a job behind it that joins what they drew.
#
#   submit.sh PARTS DIR [ARGUMENT OF verify...]
#   submit.sh 8 /scratch/me/norm 'norm/*' --profile full
#
# DIR lies where all nodes see it. Called again it goes on with what is missing, also with another number of parts.
# SOLVABLE is the program (solvable); ROUNDS is how often the array may be submitted (6): a round for every look at the
# data that is not decided by the one before, at most four, and two for what is lost to dead nodes.
set -euo pipefail

if (($# < 2)); then
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
parts=$1 folder=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-6}

mkdir -p "$folder/logs"
folder=$(cd "$folder" && pwd)
sweep=$(sbatch --parsable --array="1-$parts" --output="$folder/logs/%x-%A_%a.log" \
    "$here/sweep.sbatch" "$parts" "$folder" "$@")
# afterany, not afterok: the last job looks for itself at what is stored, and a task that failed must not keep it from telling.
merge=$(sbatch --parsable --dependency="afterany:$sweep" --output="$folder/logs/%x-%A.log" \
    "$here/merge.sbatch" "$here" "$((rounds - 1))" "$parts" "$folder" "$@")
echo "sweep $sweep, merge $merge; logs in $folder/logs"
