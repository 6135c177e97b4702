#!/bin/sh
# May this copy ship? sh gate.sh ORIGINAL COPY [POLICY]; exits with 0 for a pass, with 1 for anything else.
# IDETEX_URL: where `idetex serve` listens. IDETEX_TOKEN: its token, if it has one.
set -eu
answer=$(curl --silent --show-error --fail-with-body --retry 5 --retry-all-errors \
  --header "Authorization: Bearer ${IDETEX_TOKEN:-}" \
  --form "original=@$1" --form "compressed=@$2" --form "policy=${3:-web}" \
  "${IDETEX_URL:-http://127.0.0.1:8008}/v1/gate")
printf '%s\n' "$answer"
case $answer in *'"outcome":"pass"'*) exit 0 ;; *) exit 1 ;; esac
