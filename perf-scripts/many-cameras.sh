#!/usr/bin/env bash
# What does a packet cost when receiving counts as much as sending? 50 cameras, 1 and 10 clients each.
. "$(dirname "$0")/fanout/lib.sh"

cameras=50
kbit=1000
rows="1:udp 10:udp 1:tcp 10:tcp"

usage() {
    echo "usage: perf-scripts/many-cameras.sh [options]
  --cameras N        cameras (50)
  --rows \"N:udp|tcp ...\"  clients of each camera ($rows)
  --kbit K           bit rate of each (1000)
$common_help"
}

while [ $# -gt 0 ]; do
    case $1 in
    --rows) rows=$2 ;;
    --kbit) kbit=$2 ;;
    --cameras) cameras=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 1; } ;;
    esac
    shift 2
done

build_tools
[ -z "$server_url" ] || start_camera "$cameras" "$kbit"
[ -z "$server_url" ] || sleep 5 # the server finds the cameras
print_head
for row in $rows; do
    IFS=: read -r each transport row_kbit <<<"$row"
    run_row "$cameras" "$((cameras * each))" "$transport" "${row_kbit:-$kbit}" "$cameras x $each"
done
