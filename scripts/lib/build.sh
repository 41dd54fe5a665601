# shellcheck shell=bash
# Builds the distribution when the sources changed. Needs common.sh, packages.sh and jdk.sh.

# The jars of Gatun and of all it uses, in lib/. Set from outside (the container tests do), it is
# taken as it is and nothing is built.
GATUN_DIST_GIVEN=${GATUN_DIST-}
GATUN_DIST=${GATUN_DIST:-$GATUN_ROOT/hw-tests/target/gatun}
BUILD_STAMP=$GATUN_DIST/sources.stamp

# build_inputs FORMAT: what the jars are made of, printed as find's -printf says, NUL-separated and
# in a fixed order. Tests are no part of them.
build_inputs() {
  (cd "$GATUN_ROOT" && find ./pom.xml ./.mvn ./*/pom.xml ./*/src/main -type f -printf "$1\0") |
    LC_ALL=C sort -z
}

# Cheap enough for every start: names, sizes and times. A git checkout may change the times only,
# so a difference here is not yet a reason to build.
sources_quick_hash() {
  build_inputs '%p %s %T@' | sha256sum
}

sources_content_hash() {
  build_inputs '%p' | (cd "$GATUN_ROOT" && xargs -0 sha256sum) | sha256sum
}

# The stamp file has two lines: the quick hash and the content hash of what was built.
build_is_current() {
  local quick content
  [[ -r $BUILD_STAMP && -d $GATUN_DIST/lib ]] || return 1
  { read -r quick && read -r content; } <"$BUILD_STAMP" || return 1
  [[ $quick == "$(sources_quick_hash)" ]] && return 0
  [[ $content == "$(sources_content_hash)" ]] || return 1
  write_stamp "$content"
}

write_stamp() {
  printf '%s\n%s\n' "$(sources_quick_hash)" "$1" >"$BUILD_STAMP.$$"
  mv "$BUILD_STAMP.$$" "$BUILD_STAMP"
}

# ensure_built: after this $GATUN_DIST/lib holds the jars of the present sources.
ensure_built() {
  if [[ -n $GATUN_DIST_GIVEN ]]; then
    [[ -d $GATUN_DIST/lib ]] ||
      die "GATUN_DIST=$GATUN_DIST has no folder lib" "unset GATUN_DIST to build Gatun from its sources"
    return 0
  fi
  build_is_current || with_lock build build_distribution
}

build_distribution() {
  # Another process may have built while this one waited for the lock.
  build_is_current && return 0
  local log_file start=$SECONDS
  need_build_packages
  log "building Gatun (sources changed since the last build)"
  log_file=$(mktemp)
  # For a signal on the way; removed below otherwise, because the launcher goes on as java.
  defer rm -f "$log_file"
  maven_build "$log_file" -B -ntp -q -DskipTests -Dspotless.check.skip=true package || {
    cat "$log_file" >&2
    rm -f "$log_file"
    die "the build failed" "read Maven's lines above"
  }
  rm -f "$log_file"
  log "built in $((SECONDS - start)) s"
}

# maven_build LOG|- ARGUMENT...: runs Maven and stamps what it built. The sources are read before:
# a file that changes during the build makes the next start build again.
maven_build() {
  local log_file=$1 content
  shift
  content=$(sources_content_hash)
  maven "$log_file" "$@" || return
  [[ -d $GATUN_DIST/lib ]] || die "Maven ended well but made no $GATUN_DIST/lib"
  write_stamp "$content"
}

# maven LOG|- ARGUMENT...: the wrapper's Maven, or Debian's where the wrapper cannot fetch its own.
maven() {
  local log_file=$1 run=(run_group)
  shift
  [[ $log_file == - ]] || run=(run_group_into "$log_file")
  ensure_jdk
  if [[ -z ${GATUN_MAVEN-} ]]; then
    GATUN_MAVEN=$GATUN_ROOT/mvnw
    if ! "$GATUN_MAVEN" -v >/dev/null 2>&1; then
      log "the Maven wrapper could not fetch its Maven: using Debian's"
      apt_need maven
      GATUN_MAVEN=mvn
    fi
  fi
  # Maven's own libraries still use what JDK 25 warns about.
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS-}" \
    "${run[@]}" env -C "$GATUN_ROOT" "$GATUN_MAVEN" "$@"
}
