# shellcheck shell=bash
# A Slurm of one node and two cores on the loopback interface, for tests: everything lies in one folder, which leaves
# with its daemons. Sourced; asks for the Debian packages munge, slurmctld, slurmd and slurm-client.

cluster=            # the folder
cluster_daemons=()  # process ids

# start_cluster: returns when a node is idle and takes jobs.
start_cluster() {
    cluster=$(mktemp -d "${TMPDIR:-/tmp}/slurm-XXXXXX")
    mkdir "$cluster"/{munge,state,spool,log}
    # munged insists that others may reach its socket and that nobody else reads its key.
    chmod 711 "$cluster" "$cluster/munge"
    (umask 077 && head -c 1024 /dev/urandom > "$cluster/munge/key")
    configure
    daemon munged munged --foreground --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" \
        --pid-file="$cluster/munge/pid" --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed"
    await 10 "munged" munged_answers
    daemon slurmctld slurmctld -D -f "$SLURM_CONF"
    await 20 "slurmctld" scontrol ping
    daemon slurmd slurmd -D -f "$SLURM_CONF" -N localhost
    await 30 "slurmd" node_is_idle
    await 20 "a first job" srun --quiet true
}

# A requeued job is held back for cred_expire seconds, whose smallest value is 5; the default of 120 is for clocks that differ.
# No control groups, no accounting: the test may run in a container.
configure() {
    export SLURM_CONF=$cluster/slurm.conf
    local user ports
    user=$(id -un)
    ports=$(free_ports 2)
    cat > "$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
SlurmctldPort=${ports% *}
SlurmdPort=${ports#* }
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1
ReturnToService=2
JobRequeue=1
KillWait=5
MinJobAge=3600
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE State=UP
CONF
}

# free_ports COUNT: ports on which nobody answers.
free_ports() {
    local found=() port
    while [ ${#found[@]} -lt "$1" ]; do
        port=$((20000 + RANDOM % 10000))
        (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null || found+=("$port")
    done
    echo "${found[*]}"
}

# daemon NAME COMMAND...: runs a daemon below us, its words in log/NAME.
daemon() {
    local name=$1
    shift
    PATH=$PATH:/usr/sbin "$@" > "$cluster/log/$name" 2>&1 &
    cluster_daemons+=($!)
}

munged_answers() {
    munge -n -S "$cluster/munge/socket" | unmunge -S "$cluster/munge/socket"
}

node_is_idle() {
    sinfo --noheader --format=%T | grep -qx idle
}

# await SECONDS WHAT COMMAND...: repeats the command until it succeeds; a cluster that does not come up is an error with logs.
await() {
    local seconds=$1 what=$2 begin=$SECONDS
    shift 2
    until "$@" > /dev/null 2>&1; do
        if ((SECONDS - begin >= seconds)); then
            echo "the test cluster does not come up: no answer of $what within $seconds s" >&2
            cluster_logs
            exit 1
        fi
        sleep 0.2
    done
}

cluster_logs() {
    local log
    for log in "$cluster"/log/* "$cluster"/munge/log; do
        [ -s "$log" ] && printf -- '--- %s\n' "$log" && tail -n 60 "$log"
    done >&2
    return 0
}

# stop_cluster: ends the daemons in the order in which they need each other, and removes the folder.
stop_cluster() {
    [ -n "$cluster" ] || return 0
    local index begin=$SECONDS
    if ((${#cluster_daemons[@]} == 3)); then
        timeout 10 scancel --quiet --user="$(id -un)" || true
        while ((SECONDS - begin < 20)) && [ -n "$(timeout 10 squeue --noheader)" ]; do sleep 0.2; done
    fi
    for ((index = ${#cluster_daemons[@]} - 1; index >= 0; index--)); do
        kill "${cluster_daemons[index]}" 2> /dev/null || true
        wait "${cluster_daemons[index]}" 2> /dev/null || true
    done
    rm -rf "$cluster"
    cluster=
    cluster_daemons=()
}
