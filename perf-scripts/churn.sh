#!/usr/bin/env bash
# Does the server stay whole while clients come and go, some without a TEARDOWN? Nothing may be lost, nobody refused, and memory and descriptors must not climb.
. "$(dirname "$0")/crowd/lib.sh"

clients=500
rate=50/s
duration=60s
vanish=20%
transport=mix

usage() {
    echo "usage: perf-scripts/churn.sh [options]
  --clients N          playing at the same time ($clients)
  --rate R             clients that leave and are replaced ($rate)
  --vanish P           of them without TEARDOWN ($vanish)
  --duration T         ($duration)
  --transport T        udp, tcp, http, or mix ($transport)
$common_help"
}

while [ $# -gt 0 ]; do
    case $1 in
    --clients) clients=$2 ;;
    --rate) rate=$2 ;;
    --vanish) vanish=$2 ;;
    --duration) duration=$2 ;;
    --transport) transport=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 2; } ;;
    esac
    shift 2
done

start_server
crowd churn --clients "$clients" --transport "$transport" --ramp "$((clients / 4 + 1))/s" --duration "$duration" --churn "$rate" --vanish "$vanish" --max-loss 0 --min-clients "$((clients * 8 / 10))"
code=$?
echo "$out/churn.html"
exit $code
