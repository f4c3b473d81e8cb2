# shellcheck shell=bash
# What every script shares: where things stand, how to speak, how to get a missing tool, how to lock.
# Sourced, never run. Messages go to stderr, so that stdout stays for the answer.

# The repository, and the cache: outside the clone, so that a fresh clone finds it warm.
ATTENTION_ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)"
ATTENTION_CACHE="${ATTENTION_CACHE:-${HOME:?HOME is not set: set it, or set ATTENTION_CACHE}/.cache/attention}"
readonly ATTENTION_CACHE
# shellcheck disable=SC2034 # read by those who source this file
readonly ATTENTION_ROOT

# A rustup that was just installed is not on the PATH yet.
if [[ -d "${CARGO_HOME:-$HOME/.cargo}/bin" && ":$PATH:" != *":${CARGO_HOME:-$HOME/.cargo}/bin:"* ]]; then
  PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
fi

# say TEXT: progress for a person.
say() { printf '%s\n' "$*" >&2; }

# die TEXT: something failed; exit 1.
die() {
  say "${SCRIPT_NAME:-$(basename -- "$0")}: $*"
  exit 1
}

# usage_die TEXT: the call was wrong; exit 2.
usage_die() {
  say "${SCRIPT_NAME:-$(basename -- "$0")}: $* (see --help)"
  exit 2
}

# flag_value FLAG COUNT: refuses a flag that stands last, without its value. COUNT is `$#` at the flag.
flag_value() {
  (($2 >= 2)) || usage_die "$1 needs a value"
}

# apt_install PACKAGE…: installs Debian packages, or says in one line what to install. Quiet unless it fails.
apt_install() {
  local log
  command -v apt-get >/dev/null 2>&1 || die "please install: $* (this machine has no apt-get)"
  [[ $(id -u) == 0 ]] || die "please install: $* (as root: apt-get install -y $*)"
  log="$(mktemp)"
  say "installing $*"
  # Two scripts may want packages at once; apt itself waits for its lock. A list that is stale is refreshed once.
  if ! DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >"$log" 2>&1 &&
    ! { apt-get -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 &&
      DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >>"$log" 2>&1; }; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    die "apt-get could not install: $*"
  fi
  rm -f "$log"
}

# need COMMAND DEBIAN_PACKAGE: makes sure a command exists, installing its package where that is possible.
need() {
  command -v "$1" >/dev/null 2>&1 && return 0
  apt_install "$2"
  command -v "$1" >/dev/null 2>&1 || die "$2 is installed, but the command $1 is still not on the PATH"
}

# need_tool COMMAND WHERE: a language toolchain that we do not install behind the user's back.
need_tool() {
  command -v "$1" >/dev/null 2>&1 || die "please install $2: the command $1 is not on the PATH"
}

# with_lock FILE COMMAND…: runs COMMAND in this shell while holding FILE; two at once wait for each other. What COMMAND
# leaves running in the background must be started with `{LOCK_FD}>&-`, or it keeps the lock.
with_lock() {
  local file="$1" fd
  shift
  need flock util-linux
  mkdir -p -- "$(dirname -- "$file")"
  exec {fd}>"$file"
  flock "$fd"
  # shellcheck disable=SC2034 # read where a background process is started
  LOCK_FD="$fd"
  # No `"$@" || …`: that would switch `set -e` off inside COMMAND, and errors there would pass unseen.
  "$@"
  exec {fd}>&-
}

# sha256_of FILE: the hex digest alone.
sha256_of() { sha256sum -- "$1" | cut -d' ' -f1; }

# short_key: twelve hex digits of the sha256 of stdin, the name of a cache entry.
short_key() { sha256sum | cut -c1-12; }
