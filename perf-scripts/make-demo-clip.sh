#!/bin/bash
# Makes the demo clip that --demo and `rtspsim camera` loop: eight seconds of moving picture with a burnt-in clock and a beep each second,
# as Annex B (.h264, .h265) and ADTS (.aac). Eight seconds are 200 pictures, four groups of pictures, and exactly 375 AAC frames of 1,024 samples, so
# both tracks wrap at the same instant and the time stamps of a loop are those of an endless stream.
#
#   perf-scripts/make-demo-clip.sh [DIR]      (default: where the projects have them; the H.265 one ships with rtspsim only)
#
# Needs Debian's ffmpeg, fonts-dejavu-core and python3.
set -euo pipefail
[ "${1-}" != --help ] || { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; }

root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/src/FastRtspProxy.SimulatedCamera/Clips}
out265=${1:-$root/src/FastRtspProxy.Simulator/Clips}
font=/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf
seconds=8

for need in ffmpeg python3; do
    command -v "$need" >/dev/null || { echo "$0: $need is missing: apt-get install $need" >&2; exit 1; }
done
[ -f "$font" ] || { echo "$0: $font is missing: apt-get install fonts-dejavu-core" >&2; exit 1; }
mkdir -p "$out" "$out265"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# No B-frames (decoding order is sending order), one slice a picture, no scene cuts (every group has 50 pictures), no x264 banner SEI.
ffmpeg -v error -nostdin -y \
    -f lavfi -i "testsrc2=size=640x360:rate=25:duration=$seconds" \
    -vf "drawtext=fontfile=$font:timecode='00\:00\:00\:00':rate=25:fontsize=54:fontcolor=white:box=1:boxcolor=black@0.7:boxborderw=12:x=(w-text_w)/2:y=h-96" \
    -c:v libx264 -profile:v main -pix_fmt yuv420p -preset veryslow -tune zerolatency -x264-params "bframes=0:keyint=50:min-keyint=50:scenecut=0:rc-lookahead=0:sliced-threads=0:threads=1:slices=1:repeat-headers=1:aud=0" \
    -b:v 480k -maxrate 600k -bufsize 600k -bsf:v "filter_units=remove_types=6" -f h264 "$work/demo.h264"

# The same pictures in H.265, for cameras that are asked for it.
ffmpeg -v error -nostdin -y \
    -f lavfi -i "testsrc2=size=640x360:rate=25:duration=$seconds" \
    -vf "drawtext=fontfile=$font:timecode='00\:00\:00\:00':rate=25:fontsize=54:fontcolor=white:box=1:boxcolor=black@0.7:boxborderw=12:x=(w-text_w)/2:y=h-96" \
    -c:v libx265 -pix_fmt yuv420p -preset slow -tune zerolatency -x265-params "log-level=error:bframes=0:keyint=50:min-keyint=50:scenecut=0:open-gop=0:repeat-headers=1:aud=0:info=0:pools=1:frame-threads=1:wpp=0" \
    -b:v 280k -maxrate 400k -bufsize 400k -f hevc "$work/demo.h265"

# Three rounds are encoded and the middle one is kept: the encoder's run-in is gone and the last frame leads into the first.
ffmpeg -v error -nostdin -y \
    -f lavfi -i "sine=frequency=440:beep_factor=3:sample_rate=48000:duration=$((3 * seconds))" \
    -af "volume='if(lt(mod(t,1),0.12),0.9,0.06)':eval=frame" -c:a aac -profile:a aac_low -b:a 64k -ac 1 -f adts "$work/long.aac"
python3 - "$work/long.aac" "$work/demo.aac" <<'PY'
import sys
data, frames, at = open(sys.argv[1], 'rb').read(), [], 0
while at + 7 <= len(data):
    length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    frames.append(data[at:at + length])
    at += length
open(sys.argv[2], 'wb').write(b''.join(frames[375:750]))
PY

cp "$work/demo.h264" "$work/demo.aac" "$out/"
cp "$work/demo.h265" "$out265/"
ls -l "$out"/demo.h264 "$out"/demo.aac "$out265"/demo.h265
