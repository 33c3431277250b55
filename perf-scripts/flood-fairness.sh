#!/usr/bin/env bash
# What do clients that send as fast as they can do to the others? Good viewers on one event loop, beside flooders of several kinds; and the same flood against a bare sink on another port,
# whose effect on the viewers is the machine's own. Ends with status 1 when a bound is missed: the viewers' p99, a packet lost by the server, new requests answered within 100 ms.
. "$(dirname "$0")/crowd/lib.sh"

flooders=16
viewers=10
kinds="none empty large options session"
seconds=12
transport=mix
p99=60
answered=45
niceness=10
log_in=

usage() {
    echo "usage: perf-scripts/flood-fairness.sh [options]
  --kinds \"...\"        none, empty (\$ frames of no bytes), large (of 64 KiB), options (answers are read), session (empty frames, with a session) ($kinds)
  --flooders N         ($flooders, at nice $niceness)
  --nice N             of the flooders ($niceness)
  --viewers N          ($viewers)
  --transport T        of the viewers: udp, tcp, or mix ($transport)
  --seconds S          of each flood ($seconds)
  --p99 MS             the viewers' bound ($p99)
  --answered N         of 50 new OPTIONS, within 100 ms ($answered)
  --log-in USER:WORD   viewers must log in (the proxy's -C) and do; flooders have no log-in, so session is refused its session. A server of --server-url has log-ins of its own: name them in the URL
$common_help"
}

while [ $# -gt 0 ]; do
    case $1 in
    --kinds) kinds=$2 ;;
    --flooders) flooders=$2 ;;
    --nice) niceness=$2 ;;
    --viewers) viewers=$2 ;;
    --transport) transport=$2 ;;
    --seconds) seconds=$2 ;;
    --p99) p99=$2 ;;
    --answered) answered=$2 ;;
    --log-in)
        log_in=$2
        [[ $log_in =~ ^[A-Za-z0-9]+:[A-Za-z0-9]+$ ]] || { echo "--log-in takes USER:WORD, of letters and digits" >&2; exit 2; }
        ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 2; } ;;
    esac
    shift 2
done

tools=$(dirname "$0")/flood
sink_pid=
at_exit() { end_one "$sink_pid"; end_one "$server_pid"; end_one "$camera_pid"; rm -rf "$work"; }
proxy_args="--threads 1 ${log_in:+-C ${log_in%%:*} ${log_in#*:}} $proxy_args"
start_server
[ -z "$log_in" ] || [ -z "$server_pid" ] || server_url="rtsp://$log_in@${server_url#rtsp://}"
port=$(echo "$server_url" | sed -E 's|.*:([0-9]+)/.*|\1|')
python3 "$tools/sink.py" >"$work/sink.port" &
sink_pid=$!
wait_for "$work/sink.port" '[0-9]' "$sink_pid"

processor_seconds() { # of the server so far
    [ -n "$watched_pid" ] || { echo 0; return; }
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$watched_pid/stat"
}

one() { # kind, target's name, target's port: one row
    local report="flood-$1-$2${log_in:+-log-in}"
    crowd "$report" --clients "$viewers" --transport "$transport" --ramp 20/s --duration "$((seconds + 4))s" >"$work/crowd.log" 2>&1 &
    local crowd_pid=$! pids=() before after
    sleep 3
    before=$(processor_seconds)
    if [ "$1" != none ]; then
        for i in $(seq "$flooders"); do
            nice -n "$niceness" python3 "$tools/flooder.py" "$3" "$1" "$seconds" >"$work/flooder.$i" &
            pids+=($!)
        done
    fi
    python3 "$tools/ask.py" "$port" 50 "$((seconds - 1))" >"$work/asked"
    [ ${#pids[@]} -eq 0 ] || wait "${pids[@]}"
    after=$(processor_seconds)
    wait "$crowd_pid"
    local asked slowest frames p50 high most lost by flooded
    read -r asked slowest <"$work/asked"
    read -r frames p50 high most lost by < <(python3 "$tools/figures.py" "$out/$report.json" accessUnits.frames frameLatency.p50 frameLatency.p99 frameLatency.max packets.lost lossBy.server)
    flooded=0
    [ "$1" = none ] || flooded=$(cat "$work"/flooder.* | awk '{ mb += $1; links += $2 } END { printf "%.0f in %d", mb, links }')
    echo "| $1 | $2 | $flooded | $(echo "$before $after $seconds" | awk '{ printf "%.2f", ($2 - $1) / $3 }') | $frames | $p50 | $high | $most | $lost ($by) | $asked of 50 | $slowest |"
    [ "$2" = sink ] && return 0
    echo "$high $p99 $asked $answered $by" | awk '{ exit !($1 <= $2 && $3 >= $4 && $5 == 0) }'
}

echo
echo "$viewers viewers ($transport${log_in:+, logged in}), one event loop, $flooders flooders at nice $niceness, $seconds s each"
echo
echo "| flood | against | MB in connections | server cores | frames | p50 ms | p99 ms | max ms | lost (by the server) | OPTIONS within 100 ms | slowest ms |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
code=0
for kind in $kinds; do
    [ "$kind" = none ] || one "$kind" sink "$(cat "$work/sink.port")"
    one "$kind" server "$port" || { code=1; echo "a bound was missed: $kind" >&2; }
done
exit $code
