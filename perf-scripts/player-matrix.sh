#!/bin/bash
# Which player decodes how many frames over UDP, TCP and the HTTP tunnel, IPv4 and IPv6: at its first PLAY, after PAUSE and PLAY, after a flush seek, and started anew on the same ports?
#     perf-scripts/player-matrix.sh [--scheme rtsp|rtsps] [--players "ffmpeg rtspsrc mpv"] [--transports "udp tcp http"] [--families "4 6"] [--steps "play pause seek same-ports"] [--seconds 4]
#
# With --scheme rtsps all of it is inside TLS, where there is no UDP. VLC is not here: Debian's has no RTSP client, in the clear neither.
# Camera: rtspsim's clip, 25 frames a second. Status 1 when a cell has less than half of the frames that were sent meanwhile (players begin at a key frame, and throw away what they had at a seek).
# Needs the binaries of packaging/publish.sh, or FASTRTSPPROXY_BIN and RTSPSIM_BIN, and (Debian)
#     apt-get install -y --no-install-recommends python3-gi gstreamer1.0-plugins-{base,good,bad} gstreamer1.0-libav glib-networking ffmpeg mpv openssl
set -u -o pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export FASTRTSPPROXY_BIN=${FASTRTSPPROXY_BIN:-$here/../artifacts/aot/fastrtspproxy} RTSPSIM_BIN=${RTSPSIM_BIN:-$here/../artifacts/aot/rtspsim} PYTHONDONTWRITEBYTECODE=1
case " $* " in *" --help "*) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" ;; esac
for binary in "$FASTRTSPPROXY_BIN" "$RTSPSIM_BIN"; do
    [ -x "$binary" ] || { echo "player-matrix.sh: $binary is missing: run packaging/publish.sh" >&2; exit 1; }
done
exec /usr/bin/python3 "$here/players/matrix.py" "$@"
