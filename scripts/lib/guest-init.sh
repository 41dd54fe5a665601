#!/bin/busybox sh
# shellcheck shell=dash
# The first program of a virtual machine of the tests (scripts/lib/qemu.sh): makes the root of the
# machine that started it, read-only over 9p, its own, and hands over to the agent that the kernel's
# command line names. It runs from the initramfs, with nothing but busybox.

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

# gatun.agent=PATH below the machine's root, gatun.options=WORDS of 9p
for word in $($busybox cat /proc/cmdline); do
  case $word in
    gatun.agent=*) agent=${word#gatun.agent=} ;;
  esac
done

p9=trans=virtio,version=9p2000.L,msize=524288
$busybox mount -t 9p -o "$p9,cache=loose,ro" root /machine || fail "no root over 9p"
$busybox mount -t tmpfs tmpfs /machine/tmp
$busybox mount -t tmpfs tmpfs /machine/run
$busybox mkdir /machine/run/share
# Not cached: the other side reads what a program here has just written.
$busybox mount -t 9p -o "$p9,cache=none" share /machine/run/share || fail "no share over 9p"
for mount in proc sys dev; do
  $busybox mount --move /$mount /machine/$mount
done
exec $busybox switch_root /machine /bin/bash "$agent"
