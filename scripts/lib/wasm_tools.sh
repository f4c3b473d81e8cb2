# shellcheck shell=bash
# The tools that turn a crate into a contract: compilers, wasm-opt. Needs lib/common.sh.

WASM_TARGET=wasm32-unknown-unknown
readonly WASM_TARGET

# rust_pin: the toolchain that rust-toolchain.toml names, made present. Exported, so that a copy of the sources in any
# folder is built by the same one.
rust_pin() {
  need_tool cargo "Rust by rustup"
  RUSTUP_TOOLCHAIN="$(sed -n 's/^channel *= *"\(.*\)"/\1/p' "$ATTENTION_ROOT/rust-toolchain.toml")"
  [[ -n "$RUSTUP_TOOLCHAIN" ]] || die "rust-toolchain.toml names no channel"
  export RUSTUP_TOOLCHAIN
  rustc --version >/dev/null 2>&1 || {
    need_tool rustup "rustup, or Rust $RUSTUP_TOOLCHAIN"
    say "installing Rust $RUSTUP_TOOLCHAIN"
    rustup toolchain install --profile minimal "$RUSTUP_TOOLCHAIN" >&2
  }
}

# rust_lld: the linker that comes with the pinned toolchain.
rust_lld() {
  local linker
  linker="$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-lld"
  [[ -x "$linker" ]] || die "no rust-lld at $linker: reinstall Rust $RUSTUP_TOOLCHAIN"
  printf '%s\n' "$linker"
}

# wasm_opt_path: wasm-opt of the npm package that scripts/binaryen pins by hash. Debian's is too old.
wasm_opt_path() {
  printf '%s/binaryen/%s/node_modules/.bin/wasm-opt\n' "$ATTENTION_CACHE" \
    "$(cat -- "$ATTENTION_ROOT"/scripts/binaryen/package*.json | short_key)"
}

wasm_opt_install() {
  [[ -x "$(wasm_opt_path)" ]] && return 0
  need node nodejs
  need npm npm
  with_lock "$ATTENTION_CACHE/binaryen/install.lock" wasm_opt_install_locked
}

wasm_opt_install_locked() {
  local dir log
  dir="$(dirname -- "$(wasm_opt_path)")"
  dir="${dir%/node_modules/.bin}"
  [[ -x "$(wasm_opt_path)" ]] && return 0
  rm -rf -- "$dir.tmp"
  mkdir -p -- "$dir.tmp"
  cp -- "$ATTENTION_ROOT"/scripts/binaryen/package*.json "$dir.tmp/"
  log="$(cd -- "$dir.tmp" && npm ci --ignore-scripts --no-audit --no-fund 2>&1)" ||
    die "npm could not install binaryen (for wasm-opt): $(tail -n 1 <<<"$log")"
  rm -rf -- "$dir"
  mv -- "$dir.tmp" "$dir"
}

# debian_rust: Debian's newer compiler and the sources of its standard library, at the same version.
debian_rust() {
  local compiler library
  if ! dpkg-query -W rustc-web rust-web-src >/dev/null 2>&1; then
    apt_install rustc-web rust-web-src
  fi
  compiler="$(dpkg-query -W -f '${Version}' rustc-web)"
  library="$(dpkg-query -W -f '${Version}' rust-web-src)"
  [[ "$compiler" == "$library" ]] ||
    die "rustc-web is $compiler but rust-web-src is $library: run apt-get install -y rustc-web rust-web-src"
}

# rustup_target: the prebuilt standard library for wasm32. Fails, quietly, when its server cannot be reached.
rustup_target() {
  command -v rustup >/dev/null 2>&1 || return 1
  if rustup target list --installed 2>/dev/null | grep -qx "$WASM_TARGET"; then return 0; fi
  RUSTUP_MAX_RETRIES=1 timeout 180 rustup target add "$WASM_TARGET" >/dev/null 2>&1
}
