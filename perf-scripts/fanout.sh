#!/usr/bin/env bash
# What does a delivered packet cost? One camera, N clients, the proxy beside a bare C relay of the same frames in the same run.
. "$(dirname "$0")/fanout/lib.sh"

kbit=2000
kind=rtspsim
rows="100:udp 500:udp 1000:udp 2000:udp 100:tcp 500:tcp 1000:tcp 2000:tcp 1000:udp:500 1000:tcp:500 4000:udp:500 4000:tcp:500"

usage() {
    echo "usage: perf-scripts/fanout.sh [options]
  --rows \"N:udp|tcp[:KBIT] ...\"  the rows ($rows)
  --kbit K           bit rate of a row that names none (2000)
  --tools rtspsim|c  camera and load: rtspsim, or the C programs, which cost less themselves; the floor is always in C (rtspsim)
$common_help

RTSPSIM_BIN and FASTRTSPPROXY_BIN name other binaries than artifacts/aot/…, which packaging/publish.sh makes."
}

while [ $# -gt 0 ]; do
    case $1 in
    --rows) rows=$2 ;;
    --kbit) kbit=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 1; } ;;
    esac
    shift 2
done

build_tools
[ -z "$server_url" ] || start_camera 1 "$kbit"
[ -z "$server_url" ] || sleep 5 # the server finds the camera
print_head
for row in $rows; do
    IFS=: read -r clients transport row_kbit <<<"$row"
    run_row 1 "$clients" "$transport" "${row_kbit:-$kbit}" "$clients"
done
