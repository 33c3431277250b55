# Shared by fanout.sh, many-cameras.sh, load-cost.sh and profile.sh: builds the C programs, starts and ends cameras and servers, runs one row.
# Camera and load are rtspsim or the C programs, by $kind; the floor is always the one in C.
# Everything listens and sends on loopback, is bounded in time, and is ended by its own pid.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tools=${FRP_PERF_TOOLS:-$root/artifacts/perf-tools}
work=$(mktemp -d)
binary=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy}
simulator=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
kind=c
lost_any=0
camera_pid=
server_pid=
duration=10
warm_up=3
backend=udp
# As the floor does: nobody waits for a key frame.
proxy_arguments="--start live"
load_arguments=
server_url=
outside_pid=
camera_port=
with_floor=1
with_proxy=1
repeat=1
key_ratio=8

fail() { echo "$*" >&2; exit 1; }

build_tools() {
    mkdir -p "$tools"
    [ "$kind" = c ] || [ -x "$simulator" ] || fail "no native binary at $simulator: run packaging/publish.sh first, or set RTSPSIM_BIN, or --tools c"
    for program in camera floor load; do
        if [ ! -x "$tools/$program" ] || [ "$here/$program.c" -nt "$tools/$program" ] || [ "$here/rtsp.h" -nt "$tools/$program" ]; then
            gcc -O2 -Wall -Wextra -Wno-format-nonliteral -Wno-format-extra-args -o "$tools/$program" "$here/$program.c" || fail "gcc is needed: apt-get install -y gcc libc6-dev"
        fi
    done
}

end_one() { # pid: TERM, then KILL after 3 s
    [ -n "$1" ] || return 0
    kill -TERM "$1" 2>/dev/null
    for _ in $(seq 30); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    return 0
}

# The log goes with the server: the next one's is not to be waited for in the last one's words.
end_server() { end_one "$server_pid"; server_pid=; rm -f "$work/server.log"; }
end_camera() { end_one "$camera_pid"; camera_pid=; rm -f "$work/camera.log"; }

at_exit() { end_server; end_camera; rm -rf "$work"; }
trap at_exit EXIT
trap 'exit 130' INT TERM

free_port() { # a port below the range of outgoing connections that nobody listens on
    local port
    while :; do
        port=$((20000 + RANDOM % 9000))
        if ! grep -qi ":$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

wait_for() { # file, text, pid, streams (1): the text is there within 10 s, and 0.1 s for each stream, or the server's own last words say why not
    for _ in $(seq $((200 + 2 * ${4:-1}))); do
        grep -q "$2" "$1" 2>/dev/null && return 0
        kill -0 "$3" 2>/dev/null || break
        sleep 0.05
    done
    tail -n 10 "$1" >&2
    fail "it did not start"
}

start_camera() { # streams kbit
    camera_port=${camera_port:-$(free_port)}
    if [ "$kind" = c ]; then
        "$tools/camera" --port "$camera_port" --streams "$1" --kbit "$2" --key-ratio "$key_ratio" 2>"$work/camera.log" &
        camera_pid=$!
        wait_for "$work/camera.log" ready "$camera_pid"
    else
        "$simulator" camera --port "$camera_port" --streams "$1" --path 'cam-{0}' --video h264 --audio none --bitrate "${2}k" >"$work/camera.log" 2>&1 &
        camera_pid=$!
        wait_for "$work/camera.log" "/cam-$1\$" "$camera_pid" "$1"
    fi
}

start_floor() { # streams
    local port tcp=
    port=$(free_port)
    [ "$backend" = tcp ] && tcp=--camera-tcp
    "$tools/floor" --port "$port" --streams "$1" --camera "rtsp://127.0.0.1:$camera_port/cam-%d" $tcp 2>"$work/server.log" &
    server_pid=$!
    wait_for "$work/server.log" "using the URL.*proxyStream\(-$1\)\?\$" "$server_pid" "$1"
}

start_proxy() { # streams
    local port tcp= urls=() i
    [ -x "$binary" ] || fail "no native binary at $binary: run packaging/publish.sh first, or set FASTRTSPPROXY_BIN"
    port=$(free_port)
    [ "$backend" = tcp ] && tcp=-t
    for i in $(seq "$1"); do urls+=("rtsp://127.0.0.1:$camera_port/cam-$i"); done
    # shellcheck disable=SC2086
    "$binary" -p "$port" --max-clients-per-address 20000 $tcp $proxy_arguments "${urls[@]}" 2>"$work/server.log" >"$work/server.out" &
    server_pid=$!
    if [ "$1" = 1 ]; then wait_for "$work/server.log" 'using the URL.*/proxyStream$' "$server_pid"; else wait_for "$work/server.log" "using the URL.*/proxyStream-$1\$" "$server_pid" "$1"; fi
}

play_url() { # streams: what the server printed, on loopback, with %d in the place of the number
    local url
    url=$(grep -o 'using the URL: rtsp://.*' "$work/server.log" | tail -1 | sed -e 's|.*rtsp://[^:/]*|rtsp://127.0.0.1|')
    [ "$1" = 1 ] || url=$(echo "$url" | sed -e 's/-[0-9]*$/-%d/')
    echo "$url"
}

run_load() { # streams clients transport url pid kbit: load's line, or a note that it failed
    [ "$kind" = c ] || { run_simulator "$@"; return; }
    # shellcheck disable=SC2086
    timeout $((duration + warm_up + 90)) "$tools/load" --url "$4" --streams "$1" --clients "$2" --transport "$3" --duration "$duration" --warm-up "$warm_up" --pid "$5" \
        $load_arguments 2>"$work/load.log" || { tail -5 "$work/load.log"; tail -5 "$work/server.log"; } >&2
}

# The same line from the report of rtspsim load. Processor times are of the seconds in which all clients play, without the first ones of the warm-up; losses and latencies are of the whole run.
run_simulator() { # streams clients transport url pid
    local urls=("$4") i
    if [ "$1" != 1 ]; then
        urls=()
        for i in $(seq "$1"); do urls+=("${4//%d/$i}"); done
    fi
    rm -f "$work/load.json"
    # Exit code 1 is a run that did not pass; its report tells.
    # shellcheck disable=SC2086
    timeout $((duration + warm_up + 90)) "$simulator" load --plain --clients "$2" --transport "$3" --ramp 500/s --duration "$((duration + warm_up))s" ${5:+--watch-pid ${5%%,*}} \
        --json "$work/load.json" $load_arguments "${urls[@]}" >"$work/load.log" 2>&1
    if [ ! -s "$work/load.json" ]; then
        { tail -5 "$work/load.log"; tail -5 "$work/server.log"; } >&2
        return
    fi
    awk -v all="$2" -v warm_up="$warm_up" '
        function number(text) { gsub(/[^0-9.]/, "", text); return text + 0 }
        /": [{[]$/ { group = $1; gsub(/[^A-Za-z]/, "", group) }
        group == "clients" && /"failed":/ { failed = number($2) }
        group == "clients" && /"playingAtEnd":/ { at_end = number($2) }
        group == "packets" && /"lost":/ { lost = number($2) }
        group == "toolCost" && /"kernelDrops":/ { drops = number($2) }
        group == "frameLatency" && /"p50":/ { p50 = number($2) }
        group == "frameLatency" && /"p99":/ { p99 = number($2) }
        group == "frameLatency" && /"p999":/ { p999 = number($2) }
        /"second":/ { second = number($2) }
        /"playing":/ { playing = number($2) }
        /"packetsPerSecond":/ { rate = number($2) }
        /"toolCpuPercent":/ { tool = number($2) / 100 }
        /"watchedResidentBytes":/ { if (number($2) > 0) rss = number($2) }
        /"watchedCpuPercent":/ {
            if (playing == all && begun == "") begun = second
            if (begun != "" && last >= begun + warm_up - 1) {
                seconds += second - last
                packets += rate * (second - last)
                cpu += number($2) / 100 * (second - last)
                load += tool * (second - last)
            }
            last = second
        }
        END {
            silent = all - at_end - failed
            if (silent < 0) silent = 0
            printf "packets=%d seconds=%.2f cpu_us_per_packet=%.3f cores=%.3f load_cores=%.2f lost=%d kernel_drops=%d closed=%d silent=%d p50_ms=%.2f p99_ms=%.2f p999_ms=%.2f rss_mb=%.1f\n", packets,
                seconds, packets ? cpu * 1e6 / packets : 0, seconds ? cpu / seconds : 0, seconds ? load / seconds : 0, lost, drops, failed, silent, p50 / 1000, p99 / 1000, p999 / 1000, rss / 1e6
        }' "$work/load.json"
}

value() { # line key
    echo "$1" | tr ' ' '\n' | sed -n "s/^$2=//p"
}

print_head() {
    echo "Machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d- -f1), $(date -u +%Y-%m-%d). Camera to server over $backend, $duration s a row, camera and load: $kind$([ "$kind" != c ] || echo ", key frames $key_ratio times the mean")."
    echo
    echo "| clients | over | kbit/s | server | CPU µs/packet | cores | load cores | lost | closed, silent | p50 ms | p99 ms | p99.9 ms | RSS MB |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
}

print_row() { # clients transport kbit server line
    if [ -z "$5" ]; then
        echo "| $1 | $2 | $3 | $4 | failed |"
        lost_any=1
        return
    fi
    local lost
    lost=$(value "$5" lost)
    [ "$4" = floor ] || [ "$lost $(value "$5" closed) $(value "$5" silent)" = "0 0 0" ] || lost_any=1
    [ "$(value "$5" kernel_drops)" = 0 ] || lost="$lost (clients' sockets: $(value "$5" kernel_drops))"
    echo "| $1 | $2 | $3 | $4 | $(value "$5" cpu_us_per_packet) | $(value "$5" cores) | $(value "$5" load_cores) | $lost | $(value "$5" closed), $(value "$5" silent) |" \
        "$(value "$5" p50_ms) | $(value "$5" p99_ms) | $(value "$5" p999_ms) | $(value "$5" rss_mb) |"
}

median() { # of the key's values in a file of load's lines
    tr ' ' '\n' <"$1" | sed -n "s/^$2=//p" | sort -g | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2; else print 0 }'
}

print_ratio() { # clients transport kbit: the medians of the row's runs, one against the other
    echo "$(median "$work/floor" cpu_us_per_packet) $(median "$work/proxy" cpu_us_per_packet) $(median "$work/floor" p99_ms) $(median "$work/proxy" p99_ms)" |
        awk -v row="| $1 | $2 | $3" '{ if ($1 > 0 && $2 > 0 && $3 > 0) printf "%s | **proxy / floor** | **%.2f** | | | | | | **%.2f** | | |\n", row, $2 / $1, $4 / $3 }'
}

run_one() { # streams clients transport kbit label server
    local line
    start_camera "$1" "$4"
    "start_$6" "$1"
    line=$(run_load "$1" "$2" "$3" "$(play_url "$1")" "$server_pid")
    end_server
    end_camera
    echo "$line" >>"$work/$6"
    print_row "$5" "$3" "$4" "$6" "$line"
}

run_row() { # streams clients transport kbit label
    if [ -n "$server_url" ]; then
        print_row "$5" "$3" "$4" server "$(run_load "$1" "$2" "$3" "$server_url" "$outside_pid")"
        return
    fi
    : >"$work/floor"
    : >"$work/proxy"
    for _ in $(seq "$repeat"); do
        [ "$with_floor" = 0 ] || run_one "$@" floor
        [ "$with_proxy" = 0 ] || run_one "$@" proxy
    done
    [ "$with_floor$with_proxy" != 11 ] || print_ratio "$5" "$3" "$4"
}

common_option() { # name value: sets it and returns 0, or returns 1
    case $1 in
    --duration) duration=$2 ;;
    --warm-up) warm_up=$2 ;;
    --repeat) repeat=$2 ;;
    --back-end) backend=$2 ;;
    --key-ratio) key_ratio=$2 ;;
    --tools) case $2 in c | rtspsim) kind=$2 ;; *) fail "--tools c|rtspsim" ;; esac ;;
    --proxy-args) proxy_arguments="--start live $2" ;;
    --load-args) load_arguments=$2 ;;
    --server-url) server_url=$2 ;;
    --server-pid) outside_pid=$2 ;;
    --camera-port) camera_port=$2 ;;
    --only) case $2 in floor) with_proxy=0 ;; proxy) with_floor=0 ;; *) fail "--only floor|proxy" ;; esac ;;
    *) return 1 ;;
    esac
}

common_help='  --duration S       seconds measured a row (10), after --warm-up S (3; 20 with many cameras, whose rings grow at first)
  --repeat N         each row N times, floor and proxy by turns; the ratio is of the medians (1)
  --back-end udp|tcp how camera and server are connected (udp)
  --key-ratio R      key frames of the C camera are R times as large as its mean frame; 1: all are of one size (8)
  --only floor|proxy one of the two
  --proxy-args "..." more arguments for the proxy, beside --start live
  --load-args "..."  more arguments for the load (of C: --rcvbuf, --gro, --connect; of rtspsim: what rtspsim load --help lists)
  --server-url URL --server-pid PID[,PID] --camera-port PORT
                     measure a server that already runs; it reads rtsp://127.0.0.1:PORT/cam-1, which this script serves;
                     of several streams: URL with %d in the place of the number. rtspsim watches the first PID'
