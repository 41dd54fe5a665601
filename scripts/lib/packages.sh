# shellcheck shell=bash
# Debian packages: installs what is missing and nothing else.

# Package tools ask questions and translate their messages unless told otherwise.
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# What the Maven wrapper fetches and unpacks itself with.
need_build_packages() {
  apt_need ca-certificates curl unzip
}

# What runs Gatun on this machine's own DPDK. dpdk-dev holds testpmd and draws in the drivers.
need_run_packages() {
  apt_need dpdk dpdk-dev iproute2 iputils-ping iperf3 jq procps
}

# gcc and the headers are there for the test that compares the bindings with them; scapy makes
# packets, tshark judges captures; libvirt is what functions are attached to domains with.
need_test_packages() {
  need_run_packages
  apt_need gcc libdpdk-dev pkg-config python3 python3-scapy tcpdump tshark
  without_services apt_need libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu
}

# need_bench_packages WHAT: the other side of the comparison, and gcc for what of it is compiled on
# the spot. tshark judges what both sides of the overlay benchmark send before it measures them.
need_bench_packages() {
  need_run_packages
  apt_need gcc libdpdk-dev pkg-config
  [[ $1 == overlay || $1 == mirror ]] || return 0
  [[ $1 == mirror ]] || apt_need tshark
  is_installed openvswitch-switch-dpdk || without_services apt_need openvswitch-switch-dpdk
}

need_container_packages() {
  apt_need docker.io mmdebstrap
}

# The emulated NIC with real descriptors and virtual functions (igb) is young in QEMU: Debian 12's
# own 7.2 lacks it.
QEMU_MIN_VERSION=1:10

need_qemu_packages() {
  apt_need erofs-utils kmod xz-utils zstd
  qemu_is_installed || with_lock apt install_qemu
}

qemu_is_installed() {
  is_installed qemu-utils && is_installed qemu-system-x86 &&
    dpkg --compare-versions "$(dpkg-query -W -f '${Version}' qemu-system-x86)" ge "$QEMU_MIN_VERSION"
}

# From the release itself where that has it, else from its backports; nothing else comes from there.
install_qemu() {
  local work
  qemu_is_installed && return 0
  require_root "installs Debian packages: qemu-system-x86 qemu-utils"
  log "installing Debian packages: qemu-system-x86 qemu-utils (from backports on Debian 12)"
  work=$(mktemp -d)
  # For a signal on the way; removed below otherwise.
  defer rm -rf "$work"
  {
    private_apt_prepare "$work" && private_apt update &&
      private_apt -y install --no-install-recommends qemu-system-x86 qemu-utils
  } >"$work/log" 2>&1 </dev/null || {
    tail -n 25 "$work/log" >&2
    die "apt-get could not install QEMU" \
      "read apt's lines above; the machine needs its Debian mirror and free disk space"
  }
  rm -rf "$work"
  qemu_is_installed || die "there is no QEMU $QEMU_MIN_VERSION or later in this Debian and its backports"
}

# download_packages FOLDER PACKAGE...: the newest of each, as files; nothing is installed. A package
# that only depends on the one that is meant (linux-image-amd64) brings that one.
download_packages() {
  local folder=$1 package wanted=()
  shift
  private_apt_prepare "$folder/apt"
  private_apt update
  for package in "$@"; do
    case $package in
      linux-image-*) package=$(apt-cache "${PRIVATE_APT[@]}" depends "$package" |
        awk '$1 == "Depends:" { print $2; exit }') ;;
    esac
    wanted+=("$package")
  done
  (cd "$folder" && private_apt download "${wanted[@]}")
}

# private_apt_prepare FOLDER: an apt with the machine's own sources, whose lists and pins lie in
# FOLDER. On Debian 12 it knows the backports too, of which the machine's own apt never hears; they
# rank below everything, but for QEMU.
private_apt_prepare() {
  local work=$1 codename mirror
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
  mkdir -p "$work"/lists/partial "$work"/sources "$work"/pins
  find /etc/apt/sources.list.d -maxdepth 1 -type f -exec cp {} "$work/sources/" \;
  find /etc/apt/preferences.d -maxdepth 1 -type f -exec cp {} "$work/pins/" \;
  if [[ $codename == bookworm ]]; then
    mirror=$(debian_mirror)
    printf 'deb [signed-by=%s] %s %s-backports main\n' \
      /usr/share/keyrings/debian-archive-keyring.gpg "$mirror" "$codename" \
      >"$work/sources/gatun-backports.list"
    printf 'Package: %s\nPin: release n=%s-backports\nPin-Priority: %s\n\n' \
      '*' "$codename" 1 'src:qemu src:seabios' "$codename" 600 >"$work/pins/gatun-backports"
  fi
  PRIVATE_APT=(-o "Dir::Etc::sourceparts=$work/sources" -o "Dir::Etc::preferencesparts=$work/pins"
    -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root -o Acquire::Languages=none
    -o Acquire::Check-Valid-Until=false -o DPkg::Lock::Timeout=600)
}

# private_apt COMMAND...
private_apt() {
  apt-get -q "${PRIVATE_APT[@]}" "$@"
}

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# apt_need PACKAGE...: the package lists are fetched only when something is missing.
apt_need() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  require_root "installs Debian packages: ${missing[*]}"
  log "installing Debian packages: ${missing[*]}"
  with_lock apt apt_install "${missing[@]}"
}

# without_services COMMAND...: Debian starts the service of a package that it installs, and an Open
# vSwitch of the system's is nothing that a benchmark should leave running. invoke-rc.d asks this
# file; one that is already there is somebody's decision and stays.
without_services() {
  local policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then
    "$@"
    return
  fi
  require_root "installs Debian packages: ${*:2}"
  defer rm -f "$policy"
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  "$@"
  rm -f "$policy"
  unset 'GATUN_UNDO[-1]'
}

# Another apt or dpkg (unattended-upgrades, say) may hold a lock: wait for it. The time-out option
# covers dpkg's locks only, so the one on the package lists is waited for here.
apt_install() {
  local log_file status=0
  log_file=$(mktemp)
  wait_until 600 apt_lists_free || die "another apt holds the lock on the package lists for 10 min" \
    "find it with: fuser -v /var/lib/apt/lists/lock"
  {
    apt-get -q -o DPkg::Lock::Timeout=600 update &&
      apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold \
        install --no-install-recommends "$@"
  } >"$log_file" 2>&1 </dev/null || status=$?
  ((status == 0)) || tail -n 25 "$log_file" >&2
  rm -f "$log_file"
  ((status == 0)) || die "apt-get could not install: $*" \
    "read apt's lines above; the machine needs its Debian mirror and free disk space"
}

apt_lists_free() {
  # apt locks with fcntl: /proc/locks names the inode of a locked file.
  local inode
  inode=$(stat -c %i /var/lib/apt/lists/lock 2>/dev/null) || return 0
  ! grep -q ":$inode " /proc/locks
}

# The Debian mirror this machine already uses: the first binary entry for a Debian release, in
# either of apt's two formats. No script names a host of its own.
debian_mirror() {
  local mirror
  mirror=$(mirror_of_list) || true
  [[ -n $mirror ]] || mirror=$(mirror_of_deb822) || true
  [[ -n $mirror ]] ||
    die "no entry for Debian's main archive in /etc/apt/sources.list or /etc/apt/sources.list.d" \
      "add Debian's own archive to apt's sources"
  printf '%s\n' "${mirror%/}"
}

# One line per entry: deb [options] URI suite component...
mirror_of_list() {
  local files=()
  mapfile -t files < <(find /etc/apt/sources.list /etc/apt/sources.list.d \
    -name '*.list' -type f 2>/dev/null)
  ((${#files[@]})) || return 0
  sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+)[[:space:]]+([^[:space:]]+)[[:space:]].*\bmain\b.*/\2 \3/p' \
    "${files[@]}" | first_debian_uri
}

# Paragraphs of fields (deb822).
mirror_of_deb822() {
  local files=()
  mapfile -t files < <(find /etc/apt/sources.list.d -name '*.sources' -type f 2>/dev/null)
  ((${#files[@]})) || return 0
  awk -v RS= -F'\n' '{
    uri = suites = components = types = ""; enabled = 1
    for (i = 1; i <= NF; i++) {
      key = tolower($i); sub(/:.*/, "", key); value = $i; sub(/^[^:]*:[ \t]*/, "", value)
      if (key == "uris") uri = value
      if (key == "suites") suites = value
      if (key == "types") types = value
      if (key == "components") components = value
      if (key == "enabled" && tolower(value) == "no") enabled = 0
    }
    split(uri, u, /[ \t]+/); split(suites, s, /[ \t]+/)
    if (enabled && types ~ /(^| )deb( |$)/ && (" " components " ") ~ / main /) print u[1], s[1]
  }' "${files[@]}" | first_debian_uri
}

# Keeps the archive itself: not its security or backports part, not somebody else's repository.
first_debian_uri() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
  awk -v codename="$codename" \
    '$1 !~ /security|^cdrom:/ && ($2 == codename || $2 ~ /^(stable|testing|unstable|sid)$/) { print $1; exit }'
}
