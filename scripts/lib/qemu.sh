# shellcheck shell=bash
# What virtual machines of the tests boot. Needs common.sh, packages.sh and jdk.sh. The outermost
# one has this machine's root (read-only, over 9p). Those inside of it have a read-only image with
# as much of it as they need, at the same paths, because a file system over 9p over 9p is slow:
# hypervisor, JDK, DPDK with the emulated NIC's driver, kernel, initramfs and modules for the next
# level. Gatun itself changes with every build and is not in it.

GUEST_CACHE=${GATUN_GUEST_CACHE:-/var/cache/gatun/guest}
GUEST_INIT=$GATUN_ROOT/scripts/lib/guest-init.sh
# The ways to a root and to the agent; everything else is loaded from the root.
GUEST_BOOT_MODULES="virtio_pci virtio_console 9pnet_virtio 9p virtio_blk crc32c_generic erofs"
GUEST_BOOT_MODULES+=" overlay"
# What a level inside of another may load.
GUEST_INNER_MODULES="kvm-amd kvm-intel vfio-pci vfio_iommu_type1 igbvf e1000e virtio_net"
GUEST_INNER_PACKAGES=(base-files bash coreutils dash findutils grep hostname iproute2 kmod
  libc-bin libpcap0.8 mount procps qemu-system-x86 sed util-linux)
# DPDK's package names end in numbers that change with its releases.
GUEST_INNER_DPDK=(bpf bus-pci bus-vdev ethdev gro gso ip-frag mempool-ring net-e1000 net-null pcapng
  pdump telemetry)

# ensure_guest: after this GATUN_GUEST is a folder with vmlinux, initramfs.cpio, the kernel's
# modules below modules/ (for modprobe -d), and root.erofs, the root of inner levels. Kept for the
# next run; an older recipe's is replaced.
ensure_guest() {
  need_qemu_packages
  ensure_jdk
  GATUN_GUEST=$GUEST_CACHE/$(guest_recipe)
  export GATUN_GUEST
  [[ -r $GATUN_GUEST/root.erofs ]] || with_lock guest make_guest
}

# Changes whenever what goes into it does.
guest_recipe() {
  {
    declare -f fetch_guest_kernel make_initramfs unpack_vmlinux download_packages
    declare -f make_inner_root inner_packages inner_files inner_modules
    cat "$GUEST_INIT" "$JAVA_HOME/release"
    echo "$GUEST_BOOT_MODULES $GUEST_INNER_MODULES $JAVA_HOME"
    inner_packages | xargs dpkg-query -W
    uname -m
  } | sha256sum | cut -c 1-12
}

make_guest() {
  local work=$GATUN_GUEST.new start=$SECONDS
  [[ ! -r $GATUN_GUEST/root.erofs ]] || return 0
  require_root "unpacks a kernel into $GUEST_CACHE"
  log "guest: fetching a Debian kernel for virtual machines (about 30 s)"
  rm -rf "$work"
  mkdir -p "$work/packages" "$work/root"
  defer rm -rf "$work"
  { fetch_guest_kernel "$work" && make_inner_root "$work"; } >"$work/log" 2>&1 || {
    tail -n 15 "$work/log" >&2
    die "could not make a kernel and a root for virtual machines" "read the lines above"
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

# ---- the root of inner levels --------------------------------------------------------------------

# make_inner_root WORK. Times stay as they are: the JVM compares them with those in its AOT cache.
make_inner_root() {
  local work=$1 tree=$1/root folder
  mkdir -p "$tree"/{boot,dev,etc,proc,run,sys,tmp,usr/{bin,sbin,lib,lib64},var/lib} || return
  for folder in bin sbin lib lib64; do
    ln -s "usr/$folder" "$tree/$folder" || return
  done
  ln -s /run "$tree/var/run" || return
  inner_files | tar -C / --no-recursion -cf - -T - | tar -C "$tree" -xf - || return
  mkdir -p "$tree$GATUN_GUEST" || return
  cp "$work"/{vmlinux,initramfs.cpio} "$tree$GATUN_GUEST/" || return
  inner_modules "$work" "$tree" || return
  ln -s "$GATUN_GUEST/modules/lib/modules" "$tree/usr/lib/modules" || return
  mkfs.erofs "$work/root.erofs" "$tree" || return
  rm -rf "$tree"
}

# The packages and all that they depend on, as they are installed here.
inner_packages() {
  local name dpdk=()
  for name in "${GUEST_INNER_DPDK[@]}"; do
    dpdk+=("librte-${name}[0-9]*" "librte-${name}-[0-9]*")
  done
  # Of each pair of patterns one finds nothing, about which dpkg-query complains.
  mapfile -t dpdk < <(dpkg-query -W -f '${Package}\n' "${dpdk[@]}" 2>/dev/null)
  apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances "${GUEST_INNER_PACKAGES[@]}" "${dpdk[@]}" |
    grep '^[a-z0-9]' | LC_ALL=C sort -u | {
    # Among them are names that a package provides, and packages for which another one is installed.
    # shellcheck disable=SC2016 # the variables are dpkg-query's
    xargs dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null || true
  } | sed -n 's/^installed //p' | LC_ALL=C sort -u
}

# Their files, the JDK's, and those files of /etc that no package holds; each where it really is.
inner_files() {
  {
    inner_packages | xargs dpkg-query -L |
      grep -E '^/' | grep -vE '^/usr/share/(doc|man|locale|info|lintian|icons|bash-completion)/'
    find "$JAVA_HOME" \
      \( -name src.zip -o -name jmods -o -name man -o -name legal \) -prune -o -print
    find /etc/alternatives /etc/ld.so.cache /etc/passwd /etc/group /etc/nsswitch.conf
  } | sed -E 's#^/(bin|sbin|lib|lib64)/#/usr/\1/#' | LC_ALL=C sort -u |
    while IFS= read -r file; do
      [[ ! -f $file && ! -L $file ]] || printf '%s\n' "${file#/}"
    done
}

# inner_modules WORK TREE: some of the kernel's modules, where the whole set is on this machine.
inner_modules() {
  local work=$1 tree=$2 target=$2$GATUN_GUEST/modules version module
  version=$(guest_kernel_version "$work")
  mkdir -p "$target" || return
  for module in $GUEST_INNER_MODULES; do
    modprobe -d "$work/modules" -S "$version" --show-depends "$module" || return
  done | awk '$1 == "insmod" { print $2 }' | sed "s#^$work/modules/##" | LC_ALL=C sort -u |
    tar -C "$work/modules" -cf - -T - | tar -C "$target" -xf - || return
  cp "$work/modules/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} \
    "$target/lib/modules/$version/" && depmod -b "$target" "$version"
}
