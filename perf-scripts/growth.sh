#!/usr/bin/env bash
# How do cost and memory grow with cameras (1 to 500) and with viewers of one camera (1 to 10,000)? Proxy and floor: a table, a plot (SVG) and the model fitted to it.
. "$(dirname "$0")/fanout/lib.sh"

growth=$(cd "$(dirname "$0")/growth" && pwd)
out=$root/docs
cameras="1 10 50 100 200 500"
camera_kbit=1000
viewers="1 10 100 500 1000 2000 5000 10000"
viewer_kbit=150
rate_rows="100:2000 500:2000"
transports="udp tcp"
warm_up=20 # until no ring grows any more
rows=

usage() {
    echo "usage: perf-scripts/growth.sh [options]
  --quick            a few short rows, to see that all of it works; into artifacts/growth
  --out DIR          where growth.svg and growth.md go (docs)
  --cameras \"N ...\"  how many cameras, with a viewer each ($cameras); --camera-kbit K: bit rate of each ($camera_kbit)
  --viewers \"N ...\"  how many viewers of one camera ($viewers); --viewer-kbit K: its bit rate ($viewer_kbit)
  --rates \"N:K ...\"  rows for what bits cost: viewers and kbit/s of one camera ($rate_rows)
  --over \"udp tcp\"   how viewers are served ($transports)
  --rows FILE        measure nothing: table, plot and model of the rows of an earlier run (growth.tsv beside the table)
$common_help

The C programs of fanout/ are camera and crowd. It needs gnuplot (apt-get install -y gnuplot-nox) and python3; the whole takes about 45 minutes.
RTSPSIM_BIN and FASTRTSPPROXY_BIN name other binaries than artifacts/aot/…, which packaging/publish.sh makes."
}

while [ $# -gt 0 ]; do
    case $1 in
    --quick)
        out=$root/artifacts/growth cameras="1 10 30" viewers="1 30 100 300" rate_rows="50:2000" duration=2 warm_up=2
        shift
        continue
        ;;
    --help) usage; exit 0 ;;
    esac
    [ $# -gt 1 ] || { usage >&2; exit 1; }
    case $1 in
    --out) out=$2 ;;
    --cameras) cameras=$2 ;;
    --camera-kbit) camera_kbit=$2 ;;
    --viewers) viewers=$2 ;;
    --viewer-kbit) viewer_kbit=$2 ;;
    --rates) rate_rows=$2 ;;
    --over) transports=$2 ;;
    --rows) rows=$2 ;;
    --server-url | --server-pid | --camera-port | --tools) fail "$1 is not for this script" ;;
    *) common_option "$1" "$2" || { usage >&2; exit 1; } ;;
    esac
    shift 2
done

command -v gnuplot >/dev/null || fail "gnuplot is needed: apt-get install -y gnuplot-nox"
command -v python3 >/dev/null || fail "python3 is needed: apt-get install -y python3-minimal"
mkdir -p "$out" || exit 1

measure() { # sweep streams viewers kbit over
    local server line repeats needed=$(($3 + 1000))
    [ "$5" = tcp ] || needed=$((3 * $3 + 1000)) # of the crowd: a connection, and a pair of ports
    if [ "$needed" -gt "$(ulimit -n)" ]; then
        echo "$1: $3 viewers over $5 are left out: they take $needed descriptors, and $(ulimit -n) are allowed (ulimit -Hn 65536, as root)" >&2
        echo "#left out: $3 viewers over $5: the crowd takes $needed descriptors, and $(ulimit -n) are allowed" >>"$rows"
        return
    fi
    for repeats in $(seq "$repeat"); do
        for server in floor proxy; do
            start_camera "$2" "$4"
            "start_$server" "$2"
            line=$(run_load "$2" "$3" "$5" "$(play_url "$2")" "$server_pid")
            end_server
            end_camera
            [ -n "$line" ] || { echo "$1: $2 cameras, $3 viewers over $5, $server: failed" >&2; lost_any=1; continue; }
            [ "$(value "$line" lost) $(value "$line" closed) $(value "$line" silent)" = "0 0 0" ] || [ "$server" = floor ] || lost_any=1
            printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" "$server" "$(value "$line" cpu_us_per_packet)" "$(value "$line" cores)" \
                "$(value "$line" packets)" "$(value "$line" seconds)" "$(value "$line" rss_mb)" "$(value "$line" lost)" | tee -a "$rows" >&2
        done
    done
}

if [ -z "$rows" ]; then
    build_tools
    ulimit -n "$(ulimit -Hn)"
    rows=$out/growth.tsv
    printf '#sweep\tcameras\tviewers\tkbit\tover\tserver\tcpu_us_per_packet\tcores\tpackets\tseconds\trss_mb\tlost\n' >"$rows"
    for over in $transports; do
        for count in $cameras; do measure cameras "$count" "$count" "$camera_kbit" "$over"; done
        for count in $viewers; do measure viewers 1 "$count" "$viewer_kbit" "$over"; done
        for row in $rate_rows; do measure rates 1 "${row%%:*}" "${row##*:}" "$over"; done
    done
fi

machine="$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d- -f1), $(date -u +%Y-%m-%d)"
python3 "$growth/model.py" --rows "$rows" --work "$work" --machine "$machine" --duration "$duration" --key-ratio "$key_ratio" >"$out/growth.md" || fail "no model"
gnuplot -e "work='$work'; camera_kbit=$camera_kbit; viewer_kbit=$viewer_kbit" "$growth/plot.gp" >"$out/growth.svg" || fail "no plot"
cat "$out/growth.md"
exit $lost_any
