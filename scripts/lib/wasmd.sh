# shellcheck shell=bash
# Builds the pinned wasmd into the cache, once, and says where it is. Needs lib/common.sh.

WASMD_VERSION=v0.70.3
WASMD_LDFLAGS="-s -w -X github.com/cosmos/cosmos-sdk/version.Name=wasm"
WASMD_LDFLAGS+=" -X github.com/cosmos/cosmos-sdk/version.AppName=wasmd"
WASMD_LDFLAGS+=" -X github.com/cosmos/cosmos-sdk/version.Version=$WASMD_VERSION"
# $ORIGIN is the loader's word: the binary looks for libwasmvm beside itself, and outlives a cleaned module cache.
WASMD_LDFLAGS+=" -extldflags '-Wl,-rpath,\$ORIGIN'"
readonly WASMD_VERSION WASMD_LDFLAGS

# wasmd_path: where this wasmd stands, built or not. The key is everything the build depends on, but the Go version:
# the binary does the same with another.
wasmd_path() {
  local key
  key="$({
    cat -- "$ATTENTION_ROOT"/scripts/wasmd/{go.mod,go.sum,tools.go}
    printf '%s\n' "$WASMD_LDFLAGS"
    uname -sm
  } | short_key)"
  printf '%s/wasmd/%s-%s/wasmd\n' "$ATTENTION_CACHE" "$WASMD_VERSION" "$key"
}

# wasmd_build: builds it, unless it is there. About 6 minutes from nothing on two cores, then never again.
wasmd_build() {
  local binary
  binary="$(wasmd_path)"
  [[ -x "$binary" ]] && return 0
  need_tool go "Go 1.25 or later"
  need gcc build-essential
  with_lock "$ATTENTION_CACHE/wasmd/build.lock" wasmd_build_locked "$binary"
}

wasmd_build_locked() {
  local binary="$1" dir tmp wasmvm reported library
  [[ -x "$binary" ]] && return 0
  dir="$(dirname -- "$binary")"
  tmp="$dir.tmp.$$"
  rm -rf -- "$tmp"
  mkdir -p -- "$tmp"
  say "building wasmd $WASMD_VERSION (about 6 minutes the first time)"
  (
    cd -- "$ATTENTION_ROOT/scripts/wasmd" || exit 1
    CGO_ENABLED=1 go build -mod=readonly -o "$tmp/wasmd" -ldflags "$WASMD_LDFLAGS" \
      github.com/CosmWasm/wasmd/cmd/wasmd >&2
  ) || {
    rm -rf -- "$tmp"
    die "go build of wasmd $WASMD_VERSION failed (see above)"
  }
  wasmvm="$(cd -- "$ATTENTION_ROOT/scripts/wasmd" && go list -mod=readonly -m -f '{{.Dir}}' github.com/CosmWasm/wasmvm/v3)"
  library="libwasmvm.$(uname -m).so"
  install -m 0755 -- "$wasmvm/internal/api/$library" "$tmp/$library"
  reported="$("$tmp/wasmd" version 2>&1)" || die "the wasmd just built does not start: $reported"
  [[ "$reported" == "$WASMD_VERSION" ]] || die "the wasmd just built says version '$reported', expected '$WASMD_VERSION'"
  mv -- "$tmp" "$dir"
}
