#!/usr/bin/env bash
# How soon are hundreds of cameras described, playing, and back after all of them were away (a switch that reboots)?
#   perf-scripts/start-of-many.sh [--streams N] [--outage SECONDS] [--one-host] [--runs N]
# One simulated camera serves all streams, under as many addresses of loopback; with --one-host under one, as a recorder with many channels: the proxy then opens four at a time.
# Of each run: seconds from the proxy's start until all are described, and, always on, until all play; and from the camera's return, after so many seconds, until all play again.
set -eu
. "$(dirname "$0")/opening/lib.sh"
case " $* " in *" --help "* | *" -h "*) usage; exit 0 ;; esac
need_binaries
FASTRTSPPROXY_BIN=$proxy RTSPSIM_BIN=$sim exec python3 "$root/perf-scripts/opening/many.py" "$@"
