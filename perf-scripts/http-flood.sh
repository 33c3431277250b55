#!/usr/bin/env bash
# What do strangers at the HTTP port do to the viewers? 10,000 connections whose request never ends, then 60 threads that open the live picture's WebSocket again and again and send thousands of
# small messages on each, while viewers over UDP and TCP play and compare every picture with its checksum. Ends with status 1 where a packet is lost (but for those that the viewers' own sockets drop,
# which the kernel counts), a picture differs, /healthz (asked twice a second from another address of this machine) is not answered, or the server's memory grows beyond a bound.
. "$(dirname "$0")/fanout/lib.sh"

kind=rtspsim
connections=10000
threads=60
seconds=12
viewers=20
kbit=2000
rss_max=96

usage() {
    echo "usage: perf-scripts/http-flood.sh [options]
  --connections N   slow ones ($connections)
  --threads N       that flood WebSockets ($threads)
  --seconds S       of each flood ($seconds)
  --viewers N       over UDP and TCP by turns ($viewers)
  --kbit K          of the stream ($kbit)
  --rss-max MB      by which the server's resident memory may grow ($rss_max)"
}

while [ $# -gt 0 ]; do
    case $1 in
    --connections) connections=$2 ;;
    --threads) threads=$2 ;;
    --seconds) seconds=$2 ;;
    --viewers) viewers=$2 ;;
    --kbit) kbit=$2 ;;
    --rss-max) rss_max=$2 ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    [ $# -gt 1 ] || { usage >&2; exit 2; }
    shift 2
done

http=$(free_port)
proxy_arguments="--http 127.0.0.1:$http"
load_pid=
asker_pid=
failed=0
at_exit() { end_one "$asker_pid"; end_one "$load_pid"; end_server; end_camera; rm -rf "$work"; }

rss_mb() { awk '/^VmRSS/ { printf "%.0f\n", $2 / 1024 }' "/proc/$server_pid/status"; }

ask() { # twice a second: status and seconds of each answer; and the server's memory
    while :; do
        curl -s -o /dev/null -m 5 -w '%{http_code} %{time_total}\n' "http://127.0.0.1:$http/healthz" >>"$work/healthz"
        rss_mb >>"$work/rss"
        sleep 0.5
    done
}

flood() { python3 "$root/perf-scripts/http-flood/flood.py" "$1" "127.0.0.1:$http" "${@:2}"; }

build_tools
start_camera 1 "$kbit"
start_proxy 1
url=$(play_url 1)
"$simulator" load --plain --clients "$viewers" --transport udp,tcp --verify --min-clients "$viewers" --duration 10m --json "$work/load.json" "$url" >"$work/load.log" 2>&1 &
load_pid=$!
sleep 4
before=$(rss_mb)
ask &
asker_pid=$!
echo "Machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), Linux $(uname -r | cut -d- -f1), $(date -u +%Y-%m-%d). $viewers viewers of $kbit kbit/s."
echo "slow requests: $(flood slow "$connections" "$seconds")"
echo "WebSockets: $(flood sockets "$(basename "$url")" "$threads" "$seconds")"
sleep 2
end_one "$asker_pid"
asker_pid=
kill -TERM "$load_pid"
wait "$load_pid"
passed=$?
load_pid=
read -r frames verified corrupt lost tool high < <(python3 "$root/perf-scripts/flood/figures.py" "$work/load.json" accessUnits.frames accessUnits.verified accessUnits.corrupt packets.lost lossBy.tool frameLatency.p99)
echo "viewers: $verified of $frames pictures verified, $corrupt corrupt, $lost packets lost ($tool of them by the viewers' own sockets), p99 of the latency $high ms"
[ "$passed" = 0 ] && [ "$((lost - tool))" = 0 ] && [ "$frames" -gt 0 ] || failed=1
awk -v before="$before" -v max="$rss_max" '
    NR == FNR { asked++; if ($1 == 200) answered++; if ($2 > slowest) slowest = $2; next }
    $1 > most { most = $1 }
    END { printf "/healthz: %d of %d answered 200, the slowest after %.2f s; memory %d MB before, %d MB at the most\n", answered, asked, slowest, before, most
          exit asked == 0 || answered < asked || most - before > max }' "$work/healthz" "$work/rss" || failed=1
exit $failed
