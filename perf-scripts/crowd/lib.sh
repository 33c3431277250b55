# Shared by churn.sh, slow-client.sh and soak.sh: starts rtspsim's camera and the proxy, or takes a server that already runs, and ends what it started by its own pid.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
proxy=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy}
sim=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
out=${out:-$root/artifacts/reports}
work=$(mktemp -d)
camera_pid=
server_pid=
server_url=
watched_pid=
camera_args="--video h264 --bitrate 1M --audio none"
proxy_args=

fail() { echo "$*" >&2; exit 1; }

end_one() { # pid: TERM, then KILL after 5 s
    [ -n "$1" ] || return 0
    kill -TERM "$1" 2>/dev/null
    for _ in $(seq 50); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    return 0
}

at_exit() { end_one "$server_pid"; end_one "$camera_pid"; rm -rf "$work"; }
trap at_exit EXIT
trap 'exit 130' INT TERM

common_help="  --server-url URL     a server that already runs, ours or another, instead of the proxy with a simulated camera behind it
  --server-pid PID     that server's process, if it is on this machine: its memory and descriptors are plotted
  --camera-args \"...\"  of rtspsim camera ($camera_args)
  --proxy-args \"...\"   more arguments for the proxy
  --out DIR            where the reports go (artifacts/reports)

FASTRTSPPROXY_BIN and RTSPSIM_BIN name other binaries than artifacts/aot/…, which packaging/publish.sh makes."

common_option() { # name value: sets it and returns 0, or returns 1
    case $1 in
    --server-url) server_url=$2 ;;
    --server-pid) watched_pid=$2 ;;
    --camera-args) camera_args=$2 ;;
    --proxy-args) proxy_args=$2 ;;
    --out) out=$2 ;;
    *) return 1 ;;
    esac
}

wait_for() { # file, text, pid
    for _ in $(seq 200); do
        grep -q "$2" "$1" 2>/dev/null && return 0
        kill -0 "$3" 2>/dev/null || break
        sleep 0.05
    done
    cat "$1" >&2
    fail "it did not start"
}

start_server() { # sets server_url and watched_pid, unless a server was given
    [ -x "$sim" ] || fail "no native binary at $sim: run packaging/publish.sh first, or set RTSPSIM_BIN"
    mkdir -p "$out" || exit 1
    echo "Machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d- -f1), $(date -u +%Y-%m-%d)."
    [ -z "$server_url" ] || return 0
    [ -x "$proxy" ] || fail "no native binary at $proxy: run packaging/publish.sh first, or set FASTRTSPPROXY_BIN, or give --server-url"
    : >"$work/camera.log" >"$work/server.log" # those of a server before this one are not waited for
    # shellcheck disable=SC2086
    "$sim" camera --port 0 $camera_args >"$work/camera.log" 2>&1 &
    camera_pid=$!
    wait_for "$work/camera.log" '^rtsp://' "$camera_pid"
    local port=$((20000 + RANDOM % 9000))
    # shellcheck disable=SC2086
    "$proxy" -p "$port" --max-clients-per-address 20000 $proxy_args "$(grep -m1 '^rtsp://' "$work/camera.log")" >"$work/server.log" 2>&1 &
    server_pid=$!
    wait_for "$work/server.log" 'using the URL: ' "$server_pid"
    server_url=$(grep -o 'using the URL: rtsp://.*' "$work/server.log" | head -1 | sed -e 's|.*rtsp://[^:/]*|rtsp://127.0.0.1|')
    watched_pid=$server_pid
}

crowd() { # name, then options of rtspsim load: runs it, leaves name.json and name.html
    local name=$1
    shift
    "$sim" load --plain --json "$out/$name.json" --html "$out/$name.html" ${watched_pid:+--watch-pid $watched_pid} "$@" "$server_url"
}

figure() { # file group name: one number of a report
    awk -v group="\"$2\"" -v name="\"$3\"" 'index($0, group ": {") { inside = 1 } inside && index($0, name ":") { gsub(/[^0-9.]/, "", $2); print $2; exit }' "$1"
}
