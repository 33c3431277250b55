#!/bin/bash
# How soon does the page show a picture after the click, and how far is it behind the camera, beside an RTSP viewer of the same stream at the same time?
#     perf-scripts/live-picture.sh [--clicks N] [--gop FRAMES] [--bitrate 4M] [--seconds N]
#
# A camera of `rtspsim camera` behind the proxy, one RTSP viewer over TCP (rtspsim load), and Debian's chromium with the page: each click begins at a random place of the group. Rows, in milliseconds:
#     first       from the click to the first picture on the canvas (WebCodecs), or shown by the video element (MSE: over plain http from a name that is not localhost)
#     behind      from the moment when the camera sent a picture (its stamp, inside it) to its being drawn (WebCodecs), or handed to the screen (MSE: requestVideoFrameCallback tells which picture that was)
#     buffered    MSE: media between what is shown and the newest
#     RTSP        the frame latency of the RTSP viewer: from the same stamp to the frame's last packet
# Needs the binaries of packaging/publish.sh, or FASTRTSPPROXY_BIN and RTSPSIM_BIN; chromium; and tests/FastRtspProxy.EndToEndTests built, whose browser driver it uses.
set -u -o pipefail

. "$(dirname "$0")/opening/lib.sh"
clicks=20 gop= bitrate= seconds=15
while [ $# -gt 0 ]; do
    case $1 in
        --clicks) clicks=$2 ;;
        --gop) gop=$2 ;;
        --bitrate) bitrate=$2 ;;
        --seconds) seconds=$2 ;;
        --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift 2
done
need_binaries
driver=$(ls -d "$root"/tests/FastRtspProxy.EndToEndTests/bin/*/net10.0/.playwright 2>/dev/null | head -1)
[ -n "$driver" ] || fail "build tests/FastRtspProxy.EndToEndTests first"
[ -x /usr/bin/chromium ] || fail "chromium is missing"

camera=$(free_port) rtsp=$(free_port) http=$(free_port)
video=(--video clip)
[ -z "$gop$bitrate" ] || video=(--video h264 --size 1280x720 --gop "${gop:-50}" --bitrate "${bitrate:-4M}")
"$sim" camera --port "$camera" "${video[@]}" --duration 20m > "$work/camera" 2>&1 & started+=($!)
wait_for "$work/camera" rtsp://
printf 'http:\n  listen: "127.0.0.1:%s"\n  hosts: [frp.test]\nauth:\n  roles: {all: {may: [read, status]}}\n  anonymous: [all]\nstreams:\n  cam: {source: "rtsp://127.0.0.1:%s/stream1", alwaysOn: true, start: instant}\n' "$http" "$camera" > "$work/config.yaml"
chmod 600 "$work/config.yaml"
"$proxy" -p "$rtsp" --config "$work/config.yaml" > "$work/proxy" 2>&1 & started+=($!)
wait_for "$work/proxy" "http://"
"$sim" load "rtsp://127.0.0.1:$rtsp/cam" -t tcp -d "${seconds}s" --plain --json "$work/load.json" > "$work/load" 2>&1 & load=$!
started+=("$load")
"$driver"/node/*/node "$root/perf-scripts/live-picture/measure.js" "$driver/package" "$http" "$clicks" || exit 1
wait "$load"
/usr/bin/python3 - "$work/load.json" <<'END'
import json, sys
def find(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.lower().startswith("framelatency") and isinstance(inner, dict): return inner
            found = find(inner)
            if found: return found
    if isinstance(value, list):
        for inner in value:
            found = find(inner)
            if found: return found
latency = find(json.load(open(sys.argv[1])))
print("%-34s n %5d   p50 %5.0f   p90 %5.0f   p99 %5.0f" % ("RTSP: frame latency", latency["count"], latency["p50"] / 1e3, latency["p90"] / 1e3, latency["p99"] / 1e3))
END
