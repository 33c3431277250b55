#!/usr/bin/env bash
# Do viewers notice that somebody looks? One stream and N viewers; runs in which nobody asks and runs in which somebody does, by turns (the page of metrics each second; with --pages N the API 50 times a second, and N open pages, too): processor time of the event
# loops for a packet that went out, and p99 of the pictures' latency. The last lines are the ratios of the medians. Ends with status 1 where a bound is missed. With --against BINARY another proxy runs by turns
# with the first one. With --clients 0 nobody watches, and what is shown is what the looks themselves take: processor time of the event loops in a second, and how often they were woken. Those are the same on a
# machine that does much else, where a few percent beside a crowd cannot be seen.
. "$(dirname "$0")/fanout/lib.sh"

kind=rtspsim
clients=1000
transport=udp
kbit=1000
repeat=3
pages=
against=
busy_max=1.02
p99_max=1.10

usage() {
    echo "usage: perf-scripts/observing.sh [options]
  --clients N        ($clients); 0: nobody watches, and the looks are measured by themselves
  --transport T      udp, tcp ($transport)
  --kbit K           of the stream ($kbit)
  --pages N          open pages beside the API's 50 requests a second (none, and no such requests)
  --against BINARY  another proxy, measured by turns with this one
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
    --against) against=$2 ;;
    --busy) busy_max=$2 ;;
    --p99) p99_max=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 2; } ;;
    esac
    shift 2
done

http=
asker=
declare -A pids https urls

# Whoever else looks at a proxy is added here: started by look_on, ended by look_off.
look_on() {
    if [ -n "$pages" ]; then
        python3 "$root/perf-scripts/observing/look.py" "127.0.0.1:$http" "$(basename "$url")" "$pages" &
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

at_exit() { look_off; for server_pid in "${pids[@]}"; do end_one "$server_pid"; done; end_camera; rm -rf "$work"; }

of() { server_pid=${pids[$1]} http=${https[$1]} url=${urls[$1]}; }

start() { # name
    https[$1]=$(free_port)
    proxy_arguments="$all_arguments --http 127.0.0.1:${https[$1]}"
    start_proxy 1
    pids[$1]=$server_pid
    urls[$1]=$(play_url 1)
}

sent_packets() { curl -s "http://127.0.0.1:$http/metrics" | awk '/^fastrtspproxy_stream_sent_packets_total/ { sum += $NF } END { printf "%.0f\n", sum }'; }

# Of the event loops: nanoseconds of processor time, and how often they slept; and clock ticks of the whole process, since the threads of its pool come and go.
loop_time() {
    local task
    for task in /proc/"$server_pid"/task/*; do
        case $(cat "$task/comm" 2>/dev/null) in
        shard-*) echo "$(cut -d' ' -f1 "$task/schedstat") $(awk '/^voluntary/ { print $2 }' "$task/status")" ;;
        esac
    done | awk -v all="$(sed -e 's/.*) //' "/proc/$server_pid/stat" | awk '{ print $12 + $13 }')" '{ nanos += $1; sleeps += $2 } END { printf "%.0f %d %d\n", nanos, sleeps, all }'
}

one() { # which proxy, without|with
    local line= packets nanos sleeps all packets_after nanos_after sleeps_after all_after began
    of "$1"
    packets=$(sent_packets)
    [ "$2" = without ] || look_on
    sleep 1
    began=$EPOCHREALTIME
    read -r nanos sleeps all < <(loop_time)
    if [ "$clients" = 0 ]; then sleep "$duration"; else line=$(run_load 1 "$clients" "$transport" "$url" "$server_pid"); fi
    read -r nanos_after sleeps_after all_after < <(loop_time)
    local ended=$EPOCHREALTIME
    look_off
    packets_after=$(sent_packets)
    echo "$nanos $nanos_after $all $all_after $packets $packets_after $(getconf CLK_TCK) $(value "${line:-p99_ms=0}" p99_ms) $(value "${line:-lost=0}" lost) $began $ended $sleeps $sleeps_after" |
        awk -v who="$1" -v how="$2" -v file="$work/$1.$2" -v clients="$clients" '
        { n = $6 - $5
          seconds = $11 - $10
          micros = ($2 - $1) / 1e3
          cost = clients == 0 ? micros / seconds : n > 0 ? micros / n : 0
          printf "| %s | %s | %.3f | %.0f | %.3f | %s | %d | %s |\n", who, how, cost, ($13 - $12) / seconds, (($4 - $3) / $7 - micros / 1e6) / seconds, $8, n, $9
          printf "us=%.4f p99_ms=%s wakes=%.1f\n", cost, $8, ($13 - $12) / seconds >>file }'
}

build_tools
start_camera 1 "$kbit"
all_arguments=$proxy_arguments
names=(this)
start this
if [ -n "$against" ]; then
    names+=(other)
    binary=$against
    start other
fi
[ "$clients" != 0 ] || sleep 3 # the cameras are described
[ "$clients" = 0 ] || for name in "${names[@]}"; do one "$name" without >/dev/null; done # the first run makes what all others find
rm -f "$work"/*.with "$work"/*.without
echo "Machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), Linux $(uname -r | cut -d- -f1), $(date -u +%Y-%m-%d). $clients viewers over $transport, $kbit kbit/s, $duration s a run."
echo
echo "| proxy | somebody looks | event loops: µs of processor time a $([ "$clients" = 0 ] && echo second || echo packet) | woken a second | cores beside them | p99 ms | packets | lost |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
for i in $(seq "$repeat"); do
    # By turns who comes first: what else the machine does falls on all.
    for name in "${names[@]}"; do
        if [ $((i % 2)) = 1 ]; then one "$name" without; one "$name" with; else one "$name" with; one "$name" without; fi
    done
done
code=0
for name in "${names[@]}"; do
    us() { median "$work/$name.$1" us; }
    wakes() { median "$work/$name.$1" wakes; }
    if [ "$clients" = 0 ]; then
        echo "$name $(us without) $(us with) $(wakes without) $(wakes with)" | awk '{ printf "| **%s** | **the looks** | **%+.0f** | **%+.0f** | | | | |\n", $1, $3 - $2, $5 - $4 }'
        continue
    fi
    echo "$name $(us without) $(us with) $(median "$work/$name.without" p99_ms) $(median "$work/$name.with" p99_ms) $busy_max $p99_max" | awk '
        { if ($2 <= 0 || $4 <= 0) exit 1
          printf "| **%s** | **with / without** | **%.3f** | | | **%.3f** | | |\n", $1, $3 / $2, $5 / $4
          exit !($1 != "this" || ($3 / $2 <= $6 && $5 / $4 <= $7)) }' || code=1
done
exit $code
