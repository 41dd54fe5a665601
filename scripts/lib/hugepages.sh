# shellcheck shell=bash
# Huge pages of 2 MB for DPDK's memory. Needs common.sh.

HUGETLBFS=/dev/hugepages

# need_hugepages MEGABYTES: so much is free on every NUMA node that has memory. The reservation
# stays when the script ends: DPDK programs run by hand need it as well, and freeing a page that
# another process is about to use would break that process. Give it back with
#   echo 0 > /proc/sys/vm/nr_hugepages
need_hugepages() {
  local pages=$((($1 + 1) / 2)) pool pools=()
  for pool in /sys/devices/system/node/node*/hugepages/hugepages-2048kB; do
    node_has_memory "$pool" && pools+=("$pool")
  done
  # A kernel without NUMA has the one pool only.
  ((${#pools[@]})) || pools=(/sys/kernel/mm/hugepages/hugepages-2048kB)
  for pool in "${pools[@]}"; do
    [[ -r $pool/nr_hugepages ]] ||
      die "this kernel has no huge pages of 2 MB ($pool is missing)" "boot a kernel with CONFIG_HUGETLBFS"
    with_lock hugepages reserve_pages "$pool" "$pages"
  done
}

node_has_memory() {
  local meminfo=${1%/hugepages/*}/meminfo
  [[ -r $meminfo ]] && ! grep -qE 'MemTotal:[[:space:]]+0 kB' "$meminfo"
}

# reserve_pages POOL PAGES: enlarges the pool until PAGES are free in it.
reserve_pages() {
  local pool=$1 want=$2 free total
  free=$(<"$pool/free_hugepages")
  ((free >= want)) && return 0
  require_root "reserves huge pages"
  total=$(<"$pool/nr_hugepages")
  log "huge pages: $free of $want pages of 2 MB are free: reserving $((want - free)) more (they stay)"
  echo $((total + want - free)) >"$pool/nr_hugepages"
  free=$(<"$pool/free_hugepages")
  if ((free < want)); then
    # Memory may be in pieces: let the kernel put it together, and ask again.
    echo 1 >/proc/sys/vm/compact_memory
    echo $(($(<"$pool/nr_hugepages") + want - free)) >"$pool/nr_hugepages"
    free=$(<"$pool/free_hugepages")
  fi
  ((free >= want)) ||
    die "huge pages: only $free of the $want pages of 2 MB asked for could be reserved in $pool" \
      "free some memory, or boot with hugepages=$want on the kernel's command line"
}

# mount_hugetlbfs: for EAL without --in-memory, whose secondary processes share files in it.
# Unmounted again when the script ends if it was not there before.
mount_hugetlbfs() {
  grep -qE "^[^ ]+ $HUGETLBFS hugetlbfs " /proc/mounts && return 0
  require_root "mounts $HUGETLBFS"
  log "huge pages: mounting hugetlbfs on $HUGETLBFS until this run ends"
  if [[ ! -d $HUGETLBFS ]]; then
    mkdir "$HUGETLBFS"
    defer rmdir "$HUGETLBFS"
  fi
  mount -t hugetlbfs -o pagesize=2M hugetlbfs "$HUGETLBFS"
  defer unmount_hugetlbfs
}

# Another run may have begun to use the mount meanwhile: then it stays.
unmount_hugetlbfs() {
  umount "$HUGETLBFS" 2>/dev/null || log "huge pages: $HUGETLBFS is in use by somebody else now: left mounted"
}
