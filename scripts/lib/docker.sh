# shellcheck shell=bash
# A container engine: the one that runs already, or one of our own that ends with the script.

docker_answers() {
  docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

# ensure_docker: after this `docker` works. What is started here is stopped when the script ends.
ensure_docker() {
  need_container_packages
  if docker_answers; then
    log "docker: using the engine that is running"
    return 0
  fi
  require_root "starts a container engine"
  mount_cgroups
  start_dockerd
}

# The engine needs cgroup controllers; without systemd nobody may have mounted them yet.
mount_cgroups() {
  grep -qE '^[^ ]+ /sys/fs/cgroup[ /]' /proc/mounts && return 0
  log "docker: mounting the cgroup hierarchy on /sys/fs/cgroup"
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  defer umount /sys/fs/cgroup
}

# No bridge and no packet filter rules: Gatun's containers talk over shared memory and taps, so the
# host's network stays as it is (and the kernel may lack those modules).
start_dockerd() {
  local log_file=/run/gatun-dockerd-$$.log pid
  log "docker: starting an engine for this run (log: $log_file)"
  # A session of its own: Ctrl-C reaches this script, which then stops the engine last.
  setsid dockerd --bridge=none --iptables=false --ip-forward=false --ip-masq=false \
    >"$log_file" 2>&1 &
  pid=$!
  defer rm -f "$log_file"
  docker_root_mounted || defer unmount_docker_root
  defer stop_dockerd "$pid"
  wait_until 60 docker_answers_or_ended "$pid" || true
  docker_answers || {
    tail -n 15 "$log_file" >&2
    die "dockerd (process $pid) does not answer" "read its lines above"
  }
}

docker_answers_or_ended() {
  docker_answers || process_gone "$1"
}

stop_dockerd() {
  log "docker: stopping the engine that this run started (process $1)"
  stop_process "$1" 60
}

docker_root_mounted() {
  grep -q '^[^ ]* /var/lib/docker ' /proc/mounts
}

# The engine mounts its own folder onto itself, and forgets to unmount it where the machine's root
# is itself a folder of another file system (in a chroot, say).
unmount_docker_root() {
  ! docker_root_mounted || umount /var/lib/docker
}
