#!/usr/bin/python3
"""The table of real-players.sh --record: what `ffmpeg -c copy` makes of a stream that it joins, and what ffmpeg and ffprobe complain about at a join."""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import subprocess
import tempfile
import time

import streams

_COMPLAINTS = re.compile(r"\[(error|fatal)\]|RTP: missed|max delay|conceal|corrupt|non monoton|Timestamps are unset|late SEI|no frame", re.I)
_QUIET = ["-hide_banner", "-loglevel", "level+warning"]


def parse():
    parser = argparse.ArgumentParser(prog="real-players.sh --record")
    parser.add_argument("--modes", default="direct instant keyframe live", help="direct (the camera without the proxy), default (no ?start=), instant, keyframe, live")
    parser.add_argument("--transports", default="tcp")
    parser.add_argument("--gops", default="2", help="seconds")
    parser.add_argument("--streams", default="x264 x264-b openh264 x264+aac", help="x264 and x264-b (B-frames) carry VUI timing, openh264 does not; +aac adds a track")
    parser.add_argument("--containers", default="mp4 mkv")
    parser.add_argument("--joins", type=int, default=4, help="of each kind in a row: a recording, a decoding, a probing")
    parser.add_argument("--seconds", type=float, default=4, help="to record")
    parser.add_argument("--parallel", type=int, default=4)
    args = parser.parse_args()
    for name in ("modes", "transports", "gops", "streams", "containers"):
        setattr(args, name, getattr(args, name).split())
    return args


def run(*arguments, limit=40):
    """Standard output, and the complaints among the lines of standard error."""
    try:
        done = subprocess.run(["setpriv", "--pdeathsig", "KILL", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return "", [f"[error] not within {limit} s"]
    return done.stdout, [line for line in done.stderr.splitlines() if _COMPLAINTS.search(line)]


class Recording:
    """One recording: how it was made, what it says, and whether it decodes; then one join that only decodes, and one by ffprobe."""

    def __init__(self, url, transport, container, seconds, wait):
        time.sleep(wait)
        source = ["-rtsp_transport", transport, "-i", url]
        with tempfile.TemporaryDirectory(prefix="players-record-") as directory:
            path = os.path.join(directory, "file." + container)
            _, self.making = run("ffmpeg", *_QUIET, "-nostdin", *source, "-t", str(seconds), "-c", "copy", path)
            text, _ = run("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate,r_frame_rate,has_b_frames:packet=flags", "-of", "json", path)
            _, self.decoding = run("ffmpeg", *_QUIET, "-nostdin", "-i", path, "-f", "null", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-")
        report = json.loads(text or "{}")
        stream = (report.get("streams") or [{}])[0]
        packets = report.get("packets") or [{}]
        self.average = _rate(stream.get("avg_frame_rate", "0/0"))
        self.guessed = stream.get("r_frame_rate", "-")
        self.has_b_frames = stream.get("has_b_frames", 0)
        self.begins_with_key = packets[0].get("flags", "").startswith("K")
        _, self.joining = run("ffmpeg", *_QUIET, "-nostdin", *source, "-t", "2", "-f", "null", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-")
        _, self.probing = run("ffprobe", *_QUIET, "-rtsp_transport", transport, "-show_entries", "stream=width,height", url)


def _rate(text):
    above, _, below = text.partition("/")
    return int(above) / int(below) if below and int(below) else 0


def _complaints(lists):
    noisy = [lines for lines in lists if lines]
    return f"{sum(map(len, noisy))} in {len(noisy)}" if noisy else "0"


def main():
    args = parse()
    said = collections.Counter()
    print("| stream | GOP s | start | over | file | joins | frames/s: average min-max | guessed | begins with a key frame | error lines: recording | decoding the file | join of ffmpeg | join of ffprobe |")
    print("| --- " * 13 + "|", flush=True)
    for kind in args.streams:
        for gop in map(float, args.gops):
            stream = streams.Stream(kind, gop)
            try:
                for mode in args.modes:
                    for transport in args.transports:
                        for container in args.containers:
                            with concurrent.futures.ThreadPoolExecutor(args.parallel) as pool:
                                row = list(pool.map(
                                    lambda number: Recording(stream.url(mode), transport, container, args.seconds, gop * (number + random.random()) / args.joins),
                                    range(args.joins)))
                            print_row(kind, gop, mode, transport, container, row, said)
            finally:
                stream.end()
    for line, count in said.items():
        print(f"{count} x {line}")


def print_row(kind, gop, mode, transport, container, row, said):
    averages = [r.average for r in row]
    guessed = collections.Counter(r.guessed for r in row)
    print(f"| {kind} | {gop:g} | {mode} | {transport} | {container} | {len(row)} | {min(averages):.2f}-{max(averages):.2f} | {', '.join(f'{count} x {rate}' for rate, count in guessed.items())}"
          f" | {sum(r.begins_with_key for r in row)} | {_complaints([r.making for r in row])} | {_complaints([r.decoding for r in row])} | {_complaints([r.joining for r in row])}"
          f" | {_complaints([r.probing for r in row])} |", flush=True)
    for what in ("making", "decoding", "joining", "probing"):
        for recording in row:
            for line in getattr(recording, what):
                said[f"{kind} {mode} {transport} {container} {what}: " + re.sub(r"0x[0-9a-f]+|\d+", "#", line)[:180]] += 1


if __name__ == "__main__":
    main()
