#!/bin/bash
# Does the page's table stay smooth with a thousand streams? A proxy that knows so many (their cameras are not there), and Debian's chromium with the page.
#     perf-scripts/page-table.sh [--streams N] [--seconds N]
#
# Rows, in milliseconds:
#     frames, at rest     between two frames of the browser while nobody touches the page, which is told of cameras that come and go, and asks for all streams now and then
#     frames, scrolling   the same while the table is scrolled from one end to the other and back
#     redraw              what the page's own script takes for an answer with all streams; for a letter in the filter; for a click on a heading
# A screen shows 60 frames a second: 17 ms. A machine that does much else misses some of them; the rows at rest say how many. Needs what live-picture.sh needs.
set -u -o pipefail

. "$(dirname "$0")/opening/lib.sh"
streams=1000 seconds=6
while [ $# -gt 0 ]; do
    case $1 in
        --streams) streams=$2 ;;
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

http=$(free_port) nobody=$(free_port)
{
    printf 'http: {listen: "127.0.0.1:%s"}\nstreams:\n' "$http"
    for i in $(seq "$streams"); do printf '  camera-%04d: {source: "rtsp://127.0.0.1:%s/%d"}\n' "$i" "$nobody" "$i"; done
} > "$work/config.yaml"
chmod 600 "$work/config.yaml"
"$proxy" -p "$(free_port)" --config "$work/config.yaml" > "$work/proxy" 2>&1 & started+=($!)
wait_for "$work/proxy" "http://"
"$driver"/node/*/node "$root/perf-scripts/page-table/measure.js" "$driver/package" "$http" "$streams" "$seconds"
