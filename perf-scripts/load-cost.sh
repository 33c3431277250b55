#!/usr/bin/env bash
# What does rtspsim load itself cost? Its CPU time per received packet beside that of a plain C epoll receiver (fanout/load.c), both reading the same server in turn, each in one thread.
. "$(dirname "$0")/fanout/lib.sh"

rows="500:udp 500:tcp"
kbit=1000
sim=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}

usage() {
    echo "usage: perf-scripts/load-cost.sh [options]
  --rows \"N:udp|tcp ...\"  ($rows)
  --kbit K           bit rate of the stream ($kbit)
  --duration S       seconds measured ($duration)
  --repeat N         each N times in turn; the ratio is of the medians ($repeat)"
}

while [ $# -gt 0 ]; do
    case $1 in
    --rows) rows=$2 ;;
    --kbit) kbit=$2 ;;
    --duration) duration=$2 ;;
    --repeat) repeat=$2 ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift 2
done

[ -x "$sim" ] || fail "no native binary at $sim: run packaging/publish.sh first, or set RTSPSIM_BIN"
build_tools

# The receive buffers of both are the kernel's default. Of rtspsim's time line the seconds count in which all play, as the C program's window begins when all do.
c_receiver() { # clients transport url
    "$tools/load" --url "$3" --clients "$1" --transport "$2" --duration "$duration" --warm-up 2 --connect 250 --rcvbuf "$(($(cat /proc/sys/net/core/rmem_default) / 2))" 2>/dev/null |
        tr ' ' '\n' | awk -F= '{ v[$1] = $2 } END { if (v["packets"] > 0) printf "%.3f %d\n", v["load_cores"] * v["seconds"] * 1e6 / v["packets"], v["lost"] }'
}

simulator() { # clients transport url
    "$sim" load --plain --threads 1 --clients "$1" --transport "$2" --ramp 250/s --duration "$((duration + 2))s" --json "$work/sim.json" "$3" >/dev/null
    awk -v all="$1" '
        function number(text) { gsub(/[^0-9.]/, "", text); return text + 0 }
        /"lost":/ && lost == "" { lost = number($2) }
        /"second":/ { second = number($2) }
        /"playing":/ { playing = number($2) }
        /"packetsPerSecond":/ { rate = number($2) }
        /"toolCpuPercent":/ { if (playing == all && last > 0) { cpu += number($2) / 100 * (second - last); packets += rate * (second - last) } last = second }
        END { if (packets > 0) printf "%.3f %d\n", cpu * 1e6 / packets, lost }' "$work/sim.json"
}

echo "Machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d- -f1), $(date -u +%Y-%m-%d). One C relay serves both; $duration s a row."
echo
echo "| clients | over | plain C, CPU µs/packet (lost) | rtspsim load | ratio |"
echo "| --- | --- | --- | --- | --- |"
for row in $rows; do
    IFS=: read -r clients transport <<<"$row"
    : >"$work/c"
    : >"$work/s"
    start_camera 1 "$kbit"
    start_floor 1
    for _ in $(seq "$repeat"); do
        c_receiver "$clients" "$transport" "$(play_url 1)" >>"$work/c"
        simulator "$clients" "$transport" "$(play_url 1)" >>"$work/s"
    done
    end_server
    end_camera
    for file in c s; do sort -g "$work/$file" | awk '{ v[NR] = $1; l += $2 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, l }' >"$work/$file.median"; done
    paste -d' ' "$work/c.median" "$work/s.median" | awk -v row="| $clients | $transport" '{ if ($1 > 0) printf "%s | %.2f (%d) | %.2f (%d) | **%.2f** |\n", row, $1, $2, $3, $4, $3 / $1 }'
done
