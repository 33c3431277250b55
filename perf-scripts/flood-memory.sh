#!/usr/bin/env bash
# How much memory can clients without credentials make the proxy hold, in each of several ways, is it given back, and do good viewers lose anything meanwhile? Ends with status 1 when a bound is missed:
# the growth of the resident memory, what is left of it a minute after the attack, a viewer or a packet lost by the server, the server gone.
. "$(dirname "$0")/crowd/lib.sh"

kinds="heads bodies waiting inhand answers tunnels playing"
clients=2000
viewers=10
seconds=8
grows=80
left=24
calm=60
heap_limit=

usage() {
    echo "usage: perf-scripts/flood-memory.sh [options]
  --kinds \"...\"        heads, bodies, waiting, inhand, answers, tunnels, playing: see flood/hoard.py ($kinds)
  --clients N          hostile ones ($clients)
  --viewers N          good ones ($viewers)
  --seconds S          of sending ($seconds)
  --grows MB           bound of the growth ($grows)
  --left MB            bound of what is left of it --calm seconds after the attack ($left)
  --calm S             ($calm)
  --heap-limit HEX     a hard limit of the managed heap, as a container sets one: 0xC000000 are 192 MB
$common_help"
}

while [ $# -gt 0 ]; do
    case $1 in
    --kinds) kinds=$2 ;;
    --clients) clients=$2 ;;
    --viewers) viewers=$2 ;;
    --seconds) seconds=$2 ;;
    --grows) grows=$2 ;;
    --left) left=$2 ;;
    --calm) calm=$2 ;;
    --heap-limit) heap_limit=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 2; } ;;
    esac
    shift 2
done

tools=$(dirname "$0")/flood
hoard_pid=
at_exit() { end_one "$hoard_pid"; end_one "$server_pid"; end_one "$camera_pid"; rm -rf "$work"; }
[ -z "$heap_limit" ] || export DOTNET_GCHeapHardLimit=$heap_limit

resident() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$watched_pid/status" 2>/dev/null || echo 0; }

more() { echo "$1 $2" | awk '{ exit !($1 > $2) }'; } # a b: a > b

one() { # kind: one row, by a server of its own
    # The second stream's camera is not there.
    proxy_args="$given_args rtsp://127.0.0.1:1/down"
    start_server >"$work/start.log"
    local url=${server_url%/*} port before peak now after lost by failed verdict=ok
    port=$(echo "$server_url" | sed -E 's|.*:([0-9]+)/.*|\1|')
    # The proxy numbers several streams; the one that is down was named first.
    local good=$url/proxyStream-2 down=$url/proxyStream-1
    server_url=$good
    crowd "memory-$1" --clients "$viewers" --transport mix --ramp 20/s --duration "$((seconds + calm / 6 + 10))s" >"$work/crowd.log" 2>&1 &
    local crowd_pid=$!
    sleep 3
    before=$(resident)
    peak=$before
    : >"$work/hoard.log"
    python3 "$tools/hoard.py" "$port" "$1" "$clients" "$seconds" "$good" "$down" >"$work/hoard.log" 2>"$work/hoard.errors" &
    hoard_pid=$!
    until grep -q closed "$work/hoard.log" || ! kill -0 "$hoard_pid" 2>/dev/null; do
        now=$(resident)
        more "$now" "$peak" && peak=$now
        sleep 0.1
    done
    end_one "$hoard_pid"
    hoard_pid=
    wait "$crowd_pid" || true
    sleep "$((calm - calm / 6))"
    after=$(resident)
    [ -s "$work/hoard.log" ] && [ -e "$out/memory-$1.json" ] || tail -n 3 "$work/crowd.log" "$work/hoard.errors" "$work/server.log" >&2
    read -r lost by failed < <(python3 "$tools/figures.py" "$out/memory-$1.json" packets.lost lossBy.server clients.failed)
    more "$(echo "$peak $before" | awk '{ print $1 - $2 }')" "$grows" && verdict="grew by more than $grows"
    more "$(echo "$after $before" | awk '{ print $1 - $2 }')" "$left" && verdict="kept more than $left"
    [ "$by" = 0 ] && [ "$failed" = 0 ] || verdict="viewers lost something"
    kill -0 "$server_pid" 2>/dev/null || verdict="the server is gone"
    echo "| $1 | $(awk '{ printf "%d, %.0f, %d", $1, $2, $4 }' "$work/hoard.log") | $before | $peak | $after | $lost ($by) | $failed | $verdict |"
    end_one "$server_pid"
    end_one "$camera_pid"
    server_pid='' camera_pid='' server_url='' watched_pid=''
    [ "$verdict" = ok ]
}

given_args=$proxy_args
echo "$clients hostile clients, $viewers viewers${heap_limit:+, heap limited to $heap_limit}${given_args:+, $given_args}; resident memory in MB"
echo
echo "| kind | connections, MB sent, closed | before | peak | ${calm} s after | lost (by the server) | viewers failed | verdict |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
code=0
for kind in $kinds; do
    one "$kind" || code=1
done
exit $code
