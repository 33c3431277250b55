#!/bin/bash
# How soon do real players show a picture, and how far behind live are they then? Measured on a clock that is burnt into the picture.
#     perf-scripts/real-players.sh [--players "…"] [--modes "direct instant keyframe live default"] [--transports "tcp udp"] [--gops "1 2 4 10"] [--streams "x264 x264-b openh264 x264+aac"] [--joins N]
#     perf-scripts/real-players.sh --record [--joins N] [--streams "…"]      ffmpeg -c copy into MP4 and MKV instead
#     perf-scripts/real-players.sh --help                                    all options
#
# The camera (players/clockcam.py, GStreamer) draws the monotonic time into each of its 25 pictures a second; the players are ffmpeg, GStreamer, ffplay, mpv and VLC. What they show is read from
# their pipe, or off the screen (Xvfb), and compared with the time of reading. `direct` rows play the camera itself: the latency of camera and player without the proxy.
# Needs the binary of packaging/publish.sh, or FASTRTSPPROXY_BIN, and (Debian)
#     apt-get install -y --no-install-recommends python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-tools gstreamer1.0-plugins-{base,good,bad,ugly} gstreamer1.0-libav gstreamer1.0-x ffmpeg xvfb mpv vlc-bin vlc-plugin-base vlc-plugin-video-output
set -u -o pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export FASTRTSPPROXY_BIN=${FASTRTSPPROXY_BIN:-$here/../artifacts/aot/fastrtspproxy} PYTHONDONTWRITEBYTECODE=1
program=measure.py
arguments=()
for argument in "$@"; do
    case $argument in
        --record) program=record.py ;;
        *) arguments+=("$argument") ;;
    esac
done
case " $* " in *" --help "*) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" ;; esac
[ -x "$FASTRTSPPROXY_BIN" ] || { echo "real-players.sh: $FASTRTSPPROXY_BIN is missing: run packaging/publish.sh" >&2; exit 1; }
exec /usr/bin/python3 "$here/players/$program" "${arguments[@]}"
