# shellcheck shell=bash
# Quint, the language of the model in spec/. Needs lib/common.sh.

# quint_path: the program of the npm package that scripts/quint pins by hash.
quint_path() {
  printf '%s/quint/%s/node_modules/.bin/quint\n' "$ATTENTION_CACHE" \
    "$(cat -- "$ATTENTION_ROOT"/scripts/quint/package*.json | short_key)"
}

quint_install() {
  [[ -x "$(quint_path)" ]] && return 0
  need node nodejs
  need npm npm
  with_lock "$ATTENTION_CACHE/quint/install.lock" quint_install_locked
}

quint_install_locked() {
  local dir log
  dir="$(quint_path)"
  dir="${dir%/node_modules/.bin/quint}"
  [[ -x "$(quint_path)" ]] && return 0
  rm -rf -- "$dir.tmp"
  mkdir -p -- "$dir.tmp"
  cp -- "$ATTENTION_ROOT"/scripts/quint/package*.json "$dir.tmp/"
  log="$(cd -- "$dir.tmp" && npm ci --ignore-scripts --no-audit --no-fund 2>&1)" ||
    die "npm could not install quint: $(tail -n 1 <<<"$log")"
  rm -rf -- "$dir"
  mv -- "$dir.tmp" "$dir"
}

# quint COMMAND FILE OPTION…: the default backend would fetch a program that no package carries.
quint() {
  local command="$1"
  shift
  if [[ "$command" == typecheck ]]; then
    "$(quint_path)" typecheck "$@"
  else
    "$(quint_path)" "$command" --backend=typescript "$@"
  fi
}
