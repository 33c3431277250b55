#!/usr/bin/env bash
# How much memory does a viewer take: resident, and of that in the managed heap? From crowds of two sizes, so that what the process has anyway does not count.
. "$(dirname "$0")/fanout/lib.sh"

kbit=150
few=500
many=5000
transports="tcp udp"
duration=6
warm_up=6

usage() {
    echo "usage: perf-scripts/viewer-memory.sh [options]
  --few N --many N   viewers of the two crowds ($few, $many)
  --kbit K           bit rate of their camera ($kbit)
  --over \"tcp udp\"   how they are served ($transports)
$common_help

RTSPSIM_BIN and FASTRTSPPROXY_BIN name other binaries than artifacts/aot/…, which packaging/publish.sh makes."
}

while [ $# -gt 0 ]; do
    [ "$1" != --help ] || { usage; exit 0; }
    [ $# -gt 1 ] || { usage >&2; exit 1; }
    case $1 in
    --few) few=$2 ;;
    --many) many=$2 ;;
    --kbit) kbit=$2 ;;
    --over) transports=$2 ;;
    *) common_option "$1" "$2" || { usage >&2; exit 1; } ;;
    esac
    shift 2
done

build_tools
ulimit -n "$(ulimit -Hn)"

resident() { # pid: KB resident in all, in the managed heap, and in what malloc has
    awk '
        /^[0-9a-f]+-[0-9a-f]+ / {
            split($1, ends, "-")
            if (ends[1] != last) run++   # the collector reserves one long range, and commits pieces of it
            last = ends[2]
            named = NF > 5 ? $6 : ""
            if (named != "") run++
            size = 0
        }
        /^Size:/ { if ($2 > 4 * 1024 * 1024) heap[run] = 1 }
        /^Rss:/ { all += $2; rss[run] += $2; if (named == "[heap]") malloc += $2 }
        END { for (r in heap) managed += rss[r]; print all, managed + 0, malloc + 0 }' "/proc/$1/smaps"
}

sample() { # viewers over: resident memory when all have played for the warm-up, and whether anything was lost
    start_camera 1 "$kbit"
    start_proxy 1
    local begun=$SECONDS
    rm -f "$work/load.log"
    run_load 1 "$1" "$2" "$(play_url 1)" "$server_pid" >"$work/line" &
    local load=$! memory
    for _ in $(seq 1200); do
        grep -q 'play after' "$work/load.log" 2>/dev/null && break
        sleep 0.1
    done
    sleep $((warm_up + duration / 2))
    while [ $((SECONDS - begun)) -lt 10 ]; do sleep 1; done # what only the start needed is given back after 5 s
    memory=$(resident "$server_pid")
    wait "$load"
    end_server
    end_camera
    echo "$memory $(value "$(cat "$work/line")" lost) $(value "$(cat "$work/line")" playing)"
}

echo "Machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d- -f1), $(date -u +%Y-%m-%d). One camera of $kbit kbit/s."
echo
echo "| over | viewers | RSS MB | managed heap MB | lost | a viewer: RSS KB | managed KB |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for over in $transports; do
    read -r rss1 managed1 _ lost1 playing1 <<<"$(sample "$few" "$over")"
    read -r rss2 managed2 _ lost2 playing2 <<<"$(sample "$many" "$over")"
    echo "$over $few $rss1 $managed1 $lost1 $playing1 $many $rss2 $managed2 $lost2 $playing2" | awk '{
        printf "| %s | %d | %.1f | %.1f | %d | | |\n", $1, $6, $3 / 1024, $4 / 1024, $5
        printf "| %s | %d | %.1f | %.1f | %d | %.1f | %.1f |\n", $1, $11, $8 / 1024, $9 / 1024, $10, ($8 - $3) / ($11 - $6), ($9 - $4) / ($11 - $6) }'
    [ "$lost1 $lost2" = "0 0" ] || lost_any=1
done
exit $lost_any
