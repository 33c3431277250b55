#!/bin/bash
# Do sound and picture stay together over a camera's reboots? How far they are apart for a player, before the first reboot and after each, in milliseconds; 20 are allowed.
#     perf-scripts/av-sync.sh [--reboots 10] [--faults "jitter=10ms"] [--players "ffmpeg:tcp ffmpeg:udp rtspsrc:tcp rtspsrc:udp"] [--back-end "tcp udp"]
#
# A camera of `rtspsim camera` that is away for half a second every five seconds, behind the proxy, and all players at the same time. Each player hands on its access units and audio frames with
# its own time stamps (ffmpeg by the framehash muxer, GStreamer's rtspsrc by rtspsrc_player.py of the end-to-end tests); what a unit's hash says about its place in the clip is set against its
# time stamp (av-sync/offsets.py). --faults are more of the camera's faults, such as no-rtcp or sr-clock=random.
# Needs the binaries of packaging/publish.sh, or FASTRTSPPROXY_BIN and RTSPSIM_BIN; ffmpeg; python3-gi with GStreamer.
set -u -o pipefail

. "$(dirname "$0")/opening/lib.sh"
reboots=10 faults=jitter=10ms players="ffmpeg:tcp ffmpeg:udp rtspsrc:tcp rtspsrc:udp" back_ends="tcp udp"
while [ $# -gt 0 ]; do
    case $1 in
        --reboots) reboots=$2 ;;
        --faults) faults=$2 ;;
        --players) players=$2 ;;
        --back-end) back_ends=$2 ;;
        --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift 2
done
need_binaries
command -v ffmpeg >/dev/null || fail "ffmpeg is missing"

# The first reboot after eight seconds; the last boot is played for four.
seconds=$((8 + 5 * (reboots - 1) + 5))
status=0
echo "| camera over, player over | reboots | before | after each reboot, ms | worst change |"
echo "| --- | --- | --- | --- | --- |"
for back_end in $back_ends; do
    camera_port=$(free_port) proxy_port=$(free_port)
    "$sim" camera --port "$camera_port" --path cam --no-sei --fail "reboot=500ms@8s/5s${faults:+,$faults}" >"$work/camera" 2>&1 &
    started+=($!)
    wait_for "$work/camera" rtsp://
    "$proxy" $([ "$back_end" = tcp ] && echo -t) -p "$proxy_port" "rtsp://127.0.0.1:$camera_port/cam" >"$work/proxy" 2>&1 &
    started+=($!)
    wait_for "$work/proxy" proxyStream
    url=rtsp://127.0.0.1:$proxy_port/proxyStream
    playing=()
    for player in $players; do
        name=${player%:*} over=${player#*:}
        if [ "$name" = ffmpeg ]; then
            timeout -s INT "$seconds" ffmpeg -hide_banner -nostdin -loglevel error -rtsp_transport "$over" -timeout 30000000 -i "$url" \
                -map 0 -c copy -copyts -flush_packets 1 -f framehash -hash crc32 pipe:1 >"$work/$player" 2>"$work/$player.log" &
        else
            timeout -s INT "$seconds" /usr/bin/python3 "$root/tests/FastRtspProxy.EndToEndTests/Players/rtspsrc_player.py" "$url" --protocols "$over" --seconds 3600 --hashes \
                >"$work/$player" 2>"$work/$player.log" &
        fi
        playing+=($!)
    done
    started+=("${playing[@]}")
    wait "${playing[@]}"
    for player in $players; do
        "$root/perf-scripts/av-sync/offsets.py" "$back_end, ${player/:/ }" "$work/$player" || { status=1; tail -5 "$work/$player.log" >&2; }
    done
    end_started
done
exit $status
