# shellcheck shell=bash
# Container images made from Debian packages. Needs packages.sh and docker.sh.

# shellcheck disable=SC2034 # used by the files that source this one
IMAGE_VERSIONS="22.11 24.11 25.11"

# image_suite DPDK_VERSION: the Debian release that carries it.
image_suite() {
  case $1 in
    22.11) echo bookworm ;;
    24.11) echo trixie ;;
    25.11) echo sid ;;
    *) return 1 ;;
  esac
}

image_name() {
  echo "gatun/dpdk:$1"
}

image_label() {
  docker image inspect --format "{{index .Config.Labels \"$2\"}}" "$(image_name "$1")" 2>/dev/null
}

# ensure_images REBUILD VERSION...: makes those that are missing, or that an older recipe made.
ensure_images() {
  local rebuild=$1 version
  shift
  for version in "$@"; do
    if [[ $rebuild == no && $(image_label "$version" io.gatun.recipe) == "$(image_recipe)" ]]; then
      log "image $(image_name "$version"): there (DPDK $(image_label "$version" io.gatun.dpdk.version))"
    else
      with_lock images make_image "$version"
    fi
  done
}

# Changes whenever what goes into them does, so that nobody tests on images from an older recipe.
image_recipe() {
  { image_options && declare -f image_suite; } | sha256sum | cut -c 1-12
}

make_image() {
  local version=$1 suite work mirror start=$SECONDS dpdk old
  suite=$(image_suite "$version")
  mirror=$(debian_mirror)
  require_root "unpacks a Debian system"
  log "image $(image_name "$version"): making it from Debian $suite (about a minute)"
  image_workspace
  work=$IMAGE_WORKSPACE
  if ! debian_tar "$suite" "$mirror" "$work"; then
    tail -n 20 "$work/log" >&2
    die "mmdebstrap could not make Debian $suite" "read its lines above; is '$mirror' reachable?"
  fi
  dpdk=$(<"$work/dpdk-version")
  [[ $dpdk == "$version"* ]] || log "note: Debian $suite has DPDK $dpdk by now, not $version"
  old=$(docker image inspect --format '{{.Id}}' "$(image_name "$version")" 2>/dev/null) || true
  docker import \
    --change "LABEL io.gatun.dpdk.version=$dpdk" \
    --change "LABEL io.gatun.debian=$suite" \
    --change "LABEL io.gatun.created=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    --change "LABEL io.gatun.recipe=$(image_recipe)" \
    "$work/root.tar" "$(image_name "$version")" >/dev/null
  # The name has moved to the new one. A container of somebody's may still use the old: then it
  # stays.
  [[ -z $old ]] || docker image rm "$old" >/dev/null 2>&1 || true
  image_workspace_release
  log "image $(image_name "$version"): made with DPDK $dpdk in $((SECONDS - start)) s"
}

# Unpacking thousands of small files is bound by the disk's syncs: work in memory. A tmpfs of its
# own, because /dev/shm is commonly mounted without device nodes, which a Debian system needs.
image_workspace() {
  IMAGE_WORKSPACE=$(mktemp -d /tmp/gatun-image.XXXXXX)
  defer rmdir "$IMAGE_WORKSPACE"
  mount -t tmpfs -o size=3G,mode=755 gatun-image "$IMAGE_WORKSPACE"
  defer umount "$IMAGE_WORKSPACE"
}

image_workspace_release() {
  umount "$IMAGE_WORKSPACE"
  rmdir "$IMAGE_WORKSPACE"
  unset 'GATUN_UNDO[-1]' 'GATUN_UNDO[-1]'
}

# What makes an image what it is. dpdk-dev holds testpmd and draws in every driver.
image_options() {
  printf '%s\n' --mode=root --variant=apt \
    --include=dpdk,dpdk-dev,iproute2,iputils-ping,iperf3,tcpdump,procps \
    --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Languages "none"' \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='force-unsafe-io' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/include/*' \
    --dpkgopt='path-exclude=/usr/lib/*/*.a'
}

# debian_tar SUITE MIRROR WORK: writes WORK/root.tar, WORK/dpdk-version and WORK/log.
debian_tar() {
  local suite=$1 mirror=$2 work=$3 options hook
  mapfile -t options < <(image_options)
  # The single quotes are meant: mmdebstrap runs the hook with the root as its $1.
  # shellcheck disable=SC2016
  hook='chroot "$1" dpkg-query -W -f "\${Version}" dpdk | sed "s/[-+~].*//" >'"$(printf %q "$work/dpdk-version")"
  TMPDIR=$work run_group_into "$work/log" mmdebstrap "${options[@]}" --customize-hook="$hook" \
    "$suite" "$work/root.tar" "deb $mirror $suite main"
}

list_images() {
  local version
  for version in $IMAGE_VERSIONS; do
    docker image inspect --format \
      '{{index .RepoTags 0}}{{"\t"}}DPDK {{index .Config.Labels "io.gatun.dpdk.version"}}{{"\t"}}{{index .Config.Labels "io.gatun.created"}}{{"\t"}}{{.Size}} bytes' \
      "$(image_name "$version")" 2>/dev/null || printf '%s\tnot there\n' "$(image_name "$version")"
  done
}
