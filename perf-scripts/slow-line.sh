#!/bin/bash
# How far behind the live edge is a TCP viewer that reads more slowly than the stream comes, and how much of that waits in the kernel?
#   perf-scripts/slow-line.sh [OPTIONS]       as root; OPTIONS: --help
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
export FASTRTSPPROXY_BIN=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy} RTSPSIM_BIN=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
case " $* " in *" --help "* | *" -h "*) exec python3 "$root/perf-scripts/lines/slow.py" --help ;; esac
for binary in "$FASTRTSPPROXY_BIN" "$RTSPSIM_BIN"; do
    [ -x "$binary" ] || { echo "no $binary: make it with packaging/publish.sh, or name one by FASTRTSPPROXY_BIN and RTSPSIM_BIN"; exit 1; }
done
exec unshare --mount --net python3 "$root/perf-scripts/lines/slow.py" "$@"
