# shellcheck shell=bash
# Tools that come as crates: built once at a pinned version, into the cache. Needs lib/common.sh and rust_pin.

CARGO_FUZZ_VERSION=0.13.2
CARGO_MUTANTS_VERSION=27.1.0
COSMWASM_CHECK_VERSION=3.0.10 # 3.0.11 wants a newer Rust than the pinned one
# shellcheck disable=SC2034 # read by those who source this file
readonly CARGO_FUZZ_VERSION CARGO_MUTANTS_VERSION COSMWASM_CHECK_VERSION

# cargo_tool_path NAME VERSION: where the program stands, built or not.
cargo_tool_path() { printf '%s/%s/%s/bin/%s\n' "$ATTENTION_CACHE" "$1" "$2" "$1"; }

# cargo_tool_install NAME VERSION MINUTES: builds it, unless it is there. MINUTES is what to tell a person who waits.
cargo_tool_install() {
  [[ -x "$(cargo_tool_path "$1" "$2")" ]] && return 0
  need gcc build-essential
  with_lock "$ATTENTION_CACHE/$1/install.lock" cargo_tool_install_locked "$@"
}

cargo_tool_install_locked() {
  local name="$1" version="$2" dir="$ATTENTION_CACHE/$1/$2"
  [[ -x "$(cargo_tool_path "$name" "$version")" ]] && return 0
  say "building $name $version (about $3 minutes, once)"
  rm -rf -- "$dir.tmp"
  # Not optimised: they run for seconds, and would take minutes more to build.
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$dir.tmp/target" \
    cargo install --quiet --debug --locked --root "$dir.tmp" --version "$version" "$name" >&2 ||
    die "cargo could not install $name $version (see above)"
  rm -rf -- "$dir.tmp/target" "$dir"
  mv -- "$dir.tmp" "$dir"
}
