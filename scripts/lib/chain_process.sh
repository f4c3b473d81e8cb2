# shellcheck shell=bash
# The process of a local chain: free ports, start, first block, stop. Needs lib/common.sh, wasmd.sh, chain_home.sh.

CHAIN_PORT_FIRST=20000 # below the range that the system hands to outgoing connections
CHAIN_PORT_SLOTS=1000
CHAIN_PORTS_PER_SLOT=10
readonly CHAIN_PORT_FIRST CHAIN_PORT_SLOTS CHAIN_PORTS_PER_SLOT

# chain_pid HOME: the node's process id, empty when it does not run. A process id that the system gave to somebody
# else meanwhile does not count: the command line must name this home.
chain_pid() {
  local pid args
  pid="$(chain_get "$1" pid)"
  [[ -n "$pid" ]] || return 0
  # -ww: whole, also where COLUMNS is in the environment.
  args="$(ps -ww -o args= -p "$pid" 2>/dev/null || true)"
  if [[ "$args" == *"wasmd start --home $1 "* || "$args" == *"wasmd start --home $1" ]]; then
    printf '%s\n' "$pid"
  fi
}

# chain_rpc HOME: the RPC address.
chain_rpc() { printf 'http://127.0.0.1:%s\n' "$(chain_get "$1" port)"; }

# chain_lock_dir: where locks on ports and homes stand; never inside a home, which must be empty before it is made.
chain_lock_dir() { printf '%s/attention-localchain-%s\n' "${TMPDIR:-/tmp}" "$(id -u)"; }

# port_in_use PORT: does somebody listen there?
port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# chain_claim_port BASE: takes the slot that starts at BASE, or says no. The lock is held by an open file that the
# node inherits: it goes when the node goes, however that happens, and two starts at once never pick the same slot.
chain_claim_port() {
  local base="$1" fd dir offset
  dir="$(chain_lock_dir)"
  mkdir -p -- "$dir"
  exec {fd}>"$dir/$base.lock"
  if flock -n "$fd"; then
    for offset in 0 1 2 3 4; do
      ! port_in_use "$((base + offset))" || break
      [[ $offset != 4 ]] || return 0
    done
  fi
  exec {fd}>&-
  return 1
}

# chain_pick_port WANTED LAST: sets CHAIN_BASE to a claimed slot: WANTED if given, else that of the last run, else any.
chain_pick_port() {
  local wanted="$1" last="$2" try slot
  if [[ -n "$wanted" ]]; then
    chain_claim_port "$wanted" || die "ports $wanted to $((wanted + 4)) are not all free: choose another --port, or leave it out"
    CHAIN_BASE="$wanted"
    return
  fi
  if [[ -n "$last" ]] && chain_claim_port "$last"; then
    CHAIN_BASE="$last"
    return
  fi
  for ((try = 0; try < CHAIN_PORT_SLOTS; try++)); do
    slot=$(((RANDOM + try) % CHAIN_PORT_SLOTS))
    CHAIN_BASE=$((CHAIN_PORT_FIRST + slot * CHAIN_PORTS_PER_SLOT))
    if chain_claim_port "$CHAIN_BASE"; then return; fi
  done
  die "no free ports from $CHAIN_PORT_FIRST on after $CHAIN_PORT_SLOTS tries"
}

# chain_spawn HOME FOREGROUND: starts the node and notes its process id.
chain_spawn() {
  local home="$1" foreground="$2" command=()
  command=("$(wasmd_path)" start --home "$home" --log_no_color)
  if [[ "$foreground" == true ]]; then
    # Should this script be killed outright, the kernel takes the node along.
    ! command -v setpriv >/dev/null 2>&1 || command=(setpriv --pdeathsig TERM "${command[@]}")
  else
    command=(setsid "${command[@]}")
  fi
  "${command[@]}" </dev/null >>"$home/node.log" 2>&1 {LOCK_FD}>&- &
  CHAIN_PID=$!
  chain_set "$home" pid "$CHAIN_PID"
}

# chain_height RPC: the newest block's height; 0 while there is none or nobody answers.
chain_height() {
  curl -sS -m 2 "$1/status" 2>/dev/null | jq -r '.result.sync_info.latest_block_height // 0' 2>/dev/null || printf '0\n'
}

# chain_wait_block HOME FRESH SECONDS: waits for a new block, or shows the log's end and fails. A chain that continues
# (FRESH = false) answers with its old height first: one more than that must follow.
chain_wait_block() {
  local home="$1" fresh="$2" seconds="$3" rpc height started above=0
  rpc="$(chain_rpc "$home")"
  started=$SECONDS
  while :; do
    height="$(chain_height "$rpc")"
    if [[ "$fresh" == false ]] && ((above == 0)); then above="${height:-0}"; fi
    ((${height:-0} == 0 || height <= above)) || return 0
    kill -0 "$CHAIN_PID" 2>/dev/null || chain_failed "$home" "the node stopped by itself before a new block"
    ((SECONDS - started < seconds)) || {
      chain_kill "$CHAIN_PID"
      chain_failed "$home" "no block within $seconds s"
    }
    sleep 0.1
  done
}

# chain_failed HOME WHY: the log's last lines, then the error.
chain_failed() {
  tail -n 20 "$1/node.log" >&2 || true
  die "$2 (log: $1/node.log)"
}

# chain_kill PID: asks the node to end, and after 20 s makes it.
chain_kill() {
  local pid="$1" try
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((try = 0; try < 200; try++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  say "the node (pid $pid) did not end within 20 s: killing it"
  kill -KILL "$pid" 2>/dev/null || true
}

# chain_guard PID: stays until the node ends, this script is told to end, or whoever started it is gone.
chain_guard() {
  local pid="$1" parent
  trap 'chain_kill "$CHAIN_PID"; exit 0' TERM INT HUP
  while kill -0 "$pid" 2>/dev/null; do
    parent="$(ps -o ppid= -p $$)"
    if [[ "${parent// /}" != "$PPID" ]]; then
      chain_kill "$pid"
      return 0
    fi
    sleep 0.5 &
    wait $! || true
  done
}
