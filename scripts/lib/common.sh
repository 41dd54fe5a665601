# shellcheck shell=bash
# What every script shares: messages, usage errors, the undo list, processes it started.
# Source this file first; it turns on strict mode and catches signals.

set -euo pipefail

GATUN_ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
GATUN_SCRIPT=$(basename -- "$0")
# shellcheck disable=SC2034 # used by the files that source this one
readonly GATUN_ROOT GATUN_SCRIPT

# Says on stderr what is being done; stdout belongs to the script's result.
log() {
  printf '%s: %s\n' "$GATUN_SCRIPT" "$*" >&2
}

# die WHAT [REMEDY]: ends the script with status 1.
die() {
  printf '%s: error: %s\n' "$GATUN_SCRIPT" "$1" >&2
  [[ -z ${2-} ]] || printf '%s: remedy: %s\n' "$GATUN_SCRIPT" "$2" >&2
  exit 1
}

# Ends the script with status 2: the arguments are wrong, nothing has been done.
die_usage() {
  printf '%s: error: %s (see %s --help)\n' "$GATUN_SCRIPT" "$1" "$GATUN_SCRIPT" >&2
  exit 2
}

# print_help: the comment block at the top of the calling script is its manual.
print_help() {
  awk 'NR == 1 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$0"
}

require_root() {
  [[ $EUID -eq 0 ]] ||
    die "needs root (user id is $EUID): it $1" "run it as root, e.g. with sudo"
}

# require_whole_number NAME VALUE MIN MAX
require_whole_number() {
  if ! [[ $2 =~ ^[0-9]{1,9}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
    die_usage "$1: '$2' is not a whole number in [$3, $4]"
  fi
}

# ---- the undo list ---------------------------------------------------------------------------
# Whatever a script makes, it registers the reverse of with defer, at once. The list is worked off
# backwards when the script ends, however it ends. A failing step is named and does not stop the
# rest.

GATUN_UNDO=()

defer() {
  GATUN_UNDO+=("$(printf '%q ' "$@")")
}

# Works the list off. For a script that has something to say after it has tidied up.
undo_all() {
  local i
  # A second signal must not interrupt the tidying up half-way.
  trap '' INT TERM HUP
  for ((i = ${#GATUN_UNDO[@]} - 1; i >= 0; i--)); do
    eval "${GATUN_UNDO[i]}" || log "could not undo: ${GATUN_UNDO[i]}"
  done
  GATUN_UNDO=()
  catch_signals
}

on_exit() {
  local status=$?
  set +e
  undo_all
  exit "$status"
}

catch_signals() {
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

trap on_exit EXIT
catch_signals

# ---- waiting -----------------------------------------------------------------------------------

# wait_until SECONDS COMMAND...: polls until the command succeeds; fails when the time is over.
wait_until() {
  local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  until "$@"; do
    ((${EPOCHREALTIME/./} < deadline)) || return 1
    sleep 0.1
  done
}

# ---- processes ---------------------------------------------------------------------------------

process_gone() {
  ! kill -0 "$1" 2>/dev/null
}

# stop_process PID SECONDS: TERM, and KILL if it has not ended by then. Waits for the end.
stop_process() {
  process_gone "$1" && return 0
  kill -TERM "$1" 2>/dev/null
  wait_until "$2" process_gone "$1" || {
    log "process $1 did not end within $2 s of SIGTERM: killing it"
    kill -KILL "$1" 2>/dev/null
  }
  wait "$1" 2>/dev/null || true
}

group_gone() {
  ! kill -0 -- "-$1" 2>/dev/null
}

# stop_group PGID SECONDS: the same for a process group that run_group started.
stop_group() {
  group_gone "$1" && return 0
  kill -TERM -- "-$1" 2>/dev/null
  wait_until "$2" group_gone "$1" || {
    log "process group $1 did not end within $2 s of SIGTERM: killing it"
    kill -KILL -- "-$1" 2>/dev/null
  }
  wait "$1" 2>/dev/null || true
}

# run_group COMMAND...: runs a long command in a process group of its own and waits for it.
# bash handles a signal only after the foreground command ends; a background command that is
# waited for can be ended at once, together with its children. Returns the command's status.
run_group() {
  # bash lets background commands ignore these two, and their children would inherit that.
  setsid env --default-signal=INT,QUIT "$@" &
  await_group "$!"
}

# run_group_into FILE COMMAND...: the same with the output in a file. Redirecting run_group itself
# would redirect what is said and done when a signal ends the script, too.
run_group_into() {
  local file=$1
  shift
  setsid env --default-signal=INT,QUIT "$@" >"$file" 2>&1 &
  await_group "$!"
}

await_group() {
  local status=0
  defer stop_group "$1" 10
  wait "$1" || status=$?
  unset 'GATUN_UNDO[-1]'
  return "$status"
}

# with_lock NAME COMMAND...: one process on this machine at a time. The lock is gone with the
# script, so a failing command may simply end it.
with_lock() {
  local file=/run/lock/gatun-$1.lock fd
  shift
  mkdir -p /run/lock
  exec {fd}>"$file"
  if ! flock -n "$fd"; then
    log "waiting for another run to release $file"
    flock "$fd"
  fi
  # Not for the command's children: one that stays, a daemon say, would keep the lock.
  "$@" {fd}>&-
  exec {fd}>&-
}
