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

# cargo_programs: builds attention-oracle and the programs of the end-to-end crate. Where tests are built as well, those bring features
# of dependencies that programs alone would be built without: then the programs come with their tests, or half of all
# dependencies would be built twice.
cargo_programs() {
  if [[ -n "${ATTENTION_WITH_TESTS:-}" ]]; then
    cargo test --quiet --workspace --locked --no-run --test cli --test e2e
  else
    cargo build --quiet --locked -p attention-oracle -p attention-e2e --bins
  fi
}
