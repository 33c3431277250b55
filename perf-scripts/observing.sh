#!/usr/bin/env bash
# Do viewers notice that somebody looks? One stream and N viewers; runs in which nobody asks and runs in which somebody does, by turns (the page of metrics each second; with --pages N the API 50 times a second, and N open pages, too): processor time of the event
# loops for a packet that went out, and p99 of the pictures' latency. The last line is the ratio of the medians. Ends with status 1 where a bound is missed.
. "$(dirname "$0")/fanout/lib.sh"

kind=rtspsim
clients=1000
transport=udp
kbit=1000
repeat=3
pages=
busy_max=1.02
p99_max=1.10

usage() {
    echo "usage: perf-scripts/observing.sh [options]
  --clients N        ($clients)
  --transport T      udp, tcp ($transport)
  --kbit K           of the stream ($kbit)
  --pages N          open pages beside the API's 50 requests a second (none, and no such requests)
  --busy R           the bound of the event loops' time for a packet, with to without ($busy_max)
  --p99 R            the bound of p99, with to without ($p99_max)
$common_help"
}

while [ $# -gt 0 ]; do
    case $1 in
    --clients) clients=$2 ;;
    --transport) transport=$2 ;;
    --kbit) kbit=$2 ;;
    --pages) pages=$2 ;;
    --busy) busy_max=$2 ;;
    --p99) p99_max=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 2; } ;;
    esac
    shift 2
done

http=$(free_port)
proxy_arguments="$proxy_arguments --http 127.0.0.1:$http"
asker=

# Whoever else looks at a proxy is added here: started by look_on, ended by look_off.
look_on() {
    if [ -n "$pages" ]; then
        python3 "$root/perf-scripts/observing/look.py" "127.0.0.1:$http" "$(basename "$(play_url 1)")" "$pages" &
        asker=$!
        return
    fi
    while :; do
        curl -s -o /dev/null "http://127.0.0.1:$http/metrics"
        sleep 1
    done &
    asker=$!
}

look_off() {
    [ -z "$asker" ] || { kill "$asker" 2>/dev/null; wait "$asker" 2>/dev/null; }
    asker=
}

at_exit() { look_off; end_server; end_camera; rm -rf "$work"; }

sent_packets() { curl -s "http://127.0.0.1:$http/metrics" | awk '/^fastrtspproxy_stream_sent_packets_total/ { sum += $NF } END { printf "%.0f\n", sum }'; }

loop_ticks() { # of the event loops, and of all else that the process did: threads of the pool come and go
    local task all
    all=$(sed -e 's/.*) //' "/proc/$server_pid/stat" | awk '{ print $12 + $13 }')
    for task in /proc/"$server_pid"/task/*; do
        case $(cat "$task/comm" 2>/dev/null) in
        shard-*) sed -e 's/.*) //' "$task/stat" 2>/dev/null | awk '{ print $12 + $13 }' ;;
        esac
    done | awk -v all="$all" '{ sum += $1 } END { print sum + 0, all - sum }'
}

one() { # without|with
    local line packets loops others packets_after loops_after others_after
    packets=$(sent_packets)
    read -r loops others < <(loop_ticks)
    [ "$1" = without ] || look_on
    line=$(run_load 1 "$clients" "$transport" "$(play_url 1)" "$server_pid")
    look_off
    read -r loops_after others_after < <(loop_ticks)
    packets_after=$(sent_packets)
    echo "$loops $loops_after $others $others_after $packets $packets_after $(getconf CLK_TCK) $(value "$line" p99_ms) $(value "$line" lost) $((duration + warm_up))" | awk -v who="$1" -v file="$work/$1" '
        { n = $6 - $5
          us = n > 0 ? ($2 - $1) / $7 * 1e6 / n : 0
          printf "| %s | %.3f | %.3f | %s | %d | %s |\n", who, us, ($4 - $3) / $7 / $10, $8, n, $9
          printf "us=%.4f p99_ms=%s\n", us, $8 >>file }'
}

build_tools
start_camera 1 "$kbit"
start_proxy 1
one without >/dev/null # the first run makes what all others find
: >"$work/without"
: >"$work/with"
echo "Machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), Linux $(uname -r | cut -d- -f1), $(date -u +%Y-%m-%d). $clients viewers over $transport, $kbit kbit/s, $duration s a run."
echo
echo "| somebody looks | event loops: µs of processor time a packet | cores beside them | p99 ms | packets | lost |"
echo "| --- | --- | --- | --- | --- | --- |"
for i in $(seq "$repeat"); do
    # By turns who comes first: what else the machine does falls on both.
    if [ $((i % 2)) = 1 ]; then one without; one with; else one with; one without; fi
done
echo "$(median "$work/without" us) $(median "$work/with" us) $(median "$work/without" p99_ms) $(median "$work/with" p99_ms) $busy_max $p99_max" | awk '
    { if ($1 <= 0 || $3 <= 0) exit 1
      printf "| **with / without** | **%.3f** | | **%.3f** | | |\n", $2 / $1, $4 / $3
      exit !($2 / $1 <= $5 && $4 / $3 <= $6) }'
