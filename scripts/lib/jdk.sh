# shellcheck shell=bash
# Finds a JDK 25, or installs one. Needs common.sh and packages.sh.

GATUN_JDK_FEATURE=25
# Where this file installs a JDK that the machine lacks.
GATUN_JDK_DIR=${GATUN_JDK_DIR:-/opt/gatun/jdk-$GATUN_JDK_FEATURE}

# Reads the release file instead of starting java: the launcher calls this at every start.
is_jdk() {
  [[ -x $1/bin/javac && -r $1/release ]] || return 1
  local release
  release=$(<"$1/release")
  [[ $release =~ JAVA_VERSION=\"${GATUN_JDK_FEATURE}[.\"] ]]
}

# find_jdk: sets and exports JAVA_HOME; fails when there is none.
find_jdk() {
  local candidate
  for candidate in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/* "$GATUN_JDK_DIR"; do
    if is_jdk "$candidate"; then
      JAVA_HOME=$(realpath "$candidate")
      export JAVA_HOME
      return 0
    fi
  done
  return 1
}

ensure_jdk() {
  find_jdk && return 0
  require_root "installs JDK $GATUN_JDK_FEATURE"
  with_lock jdk install_jdk
  find_jdk || die "no JDK $GATUN_JDK_FEATURE in /usr/lib/jvm or $GATUN_JDK_DIR after installing it" \
    "install a JDK $GATUN_JDK_FEATURE by hand and set JAVA_HOME"
}

# Debian 13 and later carry it. Debian 12 does not, and Debian 13's needs a newer C library.
install_jdk() {
  find_jdk && return 0
  if dpkg --compare-versions "$(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)" ge 2.38; then
    apt_need "openjdk-$GATUN_JDK_FEATURE-jdk-headless"
  else
    install_private_jdk "$GATUN_JDK_DIR"
  fi
}

# install_private_jdk DIRECTORY: Debian 13's packages, checked by apt's signatures, unpacked beside
# Debian 13's own C library. Nothing of the system is upgraded: replacing libc6 would take half of
# Debian 12 with it.
install_private_jdk() {
  local destination=$1 start=$SECONDS work
  apt_need ca-certificates patchelf
  log "JDK $GATUN_JDK_FEATURE: unpacking Debian 13's packages into $destination"
  work=$(mktemp -d)
  # For a signal on the way; removed below otherwise.
  defer rm -rf "$work" "$destination.new"
  fetch_jdk_packages "$work" >"$work/log" 2>&1 || {
    tail -n 15 "$work/log" >&2
    die "could not fetch openjdk-$GATUN_JDK_FEATURE from Debian 13" "read apt's lines above"
  }
  mkdir -p "$(dirname "$destination")"
  assemble_jdk "$work/root" "$destination.new"
  relink_jdk "$destination.new" "$destination"
  rm -rf "$destination"
  mv "$destination.new" "$destination"
  rm -rf "$work"
  trust_system_certificates "$destination"
  "$destination/bin/java" -version >/dev/null 2>&1 ||
    die "the JDK in $destination does not start" "remove it and install a JDK $GATUN_JDK_FEATURE by hand"
  log "JDK $GATUN_JDK_FEATURE: installed in $((SECONDS - start)) s"
}

# An apt of its own in WORK: the machine's package state is neither read nor written.
fetch_jdk_packages() {
  local work=$1 mirror deb apt=(apt-get -q)
  mirror=$(debian_mirror) || return
  mkdir -p "$work"/{lists/partial,cache/archives/partial,debs,root}
  : >"$work/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
    >"$work/sources.list"
  apt+=(-o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null -o "Dir::State::lists=$work/lists"
    -o "Dir::State::status=$work/status" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root
    -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false)
  "${apt[@]}" update &&
    (cd "$work/debs" && "${apt[@]}" download libc6 libgcc-s1 libstdc++6 zlib1g \
      "openjdk-$GATUN_JDK_FEATURE-jre-headless" "openjdk-$GATUN_JDK_FEATURE-jdk-headless") &&
    for deb in "$work"/debs/*.deb; do
      dpkg-deb -x "$deb" "$work/root" || return
    done
}

# assemble_jdk ROOT TARGET: the JDK's tree, with the C library in glibc/ and Debian's links into
# /etc replaced by what they point to.
assemble_jdk() {
  local root=$1 target=$2 link points_to
  rm -rf "$target"
  cp -a "$root"/usr/lib/jvm/java-"$GATUN_JDK_FEATURE"-openjdk-* "$target"
  mkdir "$target/glibc"
  find "$root" -path '*-linux-gnu/*.so*' -not -path '*/jvm/*' -not -path '*/gconv/*' \
    -exec cp -a {} "$target/glibc/" \;
  while IFS= read -r -d '' link; do
    points_to=$(readlink "$link")
    case $points_to in
      /etc/java-*)
        rm "$link"
        cp -a "$root$points_to" "$link"
        ;;
      */cacerts) rm "$link" ;;
    esac
  done < <(find "$target" -type l -print0)
}

# relink_jdk TREE FINAL_PATH: its programs use the private loader, whose path is absolute in ELF.
relink_jdk() {
  local tree=$1 final=$2 program loader
  loader=$(basename "$(find "$tree/glibc" -name 'ld-linux*.so.*' | head -n 1)")
  for program in "$tree"/bin/* "$tree"/lib/jspawnhelper "$tree"/lib/jexec; do
    patchelf --print-interpreter "$program" >/dev/null 2>&1 || continue
    patchelf --set-interpreter "$final/glibc/$loader" \
      --force-rpath --set-rpath "\$ORIGIN/../lib:$final/glibc" "$program"
  done
}

# Debian builds the JDK's list of authorities when the package is installed, which it is not.
trust_system_certificates() {
  "$1/bin/java" "$GATUN_ROOT/scripts/lib/TrustSystemCertificates.java" \
    /etc/ssl/certs/ca-certificates.crt "$1/lib/security/cacerts"
}
