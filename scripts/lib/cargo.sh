# shellcheck shell=bash
# Native builds: one target folder in the cache, shared by tests, demo and tools. Needs lib/common.sh and rust_pin.

# cargo_env: the pinned toolchain and the cached target folder. Dependencies stay built across clones; a new lock file or
# toolchain starts a new folder, and all but the two newest are deleted.
cargo_env() {
  rust_pin
  need cc build-essential
  if [[ -z "${CARGO_TARGET_DIR:-}" ]]; then
    local key
    key="$(cat -- "$ATTENTION_ROOT/Cargo.lock" "$ATTENTION_ROOT/rust-toolchain.toml" | short_key)"
    CARGO_TARGET_DIR="$ATTENTION_CACHE/target/$key"
    mkdir -p -- "$CARGO_TARGET_DIR"
    touch -- "$CARGO_TARGET_DIR"
    find "$ATTENTION_CACHE/target" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +3 |
      cut -d' ' -f2- | xargs -r rm -rf --
  fi
  export CARGO_TARGET_DIR
  export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-0}"
}
