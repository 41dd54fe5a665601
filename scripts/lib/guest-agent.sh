# shellcheck shell=bash
# Runs commands in a virtual machine of the tests, whose init it is once guest-init.sh has made
# room. Its peer (io.gatun.hw.qemu.QemuGuest) speaks with it over a virtio-serial port, in lines of
# words that are quoted as for a shell:
#
#   to the agent     run ID WORD...     starts a command; its output goes to ID.out and ID.err in
#                                       the share
#                    signal ID NAME     as kill(1)
#   from the agent   ready              commands are taken from now on
#                    started ID
#                    ended ID STATUS    128 + the signal where one ended it
#
# The end of the peer is the end of the machine.

share=/run/share
pids=/run/agent

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8
mkdir "$pids" /dev/hugepages
mount -t hugetlbfs hugetlbfs /dev/hugepages
ip link set lo up

# run_command ID WORD...
run_command() {
  local id=$1
  shift
  exec >"$share/$id.out" 2>"$share/$id.err" </dev/null
  # bash lets background commands ignore these two.
  env --default-signal=INT,QUIT "$@" &
  echo $! >"$pids/$id"
  echo "started $id" >&3
  wait $!
  echo "ended $id $?" >&3
}

signal_command() {
  kill -s "$2" "$(<"$pids/$1")"
}

# What udev would do.
mkdir /dev/virtio-ports
for port in /sys/class/virtio-ports/*; do
  ln -s "../${port##*/}" "/dev/virtio-ports/$(<"$port/name")"
done

exec 3<>/dev/virtio-ports/agent
echo ready >&3
while IFS= read -r -u 3 line; do
  eval "words=($line)"
  # shellcheck disable=SC2154 # the line above sets it
  case ${words[0]} in
    run) run_command "${words[@]:1}" & ;;
    signal) signal_command "${words[@]:1}" ;;
  esac
done
echo o >/proc/sysrq-trigger
# The kernel needs a moment, and must not see its init end before.
sleep infinity
