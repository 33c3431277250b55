#!/bin/bash
# Captures a simulated camera, replays the capture, captures the replay, and compares: the same packets in the same order, times within 2 ms (p99).
# usage: capture-round-trip.sh [SECONDS]          FASTRTSPPROXY_BIN and RTSPSIM_BIN name other binaries than those in artifacts/aot
# On a machine with other work the programs get the processor before it (chrt), where they may: what is measured is the replay and not the queue for the processor.
set -eu
cd "$(dirname "$0")/.."
[ "${1-}" != --help ] || { sed -n '2,4s/^# //p' "$0"; exit 0; }
seconds=${1-20}
proxy=${FASTRTSPPROXY_BIN-artifacts/aot/fastrtspproxy}
sim=${RTSPSIM_BIN-artifacts/aot/rtspsim}
work=$(mktemp -d)
camera=
trap 'kill $camera 2>/dev/null || true; rm -rf "$work"' EXIT
first="env"
chrt -f 10 true 2>/dev/null && first="chrt -f 10"

serve() {
    : >"$work/url"
    $first "$sim" camera --port 0 "$@" >"$work/url" 2>"$work/said" &
    camera=$!
    for _ in $(seq 100); do
        grep -q rtsp "$work/url" && return
        sleep 0.1
    done
    cat "$work/said" >&2
    exit 1
}

capture() {
    # The first one makes the programs warm: their first packets wait for what is read from the disk.
    $first "$proxy" --capture "$work/warm" --seconds 1 $way "$(head -1 "$work/url")" >/dev/null 2>&1 || true
    $first "$proxy" --capture "$1" --seconds "$seconds" $way "$(head -1 "$work/url")" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

status=0
for way in "" "-t"; do
    serve --personality hikvision
    capture "$work/first.frpcap"
    kill $camera
    wait $camera 2>/dev/null || true
    serve --replay "$work/first.frpcap"
    capture "$work/second.frpcap"
    kill $camera
    wait $camera 2>/dev/null || true
    echo "over ${way:+TCP}${way:-UDP}" | sed 's/TCP-t/TCP/'
    python3 perf-scripts/captures/compare.py "$work/first.frpcap" "$work/second.frpcap" || status=1
done
exit $status
