#!/usr/bin/env bash
# What does a packet cost when receiving counts as much as sending? 1 to 500 cameras with one client each; nothing may be lost (exit code 1 if anything was).
. "$(dirname "$0")/fanout/lib.sh"

cameras="1 50 200 500"
kbit=1000
kind=rtspsim
rows="1:udp 1:tcp"
warm_up=20 # until no ring grows any more
described=

usage() {
    echo "usage: perf-scripts/many-cameras.sh [options]
  --cameras \"N ...\"  how many cameras ($cameras)
  --rows \"N:udp|tcp[:KBIT] ...\"  clients of each camera, for each number of cameras ($rows)
  --kbit K           bit rate of each (1000)
  --described S      no clients and no floor: what the proxy holds S seconds after its cameras were described (70: the first minute's garbage is gone)
  --tools rtspsim|c  camera and load: rtspsim, or the C programs, which cost less themselves; the floor is always in C (rtspsim)
$common_help

RTSPSIM_BIN and FASTRTSPPROXY_BIN name other binaries than artifacts/aot/…, which packaging/publish.sh makes."
}

while [ $# -gt 0 ]; do
    case $1 in
    --rows) rows=$2 ;;
    --kbit) kbit=$2 ;;
    --cameras) cameras=$2 ;;
    --described) described=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 1; } ;;
    esac
    shift 2
done

build_tools
if [ -n "$described" ]; then
    echo "| cameras, described only | RSS MB |"
    echo "| --- | --- |"
    for count in $cameras; do
        start_camera "$count" "$kbit"
        start_proxy "$count"
        sleep "$described"
        awk -v count="$count" '/^VmRSS:/ { printf "| %d | %.1f |\n", count, $2 * 1024 / 1e6 }' "/proc/$server_pid/status"
        end_server
        end_camera
    done
    exit
fi
most=0
for count in $cameras; do [ "$count" -le "$most" ] || most=$count; done
[ -z "$server_url" ] || start_camera "$most" "$kbit"
[ -z "$server_url" ] || sleep 5 # the server finds the cameras
print_head
for count in $cameras; do
    for row in $rows; do
        IFS=: read -r each transport row_kbit <<<"$row"
        run_row "$count" "$((count * each))" "$transport" "${row_kbit:-$kbit}" "$count x $each"
    done
done
exit $lost_any
