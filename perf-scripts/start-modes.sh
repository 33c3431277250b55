#!/bin/bash
# How soon does a player that joins a running stream see a picture, and how far behind the camera is it then? Rows: start mode x group of pictures x transport.
#     perf-scripts/start-modes.sh [--modes "instant keyframe live"] [--gops "1 2 4 10"] [--transports "udp tcp"] [--clients N] [--bitrate 4M] [--fps 25] [--json DIR]
#
# A camera of `rtspsim camera` behind the proxy; one client holds the stream open, the others join one after the other, at random places of the group, over about --ramp seconds. Columns, in milliseconds:
#     connect        from the beginning of the connect to the end of the first key frame (the first that a decoder can show)
#     PLAY           the same from the PLAY request
#     behind         how far behind the camera a player is a second later that goes on at the pace of the timestamps and leaves out what comes too late
#     waiting        the same for one that waits for what comes too late, and stays behind by that
#     lost           packets that never came / that came and found the player's socket buffer full: a key frame of 4 Mbit/s, sent live in one burst, is larger than a
#                    default buffer (212,992 bytes, of which the kernel books 2,300 for a packet), so that who is not woken in the middle of it loses its end
# Needs the binaries of packaging/publish.sh, or FASTRTSPPROXY_BIN and RTSPSIM_BIN.
set -u -o pipefail

. "$(dirname "$0")/opening/lib.sh"
modes="instant keyframe live" gops="1 2 4 10" transports="udp tcp" clients=40 bitrate=4M fps=25 json=
while [ $# -gt 0 ]; do
    case $1 in
        --modes) modes=$2 ;;
        --gops) gops=$2 ;;
        --transports) transports=$2 ;;
        --clients) clients=$2 ;;
        --bitrate) bitrate=$2 ;;
        --fps) fps=$2 ;;
        --json) json=$2 ;;
        --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift 2
done
need_binaries
command -v jq >/dev/null || fail "jq is missing"

printf '%-9s %4s  %-4s  %7s  %15s  %15s  %15s  %15s  %s\n' start GOP over clients "connect p50/p99" "PLAY p50/p99" "behind p50/p99" "waiting p50/p99" lost
for gop in $gops; do
    camera_port=$(free_port) proxy_port=$(free_port)
    "$sim" camera --port "$camera_port" --video h264 --audio none --bitrate "$bitrate" --fps "$fps" --gop $((gop * fps)) --path cam >"$work/camera" 2>&1 &
    started+=($!)
    wait_for "$work/camera" rtsp://
    # Room for the longest group; TCP towards the camera: what is lost there is not the question here.
    "$proxy" -t -p "$proxy_port" --always-on --gop-cache 32M,15s "rtsp://127.0.0.1:$camera_port/cam" >"$work/proxy" 2>&1 &
    started+=($!)
    wait_for "$work/proxy" proxyStream
    sleep $((gop + 1)) # until a random access point is there
    for mode in $modes; do
        for transport in $transports; do
            report=${json:+$json/$mode-$gop-$transport.json}
            report=${report:-$work/report.json}
            # Joins at random places of the group: a rate that shares no factor with it, and time for the last joiner's key frame and second.
            seconds=$((gop > 4 ? 4 : 2))
            [ "$mode" = instant ] || seconds=$((gop + 2))
            rate=$(awk -v n="$clients" -v g="$gop" 'BEGIN { printf "%.3f", n / (g < 4 ? 4.17 : g * 1.07) }')
            "$sim" load "rtsp://127.0.0.1:$proxy_port/proxyStream?start=$mode" -n "$clients" -t "$transport" --ramp "$rate/s" -d "${seconds}s" --plain --json "$report" >"$work/load" 2>&1 || cat "$work/load" >&2
            jq -r --arg mode "$mode" --arg gop "$gop" --arg transport "$transport" '
                def ms: (. / 100 | round) / 10;
                def pair: if .count == 0 then "-" else "\(.p50 | ms)/\(.p99 | ms)" end;
                [$mode, $gop, $transport, .timeToFirstKeyFrame.count, (.timeToFirstKeyFrame | pair), (.timeFromPlayToFirstKeyFrame | pair),
                 (.behindLiveAfterASecond | pair), (.behindLiveAfterASecondWaiting | pair), "\(.lossBy.server + .lossBy.networkOrServer)/\(.lossBy.tool)"] | @tsv' "$report" |
                while IFS=$'\t' read -r a b c d e f g h i; do printf '%-9s %4s  %-4s  %7s  %15s  %15s  %15s  %15s  %s\n' "$a" "$b" "$c" "$d" "$e" "$f" "$g" "$h" "$i"; done
        done
    done
    end_started
done
