#!/usr/bin/env bash
# Where does the proxy's CPU time go? perf while N clients play; without perf, or where it may not count, the system calls by strace.
. "$(dirname "$0")/fanout/lib.sh"

clients=1000
transport=udp
kbit=2000
streams=1
out=$root/artifacts/profile
who=proxy

usage() {
    echo "usage: perf-scripts/profile.sh [options]
  --clients N        (1000)      --transport udp|tcp (udp)
  --kbit K           (2000)      --streams S  cameras, clients spread over them (1)
  --out DIR          where perf.data, the report and the system calls go (artifacts/profile)
  --of proxy|floor   which of the two is profiled (proxy)
$common_help"
}

while [ $# -gt 0 ]; do
    case $1 in
    --clients) clients=$2 ;;
    --transport) transport=$2 ;;
    --kbit) kbit=$2 ;;
    --streams) streams=$2 ;;
    --out) out=$2 ;;
    --of) who=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 1; } ;;
    esac
    shift 2
done

build_tools
mkdir -p "$out"
start_camera "$streams" "$kbit"
if [ "$who" = floor ]; then start_floor "$streams"; else start_proxy "$streams"; fi

# The tools look on while the load's measuring window is open: the row's own figures come from a window without them.
run_row_line=$(run_load "$streams" "$clients" "$transport" "$(play_url "$streams")" "$server_pid")
print_head
print_row "$clients" "$transport" "$kbit" "$who" "$run_row_line"
echo

measured=$duration
duration=$((measured + 6))
run_load "$streams" "$clients" "$transport" "$(play_url "$streams")" "$server_pid" >/dev/null &
load_job=$!
sleep $((warm_up + 1))
event=
if command -v perf >/dev/null; then
    # cpu-clock where the machine has no counters, as in many virtual machines.
    event=cycles
    perf stat -e cycles true 2>&1 | grep -q 'not supported' && event=cpu-clock
    perf record -q -e "$event" -F 1999 -g -p "$server_pid" -o "$out/perf.data" -- sleep "$measured" 2>"$out/perf.err" || event=
fi
traced=0
if command -v strace >/dev/null; then
    timeout -s INT 3 strace -c -f -q -p "$server_pid" -o "$out/strace.txt" 2>/dev/null
    traced=1
fi
wait "$load_job"
if [ -n "$event" ]; then
    perf report -i "$out/perf.data" --no-children --percent-limit 0.7 -g none --stdio 2>/dev/null | grep -v '^$' >"$out/report.txt"
    echo "perf ($event), functions by share of the $who's CPU time ($out/report.txt has all):"
    grep '%' "$out/report.txt" | head -40
fi
if [ $traced = 1 ]; then
    echo
    echo "system calls of 3 s (strace slows the $who: read the counts, not the times):"
    head -15 "$out/strace.txt"
fi
[ -n "$event" ] || [ $traced = 1 ] || fail "neither perf nor strace could look: apt-get install -y linux-perf strace"
