# shellcheck shell=bash
# What a virtual machine of the tests boots: a Debian kernel and a small initramfs. Needs common.sh
# and packages.sh. The machine's own root is the guest's (read-only, over 9p), so nothing else has
# to be made: the JDK, Gatun and DPDK are there already.

GUEST_CACHE=${GATUN_GUEST_CACHE:-/var/cache/gatun/guest}
GUEST_INIT=$GATUN_ROOT/scripts/lib/guest-init.sh
# The ways to the 9p root and to the agent; everything else is loaded from the root.
GUEST_BOOT_MODULES="virtio_pci virtio_console 9pnet_virtio 9p"

# ensure_guest: after this GATUN_GUEST is a folder with vmlinux, initramfs.cpio, and the kernel's
# modules below modules/ (for modprobe -d). Kept for the next run; an older recipe's is replaced.
ensure_guest() {
  need_qemu_packages
  GATUN_GUEST=$GUEST_CACHE/$(guest_recipe)
  export GATUN_GUEST
  [[ -r $GATUN_GUEST/initramfs.cpio ]] || with_lock guest make_guest
}

# Changes whenever what goes into it does.
guest_recipe() {
  {
    declare -f fetch_guest_kernel make_initramfs unpack_vmlinux download_packages
    cat "$GUEST_INIT"
    echo "$GUEST_BOOT_MODULES"
    uname -m
  } | sha256sum | cut -c 1-12
}

make_guest() {
  local work=$GATUN_GUEST.new start=$SECONDS
  [[ ! -r $GATUN_GUEST/initramfs.cpio ]] || return 0
  require_root "unpacks a kernel into $GUEST_CACHE"
  log "guest: fetching a Debian kernel for virtual machines (about 20 s)"
  rm -rf "$work"
  mkdir -p "$work/packages" "$work/root"
  defer rm -rf "$work"
  fetch_guest_kernel "$work" >"$work/log" 2>&1 || {
    tail -n 15 "$work/log" >&2
    die "could not make a kernel and an initramfs for virtual machines" "read the lines above"
  }
  rm -rf "${GUEST_CACHE:?}"/[0-9a-f]*[0-9a-f]
  mv "$work" "$GATUN_GUEST"
  unset 'GATUN_UNDO[-1]'
  log "guest: Linux $(guest_kernel_version "$GATUN_GUEST") made in $((SECONDS - start)) s"
}

# fetch_guest_kernel WORK. The packages are unpacked, not installed: this machine's boot loader
# must not find a kernel that nobody asked for.
fetch_guest_kernel() {
  local work=$1 deb version
  download_packages "$work/packages" linux-image-amd64 busybox-static || return
  for deb in "$work"/packages/*.deb; do
    dpkg-deb -x "$deb" "$work/root" || return
  done
  mkdir "$work/modules" && mv "$work/root/lib" "$work/modules/lib" || return
  version=$(guest_kernel_version "$work")
  unpack_vmlinux "$work/root/boot/vmlinuz-$version" >"$work/vmlinux" || return
  depmod -b "$work/modules" "$version" || return
  make_initramfs "$work" "$version" "$work/root/bin/busybox" || return
  rm -rf "$work/root" "$work/packages"
}

guest_kernel_version() {
  basename "$1"/modules/lib/modules/*
}

# unpack_vmlinux BZIMAGE: prints the ELF image in it, which QEMU starts directly (PVH): the kernel's
# own decompression would take QEMU's emulator some seconds at every boot. Where the compressed
# image lies is in the header (Documentation/arch/x86/boot.rst: setup_sects, payload_offset,
# payload_length); its last four bytes are the size of what was compressed.
unpack_vmlinux() {
  local image=$1 sectors offset length begin unpack
  sectors=$(od -An -t u1 -j $((0x1f1)) -N 1 "$image")
  offset=$(od -An -t u4 -j $((0x248)) -N 4 "$image")
  length=$(od -An -t u4 -j $((0x24c)) -N 4 "$image")
  begin=$(((sectors + 1) * 512 + offset))
  case $(od -An -t x1 -j $begin -N 4 "$image" | tr -d ' ') in
    fd377a58) unpack=(xz -dc) ;;
    28b52ffd) unpack=(zstd -dcq) ;;
    *) echo "$image: compressed with neither xz nor zstd" >&2 && return 1 ;;
  esac
  dd if="$image" bs=1M iflag=skip_bytes,count_bytes skip=$begin count=$((length - 4)) status=none |
    "${unpack[@]}"
}

# make_initramfs WORK VERSION BUSYBOX: busybox as cpio's maker and as the shell of what is made.
make_initramfs() {
  local work=$1 version=$2 busybox=$3 tree=$1/root/initramfs module number=100
  mkdir -p "$tree"/{bin,dev,machine,modules,proc,sys} || return
  cp "$busybox" "$tree/bin/busybox" && cp "$GUEST_INIT" "$tree/init" || return
  chmod 755 "$tree/init"
  # In the order of loading, each once; the guest loads them by number.
  while read -r module; do
    number=$((number + 1))
    case $module in
      *.xz) xz -dc "$module" >"$tree/modules/$number-$(basename "$module" .xz)" ;;
      *) cp "$module" "$tree/modules/$number-$(basename "$module")" ;;
    esac
  done < <(boot_modules "$work" "$version")
  ((number > 100)) || return
  (cd "$tree" && find . | "$busybox" cpio -o -H newc) >"$work/initramfs.cpio"
}

boot_modules() {
  local module
  for module in $GUEST_BOOT_MODULES; do
    modprobe -d "$1/modules" -S "$2" --show-depends "$module"
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}
