#!/usr/bin/python3
"""Prints how far sound and picture are apart for a player of the built-in clip, boot by boot, in milliseconds, and the worst change:
    offsets.py LABEL FILE       FILE: ffmpeg's framehash (stream 0 is the video) or the lines of rtspsrc_player.py --hashes

After a boot the camera begins with picture 0 and sound 0 of the clip, so the first boot that was seen from its beginning tells each hash's place in the clip. A unit's time stamp less its
place is when its track's clip began; the two began together.
"""
import statistics
import sys

GAP_SECONDS = 0.4
PLACE_SECONDS = {"video": 1 / 25, "audio": 1024 / 48000}


def read(path):
    units = {"video": [], "audio": []}
    bases = {}
    for line in open(path, encoding="ascii"):
        words = line.split()
        if line.startswith("#tb "):
            numerator, denominator = words[2].split("/")
            bases[words[1].rstrip(":")] = int(numerator) / int(denominator)
        elif line.startswith("unit "):
            units[words[1]].append((int(words[2]) / 1e6, words[3]))
        elif line[:1].isdigit():
            fields = [field.strip() for field in line.split(",")]
            if len(fields) >= 6:
                units["video" if fields[0] == "0" else "audio"].append((int(fields[2]) * bases[fields[0]], fields[5]))
    return units


def boots(units):
    found = []
    last = None
    for unit in units:
        if last is None or abs(unit[0] - last) > GAP_SECONDS:
            found.append([])
        found[-1].append(unit)
        last = unit[0]
    return found


def main():
    label, path = sys.argv[1:3]
    units = read(path)
    tracks = {media: boots(units[media]) for media in units}
    if min(len(found) for found in tracks.values()) < 2:
        sys.exit(f"{label}: no reboot was seen")
    starts = {}
    for media, found in tracks.items():
        places = {}
        for i, (_, digest) in enumerate(found[1]):
            places[digest] = None if digest in places else i * PLACE_SECONDS[media]
        starts[media] = [[stamp - places[digest] for stamp, digest in boot if places.get(digest) is not None] for boot in found]
    offsets = [
        1000 * (statistics.median(video) - statistics.median(audio))
        for video, audio in zip(starts["video"], starts["audio"])
        if len(video) > 9 and len(audio) > 9
    ]
    worst = max(abs(offset - offsets[0]) for offset in offsets)
    print(f"| {label} | {len(offsets) - 1} | {round(offsets[0], 1) + 0:.1f} | {' '.join(f'{round(offset, 1) + 0:.1f}' for offset in offsets[1:])} | **{worst:.1f}** |")
    return worst


sys.exit(0 if main() <= 20 else 1)
