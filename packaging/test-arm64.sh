#!/bin/bash
# Shows that the linux-arm64 binaries run, under qemu: what they say of themselves, how they take options, --demo over TCP and UDP to ffmpeg, and a crowd of
# rtspsim without a lost packet.
#     packaging/test-arm64.sh [DIR]      DIR has the binaries (default artifacts/aot-arm64; publish.sh makes them there when they are missing)
# An emulator says nothing of speed, nor of the order in which another processor's memory is seen.
#
# Needs, beside what publish.sh needs: apt-get install -y qemu-user-static ffmpeg
set -u -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "${1:-}" in
    -*)
        sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
        case "$1" in -h | --help) exit 0 ;; esac
        echo "test-arm64.sh: $1: there is no such option" >&2
        exit 1
        ;;
esac
binaries=${1:-$root/artifacts/aot-arm64}
sysroot=$root/artifacts/sysroot-arm64
work=$(mktemp -d)
started=()
checks=0

end() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null
    done
    wait
    rm -rf "$work"
}
trap end EXIT

fail() {
    echo "test-arm64.sh: $*" >&2
    tail -n 20 "$work"/*.log >&2 2>/dev/null
    exit 1
}

good() {
    checks=$((checks + 1))
    echo "good: $*"
}

for tool in qemu-aarch64-static ffmpeg readelf; do
    command -v $tool >/dev/null || fail "no $tool: apt-get install -y qemu-user-static ffmpeg binutils"
done
if [ ! -x "$binaries/fastrtspproxy" ] || [ ! -x "$binaries/rtspsim" ]; then
    "$root/packaging/publish.sh" --rid linux-arm64 "$binaries" || exit 1
fi
"$root/packaging/sysroot-arm64.sh" "$sysroot" || exit 1

proxy=(qemu-aarch64-static -L "$sysroot" "$binaries/fastrtspproxy")
simulator=(qemu-aarch64-static -L "$sysroot" "$binaries/rtspsim")

# says STATUS STREAM PATTERN ARGUMENT...: the proxy ends with that status, and that stream (1, 2) has a line that fits.
says() {
    local status=$1 stream=$2 pattern=$3 got
    shift 3
    "${proxy[@]}" "$@" >"$work/1" 2>"$work/2" </dev/null
    got=$?
    [ $got -eq "$status" ] || fail "$* ended with $got, not $status: $(cat "$work/1" "$work/2")"
    grep -qE "$pattern" "$work/$stream" || fail "$* does not say \"$pattern\": $(cat "$work/1" "$work/2")"
    good "fastrtspproxy $*: status $status, \"$(grep -m1 -E "$pattern" "$work/$stream")\""
}

# until SECONDS WHAT COMMAND...: waits for a condition.
until_true() {
    local limit=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" 2>/dev/null; do
        [ $SECONDS -lt $limit ] || fail "no $what"
        sleep 0.1
    done
}

free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 50); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
            echo "$port"
            return
        }
    done
}

for name in fastrtspproxy rtspsim; do
    readelf -h "$binaries/$name" | grep -q AArch64 || fail "$binaries/$name is no arm64 binary"
done
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
says 0 1 "^fastrtspproxy $version\$" --version
says 0 1 '^OpenSSL: [0-9.]+, linked in$' --version -v
says 0 1 '^platform: linux-arm64$' -v --version
says 0 1 '^Usage: fastrtspproxy' --help
says 1 2 '^Usage: '
says 1 2 'the modes are auto, past' --start sometimes rtsp://127.0.0.1:9/x
says 1 2 '"ftp://127.0.0.1/x"' ftp://127.0.0.1/x
says 1 2 '70000' -p 70000 rtsp://127.0.0.1:9/x
says 1 2 'did you mean --threads' --thread 2 rtsp://127.0.0.1:9/x
says 1 1 'nobody lives|cannot|refused|no answer' --http 127.0.0.1:9 --healthcheck
printf 'streams:\n  gate:\n    sorce: rtsp://127.0.0.1:9/x\n' >"$work/bad.yaml"
says 1 1 'bad.yaml:3:5: .*source' --config "$work/bad.yaml" --check
says 0 1 'config.yaml: good$' --config "$root/packaging/container/config.yaml" --check

# plays NAME TRANSPORT URL: three seconds of its time are decoded, at 25 pictures a second, but for what it lost while it joined.
plays() {
    local frames
    timeout 120 ffmpeg -nostdin -v error -rtsp_transport "$2" -i "$3" -map 0:v -t 3 -f null -progress "$work/progress" - >"$work/ffmpeg.log" 2>&1 ||
        fail "ffmpeg over $2 from $3 ended with $?"
    frames=$(sed -n 's/^frame=//p' "$work/progress" | tail -n 1)
    [ "${frames:-0}" -ge 60 ] || fail "ffmpeg over $2 has $frames of 75 pictures"
    good "$1 to ffmpeg over $2: $frames pictures"
}

port=$(free_port) http=$(free_port)
"${proxy[@]}" -p "$port" --http "127.0.0.1:$http" --demo >"$work/demo.log" 2>&1 &
demo=$!
started+=($demo)
until_true 120 "line with the page's address" grep -q "http://127.0.0.1:$http/" "$work/demo.log"
url=$(sed -n 's/.*using the URL: //p' "$work/demo.log" | head -n 1)
url="rtsp://127.0.0.1:$port/${url#rtsp://*/}"
plays --demo tcp "$url"
plays --demo udp "$url"
says 0 1 . --http "127.0.0.1:$http" --healthcheck
kill -TERM $demo
wait $demo || fail "SIGTERM ended --demo with $?"
started=()
good "SIGTERM: status 0"

camera=$(free_port) port=$(free_port)
"${simulator[@]}" camera --port "$camera" >"$work/camera.log" 2>&1 &
started+=($!)
until_true 120 "line with the camera's URL" grep -q "^rtsp://" "$work/camera.log"
"${proxy[@]}" -p "$port" "$(grep -m1 "^rtsp://" "$work/camera.log")" >"$work/proxy.log" 2>&1 &
started+=($!)
until_true 120 "line with the stream's URL" grep -q "using the URL: " "$work/proxy.log"
for transport in tcp udp; do
    "${simulator[@]}" load -n 8 -t $transport -d 4s --timeout 30s --verify --max-loss 0 --min-clients 8 --plain --json "$work/$transport.json" "rtsp://127.0.0.1:$port/proxyStream" \
        >"$work/load-$transport.log" 2>&1 || fail "rtspsim load over $transport ended with $?"
    good "rtspsim load, 8 clients over $transport: $(grep -m1 'packet loss' "$work/load-$transport.log" | tr -s ' ')"
done
echo "linux-arm64: $checks checks good"
