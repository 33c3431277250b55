#!/bin/bash
# How many answers to its challenges does the proxy look at for an address that guesses, over 64 connections, at any manner of hanging up;
# and what does a good viewer behind that address notice?
#   perf-scripts/guessing.sh [--seconds N] [--port PORT]
set -eu
case " $* " in *" --help "* | *" -h "*) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
root=$(cd "$(dirname "$0")/.." && pwd)
export FASTRTSPPROXY_BIN=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy}
[ -x "$FASTRTSPPROXY_BIN" ] || { echo "no $FASTRTSPPROXY_BIN: make it with packaging/publish.sh, or name one by FASTRTSPPROXY_BIN"; exit 1; }
exec python3 "$root/perf-scripts/guessing/guess.py" "$@"
