#!/bin/bash
# What do viewers by multicast cost the proxy, one and a thousand of them, beside one over UDP? Processor time, by turns.
#   perf-scripts/multicast-cost.sh [OPTIONS]       as root; OPTIONS: --help
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
export FASTRTSPPROXY_BIN=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy} RTSPSIM_BIN=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
case " $* " in *" --help "* | *" -h "*) exec python3 "$root/perf-scripts/lines/multicast.py" --help ;; esac
for binary in "$FASTRTSPPROXY_BIN" "$RTSPSIM_BIN"; do
    [ -x "$binary" ] || { echo "no $binary: make it with packaging/publish.sh, or name one by FASTRTSPPROXY_BIN and RTSPSIM_BIN"; exit 1; }
done
exec unshare --mount --net python3 "$root/perf-scripts/lines/multicast.py" "$@"
