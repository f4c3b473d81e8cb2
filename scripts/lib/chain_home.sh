# shellcheck shell=bash
# The home of a local chain: what `localchain start` writes on first use, and how it is read back.
# Needs lib/common.sh and lib/wasmd.sh.

CHAIN_DENOM=uattn           # fees and staking
CHAIN_REWARD_DENOM=ureward  # what campaigns pay out
CHAIN_GAS_PRICE=0.025
CHAIN_MARKER=localchain.env # its presence says: this directory is a local chain's home
readonly CHAIN_DENOM CHAIN_REWARD_DENOM CHAIN_GAS_PRICE CHAIN_MARKER

# 10^24 of each denom: enough for any test, and far below 2^120.
CHAIN_FAUCET_AMOUNT=1000000000000000000000000
CHAIN_STAKE_AMOUNT=1000000000000
readonly CHAIN_FAUCET_AMOUNT CHAIN_STAKE_AMOUNT

# chain_default_home: where a chain lives when no --home is given.
chain_default_home() {
  printf '%s/localchain\n' "${ATTENTION_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/attention}"
}

# chain_get HOME KEY: one value of the marker file; empty when absent. Read line by line: it is data, not code.
chain_get() {
  local key value
  while IFS='=' read -r key value; do
    [[ "$key" == "$2" ]] && printf '%s\n' "$value" && return 0
  done <"$1/$CHAIN_MARKER"
  return 0
}

# chain_set HOME KEY VALUE: replaces or adds one value, atomically.
chain_set() {
  local file="$1/$CHAIN_MARKER"
  { grep -v "^$2=" "$file" || true; } >"$file.tmp"
  printf '%s=%s\n' "$2" "$3" >>"$file.tmp"
  mv -- "$file.tmp" "$file"
}

# chain_require HOME: refuses a directory that is no local chain's home.
chain_require() {
  [[ -f "$1/$CHAIN_MARKER" ]] || die "no local chain at $1: start one with 'scripts/localchain start --home $1'"
}

# chain_init HOME CHAIN_ID TIMEOUT_COMMIT ACCOUNT…: makes a chain of one validator. ACCOUNT is ADDRESS=COINS.
# Everything happens in a directory beside it, so that a half-made home is never mistaken for a whole one.
chain_init() {
  local home="$1" chain_id="$2" timeout_commit="$3" tmp
  shift 3
  tmp="$home.tmp.$$"
  rm -rf -- "$tmp"
  mkdir -p -- "$(dirname -- "$home")"
  chain_genesis "$tmp" "$chain_id" "$@" || {
    rm -rf -- "$tmp"
    die "could not make a genesis for chain id '$chain_id' (see above)"
  }
  chain_configure "$tmp" "$timeout_commit"
  printf 'chain_id=%s\n' "$chain_id" >"$tmp/$CHAIN_MARKER"
  # An empty directory made by the caller (mktemp -d) is a fine place; anything else was refused before.
  [[ ! -d "$home" ]] || rmdir -- "$home"
  mv -- "$tmp" "$home"
}

# chain_run STEP COMMAND…: runs a wasmd command of the set-up; its chatter is shown only when it fails.
chain_run() {
  local step="$1" log
  shift
  if ! log="$("$@" 2>&1)"; then
    say "$step: $(wasmd_error <<<"$log")"
    return 1
  fi
}

# wasmd_error: what a failed wasmd command says, out of stdin: the last line, without colours and preamble.
wasmd_error() { tail -n 1 | sed -e 's/\x1b\[[0-9;]*m//g' -e 's/^.* err=//'; }

# chain_genesis HOME CHAIN_ID ACCOUNT…: keys, funded accounts, the validator's first transaction, genesis.json.
chain_genesis() {
  local home="$1" chain_id="$2" wasmd keyring account
  shift 2
  wasmd="$(wasmd_path)"
  keyring=(--keyring-backend test --home "$home")
  chain_run init "$wasmd" init local --chain-id "$chain_id" --default-denom "$CHAIN_DENOM" --home "$home" || return 1
  chain_fix_genesis "$home/config/genesis.json" || return 1
  chain_run "key of the validator" "$wasmd" keys add validator "${keyring[@]}" || return 1
  (
    umask 077
    "$wasmd" keys add faucet "${keyring[@]}" --output json 2>/dev/null | jq -er .mnemonic >"$home/faucet.mnemonic"
  ) || return 1
  chain_run "validator account" "$wasmd" genesis add-genesis-account validator \
    "$CHAIN_STAKE_AMOUNT$CHAIN_DENOM" "${keyring[@]}" || return 1
  chain_run "faucet account" "$wasmd" genesis add-genesis-account faucet \
    "$CHAIN_FAUCET_AMOUNT$CHAIN_DENOM,$CHAIN_FAUCET_AMOUNT$CHAIN_REWARD_DENOM" "${keyring[@]}" || return 1
  for account in "$@"; do
    chain_run "account $account" "$wasmd" genesis add-genesis-account \
      "${account%%=*}" "${account#*=}" --home "$home" || return 1
  done
  chain_run gentx "$wasmd" genesis gentx validator "$CHAIN_STAKE_AMOUNT$CHAIN_DENOM" \
    --chain-id "$chain_id" "${keyring[@]}" || return 1
  chain_run collect-gentxs "$wasmd" genesis collect-gentxs --home "$home" || return 1
  chain_run "validate genesis" "$wasmd" genesis validate --home "$home"
}

# chain_fix_genesis FILE: no inflation, so that a test can add up the supply of every denom.
chain_fix_genesis() {
  local zero='"0.000000000000000000"'
  jq -e ".app_state.mint.minter.inflation = $zero
    | .app_state.mint.params |= (.inflation_max = $zero | .inflation_min = $zero | .inflation_rate_change = $zero)" \
    "$1" >"$1.tmp" && mv -- "$1.tmp" "$1"
}

# toml_set FILE SECTION KEY VALUE: replaces one existing key of one section ('' = top), and fails if it is not there:
# a renamed setting must not go unnoticed. The key is matched whole (`timeout_commit`, not `skip_timeout_commit`).
toml_set() {
  awk -v section="$2" -v key="$3" -v value="$4" '
    /^\[/ { current = $0; gsub(/[][]/, "", current) }
    current == section && $1 == key && $2 == "=" { print key " = " value; found = 1; next }
    { print }
    END { exit !found }' "$1" >"$1.tmp" || die "$1 has no key '$3' in section '[$2]': did wasmd $WASMD_VERSION change?"
  mv -- "$1.tmp" "$1"
}

# chain_configure HOME TIMEOUT_COMMIT: the settings that do not depend on ports.
chain_configure() {
  local config="$1/config/config.toml" app="$1/config/app.toml" client="$1/config/client.toml"
  toml_set "$config" consensus timeout_commit "\"$2\""
  toml_set "$config" rpc pprof_laddr '""'
  toml_set "$config" p2p pex false
  toml_set "$config" p2p addr_book_strict false
  # Without gRPC the node does not register the service that simulates transactions, not even on its RPC port.
  toml_set "$app" grpc enable true
  toml_set "$app" grpc-web enable false
  toml_set "$app" "" minimum-gas-prices "\"$CHAIN_GAS_PRICE$CHAIN_DENOM\""
  toml_set "$client" "" keyring-backend '"test"'
}

# chain_set_ports HOME BASE REST: the ports of this run. REST is true or false; everything listens on loopback only.
chain_set_ports() {
  local home="$1" base="$2" rest="$3"
  local config="$home/config/config.toml" app="$home/config/app.toml"
  toml_set "$config" rpc laddr "\"tcp://127.0.0.1:$base\""
  toml_set "$config" p2p laddr "\"tcp://127.0.0.1:$((base + 1))\""
  toml_set "$config" "" proxy_app "\"tcp://127.0.0.1:$((base + 4))\""
  toml_set "$app" api enable "$rest"
  toml_set "$app" api enabled-unsafe-cors "$rest"
  toml_set "$app" api address "\"tcp://127.0.0.1:$((base + 2))\""
  toml_set "$app" grpc address "\"127.0.0.1:$((base + 3))\""
  toml_set "$home/config/client.toml" "" node "\"tcp://127.0.0.1:$base\""
  chain_set "$home" port "$base"
  chain_set "$home" rest "$rest"
}
