# shellcheck shell=bash
# Finds the sales data: given, downloaded or made up. Needs lib/common.sh.

# The public originals, dedicated to the public domain (CC0 1.0), each at one commit.
SALES_COMMIT=315ab598f8d3f10d633b349c73c1d190c68aa104
ASSETS_COMMIT=2169f94a3c5004bfaadfc85e8d28c085e40e1047
SALES_URL="https://codeload.github.com/cryptopunksnotdead/punks.market/tar.gz/$SALES_COMMIT"
ASSETS_URL="https://raw.githubusercontent.com/cryptopunksnotdead/punks.attributes/$ASSETS_COMMIT/original/cryptopunks.csv"
# An archive's bytes are made anew on each request, so what is pinned is what we read: the two files made of it.
SALES_SHA256=937dbf86909481336422aaa533753e52520e51084abee9deb9594b8e69dbd129
ASSETS_SHA256=7a2a2a8f563afb504e8556bb03def6b45e6693bf330e78ca2ddf2750c5538093
DATA_MAX_BYTES=50000000 # the archive is about 1 MB
readonly SALES_COMMIT ASSETS_COMMIT SALES_URL ASSETS_URL SALES_SHA256 ASSETS_SHA256 DATA_MAX_BYTES

# data_locate: sets DATA_DIR (the folder that holds punks/) and DATA_ORIGIN: given, downloaded or synthetic.
# In this order: ATTENTION_OFFLINE=1 asks for the synthetic market; ATTENTION_DATA names a folder; the default folder
# beside the repository; the public originals; the synthetic market.
data_locate() {
  local beside
  beside="$(dirname -- "$ATTENTION_ROOT")/shared/data"
  if [[ "${ATTENTION_OFFLINE:-0}" == 1 ]]; then
    say "ATTENTION_OFFLINE=1: using the synthetic market"
    data_synthetic
  elif [[ -n "${ATTENTION_DATA:-}" ]]; then
    data_complete "$ATTENTION_DATA" ||
      die "ATTENTION_DATA=$ATTENTION_DATA holds no punks/sales.csv and punks/assets.csv: unset it to download them"
    data_found "$(cd -- "$ATTENTION_DATA" && pwd -P)" given
  elif data_complete "$beside"; then
    data_found "$beside" given
  elif data_download; then
    data_found "$(data_download_dir)" downloaded
  else
    say "the public sales data could not be had ($DATA_WHY): using a small synthetic market instead"
    data_synthetic
  fi
}

# data_found DIR ORIGIN: the answer.
data_found() {
  # shellcheck disable=SC2034 # both are read by those who source this file
  DATA_DIR="$1" DATA_ORIGIN="$2"
}

# data_complete DIR: are both files there?
data_complete() { [[ -s "$1/punks/sales.csv" && -s "$1/punks/assets.csv" ]]; }

# data_download_dir: where the downloaded files stand; a new pin makes a new folder.
data_download_dir() { printf '%s/data/public-%s\n' "$ATTENTION_CACHE" "${SALES_SHA256:0:6}${ASSETS_SHA256:0:6}"; }

# data_download: fetches, converts and checks the originals, once. Returns 1, with the reason in DATA_WHY, when they cannot
# be reached; originals that were reached and are not the pinned ones are an error, not a reason to make something up.
data_download() {
  local dir tmp
  dir="$(data_download_dir)"
  DATA_WHY=''
  data_complete "$dir" && return 0
  need curl curl
  need python3 python3
  tmp="$dir.tmp.$$"
  rm -rf -- "$tmp"
  mkdir -p -- "$tmp/punks" || die "cannot write $tmp"
  if ! { data_fetch "${ATTENTION_SALES_URL:-$SALES_URL}" "$tmp/sales.tar.gz" &&
    data_fetch "${ATTENTION_ASSETS_URL:-$ASSETS_URL}" "$tmp/assets.csv"; }; then
    rm -rf -- "$tmp"
    return 1
  fi
  if ! data_convert "$tmp"; then
    rm -rf -- "$tmp"
    die "$DATA_WHY: nothing was used of it (ATTENTION_OFFLINE=1 uses the synthetic market)"
  fi
  rm -rf -- "$tmp/sales.tar.gz" "$tmp/assets.csv" "$dir"
  mv -- "$tmp" "$dir" || die "cannot write $dir"
}

# data_fetch URL FILE: one download, with limits on time, size and tries.
data_fetch() {
  local error
  error="$(curl --silent --show-error --fail --location --proto '=https,file' --connect-timeout 10 --max-time 120 \
    --retry 2 --max-filesize "$DATA_MAX_BYTES" --output "$2" -- "$1" 2>&1)" || {
    DATA_WHY="${error##*$'\n'}"
    return 1
  }
}

# data_convert DIR: merges and checks what was fetched into DIR. Returns 1 with the reason in DATA_WHY.
data_convert() {
  local error file wanted got
  error="$(python3 "$ATTENTION_ROOT/scripts/lib/merge_sales.py" "$1/sales.tar.gz" "$1/assets.csv" "$1/punks" 2>&1)" || {
    DATA_WHY="${error##*$'\n'}"
    return 1
  }
  for file in sales:$SALES_SHA256 assets:$ASSETS_SHA256; do
    wanted="${file#*:}"
    got="$(sha256_of "$1/punks/${file%%:*}.csv")"
    if [[ "$got" != "$wanted" ]]; then
      DATA_WHY="the downloaded ${file%%:*}.csv has sha256 $got, expected $wanted"
      return 1
    fi
  done
}

# data_synthetic: the made-up market, generated once for each version of its generator.
data_synthetic() {
  local generator="$ATTENTION_ROOT/scripts/lib/synthetic_sales.py" dir tmp
  dir="$ATTENTION_CACHE/data/synthetic-$(short_key <"$generator")"
  if ! data_complete "$dir"; then
    need python3 python3
    tmp="$dir.tmp.$$"
    mkdir -p -- "$tmp/punks"
    python3 "$generator" "$tmp/punks"
    rm -rf -- "$dir"
    mv -- "$tmp" "$dir"
  fi
  data_found "$dir" synthetic
}
