#!/bin/busybox sh
# shellcheck shell=dash
# The first program of a virtual machine of the tests (scripts/lib/qemu.sh): makes a root, mounts
# what is shared, and hands over to the agent. It runs from the initramfs, with nothing but busybox.
# The kernel's command line says what it is to do:
#
#   gatun.agent=PATH   the agent, as it is called in the root
#   gatun.dist=PATH    where Gatun's distribution (the second disk) belongs. The root is the first
#                      disk then, below a tmpfs; without it the root is that of the machine that
#                      started this one, read-only over 9p.

busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
$busybox mount -t devtmpfs dev /dev

fail() {
  echo "guest-init: $*"
  # Without a root nothing can be said to the agent's peer, but it sees the end.
  $busybox poweroff -f
}

for module in /modules/*; do
  $busybox insmod "$module" || fail "cannot load $module"
done

dist=
for word in $($busybox cat /proc/cmdline); do
  case $word in
    gatun.agent=*) agent=${word#gatun.agent=} ;;
    gatun.dist=*) dist=${word#gatun.dist=} ;;
  esac
done

p9=trans=virtio,version=9p2000.L,msize=524288
root_over_9p() {
  $busybox mount -t 9p -o "$p9,cache=loose,ro" root /machine || fail "no root over 9p"
  $busybox mount -t tmpfs tmpfs /machine/tmp
  $busybox mount -t tmpfs tmpfs /machine/run
}

root_of_disks() {
  $busybox mkdir /lower /upper
  $busybox mount -t erofs -o ro /dev/vda /lower || fail "no root on the first disk"
  $busybox mount -t tmpfs tmpfs /upper
  $busybox mkdir /upper/files /upper/work
  $busybox mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work \
    overlay /machine || fail "no overlay"
  $busybox mkdir -p "/machine$dist"
  $busybox mount -t erofs -o ro /dev/vdb "/machine$dist" || fail "no Gatun on the second disk"
  $busybox mount -t tmpfs tmpfs /machine/run
}

if [ -n "$dist" ]; then root_of_disks; else root_over_9p; fi
$busybox mkdir /machine/run/share
# Not cached: the other side reads what a program here has just written.
$busybox mount -t 9p -o "$p9,cache=none" share /machine/run/share || fail "no share over 9p"
for mount in proc sys dev; do
  $busybox mount --move /$mount /machine/$mount
done
exec $busybox switch_root /machine /bin/bash "$agent"
