# shellcheck shell=bash
# What a run has left on the machine. Needs common.sh.

# Processes carry the run in their environment, containers in a label (DpdkContainer sets it).
export GATUN_RUN_ID=${GATUN_RUN_ID:-gatun-$$-$(date +%s)}

# machine_state: one line per thing that a run might leave behind. Taken before and after, the two
# must be equal.
machine_state() {
  {
    ip netns list | awk '{ print "network namespace", $1 }'
    ip -o link show | awk -F': ' '{ sub(/@.*/, "", $2); print "interface", $2 }'
    # iproute2 makes the mount /run/netns itself with the first namespace ever, for good.
    awk '$5 != "/run/netns" { print "mount", $5 }' /proc/self/mountinfo
    entries_of "${RUNTIME_DIRECTORY:-/var/run}/dpdk" 'run-time folder of DPDK'
    entries_of /dev/hugepages 'huge page file'
    run_processes
  } | LC_ALL=C sort
}

# entries_of FOLDER WHAT
entries_of() {
  [[ ! -d $1 ]] || find "$1" -mindepth 1 -maxdepth 1 -printf "$2 %p\n"
}

# The processes that this run started, wherever they have gone since. Those in the script's own
# process group are the script and its helpers of this moment.
run_processes() {
  local entry group own_group
  own_group=$(process_group /proc/$$)
  for entry in /proc/[0-9]*; do
    grep -qszxF "GATUN_RUN_ID=$GATUN_RUN_ID" "$entry/environ" || continue
    group=$(process_group "$entry")
    [[ -z $group || $group == "$own_group" ]] ||
      printf 'process %s %s\n' "${entry#/proc/}" "$(tr '\0' ' ' <"$entry/cmdline" | cut -c 1-100)"
  done
}

# The name in the second field may hold blanks and brackets: count from its end.
process_group() {
  sed -E 's/.*\) //' "$1/stat" 2>/dev/null | cut -d ' ' -f 3
}

# leaks_since STATE: what is there now and was not then.
leaks_since() {
  comm -13 <(printf '%s\n' "$1") <(machine_state)
}

no_leaks_since() {
  [[ -z $(leaks_since "$1") ]]
}

# check_leaks STATE: names what was left, after giving the kernel a moment: interfaces and
# namespaces go some time after the process that held them.
check_leaks() {
  wait_until 10 no_leaks_since "$1" && return 0
  log "error: this run left behind:"
  leaks_since "$1" | sed 's/^/  /' >&2
  return 1
}

# remove_run_containers: ends what tests should have ended; fails if there was any.
remove_run_containers() {
  local containers=()
  docker_answers || return 0
  mapfile -t containers < <(docker ps -aq --filter "label=io.gatun.run=$GATUN_RUN_ID")
  ((${#containers[@]})) || return 0
  log "error: this run left ${#containers[@]} containers behind; removing: ${containers[*]}"
  docker rm -f "${containers[@]}" >/dev/null
  return 1
}
