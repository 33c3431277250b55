#!/bin/bash
# How much memory does a viewer over rtsps take beyond one in the clear?
#   perf-scripts/tls-memory.sh [OPTIONS]        OPTIONS: --help
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
export FASTRTSPPROXY_BIN=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy} RTSPSIM_BIN=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
case " $* " in *" --help "* | *" -h "*) exec python3 "$root/perf-scripts/tls/memory.py" --help ;; esac
for binary in "$FASTRTSPPROXY_BIN" "$RTSPSIM_BIN"; do
    [ -x "$binary" ] || { echo "no $binary: make it with perf-scripts/publish-aot.sh, or name one by FASTRTSPPROXY_BIN and RTSPSIM_BIN"; exit 1; }
done
for tool in openssl; do
    command -v $tool > /dev/null || { echo "no $tool: apt-get install $tool"; exit 1; }
done
exec python3 "$root/perf-scripts/tls/memory.py" "$@"
