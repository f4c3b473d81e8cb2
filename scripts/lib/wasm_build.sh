# shellcheck shell=bash
# One route from sources to optimised wasm. Needs lib/common.sh, lib/wasm_tools.sh and lib/cargo_tools.sh.

# Keeps the bytes free of what the chain's virtual machine does not run (bulk memory, sign extension, saturating
# conversions): such instructions are allowed in and lowered to plain ones. On the Debian route there are none.
# Making the control flow anew between two rounds saves another 1 to 2 % of the bytes.
WASM_OPT_FLAGS=(-Oz --flatten --rereloop -Oz -Oz
  --enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext --enable-nontrapping-float-to-int
  --enable-mutable-globals --enable-reference-types --enable-multivalue
  --signext-lowering --llvm-memory-copy-fill-lowering --llvm-nontrapping-fptoint-lowering
  --strip-debug --strip-producers --strip-target-features)
readonly WASM_OPT_FLAGS

# route_rustc ROUTE: the compiler's version line.
route_rustc() {
  case "$1" in
    debian) /usr/bin/rustc --version ;;
    rustup) rustc --version ;;
  esac
}

# route_prepare ROUTE: gets what the route needs; returns 1, with the reason in ROUTE_SKIPPED, when it cannot run here.
route_prepare() {
  ROUTE_SKIPPED=''
  case "$1" in
    debian) debian_rust ;;
    rustup)
      rustup_target && return 0
      # shellcheck disable=SC2034 # read by scripts/wasm
      ROUTE_SKIPPED="rustup could not add $WASM_TARGET to Rust $RUSTUP_TOOLCHAIN (its server is out of reach)"
      return 1
      ;;
  esac
}

# encoded_flags FLAG…: joined by the byte that CARGO_ENCODED_RUSTFLAGS wants, so that blanks in paths survive.
encoded_flags() {
  local IFS=$'\x1f'
  printf '%s' "$*"
}

# wasm_compile ROUTE WORKSPACE PACKAGE TARGET_DIR OUT: builds and optimises. No path of this machine may reach the bytes:
# they would differ from folder to folder.
wasm_compile() {
  local route="$1" workspace="$2" package="$3" target="$4" out="$5" raw sysroot linker flags cargo
  raw="$target/$WASM_TARGET/contract/${package//-/_}.wasm"
  flags=("--remap-path-prefix=$workspace=/attention" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    "--remap-path-prefix=$target=/target" -C link-arg=--allow-undefined
    # Debug texts and source positions are read by nobody on a chain; errors have messages of their own.
    -Z location-detail=none -Z fmt-debug=none)
  # Only the cdylib: an rlib beside it would keep the whole-program optimisation out of the dependencies, a sixth of the bytes.
  cargo=(cargo rustc --quiet --profile contract --lib --crate-type cdylib -p "$package" --target "$WASM_TARGET" --locked)
  if [[ "$route" == debian ]]; then
    sysroot="$(/usr/bin/rustc --print sysroot)"
    linker="$(rust_lld)"
    flags+=("--remap-path-prefix=$(readlink -f -- "$sysroot/lib/rustlib/src/rust")=/rust"
      "--remap-path-prefix=$sysroot/lib/rustlib/src/rust=/rust" -C target-cpu=mvp
      # A panic traps at once: the transaction is undone all the same, and the text of panics, with all that formats it, is a
      # quarter of the bytes. Refusals are errors with messages, never panics.
      -Z unstable-options -C panic=immediate-abort)
    cargo+=("-Zbuild-std=core,alloc,std,panic_abort" -Zbuild-std-features=optimize_for_size)
  fi
  (
    cd -- "$workspace" || exit 1
    # Settings of the caller must not change the bytes.
    unset RUSTFLAGS CARGO_BUILD_RUSTFLAGS RUSTC_WORKSPACE_WRAPPER
    export CARGO_TARGET_DIR="$target" RUSTC_WRAPPER='' CARGO_INCREMENTAL=0 RUSTC_BOOTSTRAP=1
    if [[ "$route" == debian ]]; then
      export RUSTC=/usr/bin/rustc CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker"
    fi
    CARGO_ENCODED_RUSTFLAGS="$(encoded_flags "${flags[@]}")" "${cargo[@]}" >&2
  ) || die "route $route: cargo could not build $package (see above)"
  [[ -f "$raw" ]] || die "route $route: cargo built $package but left no ${raw##*/}: its crate-type must include cdylib"
  "$(wasm_opt_path)" "${WASM_OPT_FLAGS[@]}" "$raw" -o "$out" >&2 || die "route $route: wasm-opt failed on $raw"
}

# wasm_accept ROUTE FILE MAX_BYTES CHECKED: small enough, valid for a chain (unless CHECKED is false), and silent about the
# machine that built it.
wasm_accept() {
  local route="$1" file="$2" max="$3" checked="$4" size log
  size="$(stat -c %s -- "$file")"
  ((size <= max)) || die "route $route: the wasm has $size bytes, more than the allowed $max"
  [[ "$checked" == false ]] || log="$("$(cargo_tool_path cosmwasm-check "$COSMWASM_CHECK_VERSION")" "$file" 2>&1)" ||
    die "route $route: cosmwasm-check refuses the wasm: $(grep -iE 'error|fail' <<<"$log" | head -n 1)"
  if grep -qaF -e "$ATTENTION_ROOT/" -e "$HOME/" -- "$file"; then
    die "route $route: the wasm holds a path of this machine: $(grep -aoF -e "$ATTENTION_ROOT/" -e "$HOME/" -- "$file" | head -n 1)"
  fi
}

# source_files WORKSPACE: what a build reads, NUL-separated and sorted: tracked files and new ones, not ignored ones.
source_files() {
  (
    cd -- "$1" || exit 1
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
      git ls-files -z --cached --others --exclude-standard
    else
      find . -type f -not -path './target/*' -not -path './artifacts/*' -printf '%P\0'
    fi
  ) | LC_ALL=C sort -zu
}

# contract_files WORKSPACE: the part of them that can change the wasm.
contract_files() {
  if [[ -d "$1/contracts" ]]; then
    source_files "$1" | grep -zE '^(contracts/.*|Cargo\.(toml|lock)|rust-toolchain\.toml|\.cargo/.*)$'
  else
    source_files "$1"
  fi
}

# build_key ROUTE WORKSPACE PACKAGE: names the result of a build: every input that can change it.
build_key() {
  {
    printf '%s %s %s\n' "$1" "$3" "$(route_rustc "$1")"
    rustc -vV
    cat -- "$ATTENTION_ROOT"/scripts/lib/wasm_{tools,build}.sh "$ATTENTION_ROOT"/scripts/binaryen/package-lock.json
    # A file deleted but not yet committed is listed by git and is not there.
    contract_files "$2" | (cd -- "$2" && { xargs -0 sha256sum -- 2>/dev/null || true; })
  } | short_key
}

# copy_sources WORKSPACE DIR: a copy of what a build reads, in another folder.
copy_sources() {
  mkdir -p -- "$2"
  source_files "$1" | (cd -- "$1" && tar --create --null --files-from=- --ignore-failed-read 2>/dev/null) | tar --extract -C "$2"
}
