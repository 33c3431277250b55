#!/usr/bin/env bash
# What do clients that stop reading do to the others? The same crowd twice, first all well, then with 10 % stopped: the others' frame latency before and after.
. "$(dirname "$0")/crowd/lib.sh"

clients=500
stopped=10%
duration=15s
transport=tcp
slow=0%

usage() {
    echo "usage: perf-scripts/slow-client.sh [options]
  --clients N          ($clients)
  --stopped P          of them stop reading ($stopped)
  --slow P             of them read 64 KiB a second ($slow)
  --duration T         of each of the two runs ($duration)
  --transport T        udp, tcp, http, or mix ($transport)
$common_help"
}

while [ $# -gt 0 ]; do
    case $1 in
    --clients) clients=$2 ;;
    --stopped) stopped=$2 ;;
    --slow) slow=$2 ;;
    --duration) duration=$2 ;;
    --transport) transport=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 2; } ;;
    esac
    shift 2
done

start_server
code=0
for run in before after; do
    share=0%
    slow_share=0%
    [ $run = before ] || share=$stopped slow_share=$slow
    crowd "slow-client-$run" --clients "$clients" --transport "$transport" --ramp "$((clients / 4 + 1))/s" --duration "$duration" \
        --stopped "$share" --slow "$slow_share" --max-loss 0 >"$work/$run.log" || { code=1; tail -25 "$work/$run.log"; }
done

echo
echo "| $clients clients over $transport | p50 ms | p99 ms | p99.9 ms | max ms | lost |"
echo "| --- | --- | --- | --- | --- | --- |"
for run in before after; do
    file=$out/slow-client-$run.json
    label="all reading"
    [ $run = before ] || label="$stopped stopped, $slow slow: the others"
    echo "$(figure "$file" frameLatency p50) $(figure "$file" frameLatency p99) $(figure "$file" frameLatency p999) $(figure "$file" frameLatency max) $(figure "$file" packets lost)" |
        awk -v label="$label" '{ printf "| %s | %.2f | %.2f | %.2f | %.2f | %d |\n", label, $1 / 1000, $2 / 1000, $3 / 1000, $4 / 1000, $5 }'
done
echo "$(figure "$out/slow-client-before.json" frameLatency p99) $(figure "$out/slow-client-after.json" frameLatency p99)" |
    awk '$1 > 0 { printf "p99 after / before: %.2f\n", $2 / $1 }'
exit $code
