#!/usr/bin/env python3
"""Compares the camera's packets of two captures (.frpcap): the same ones, in the same order, at the same times?

usage: compare.py FIRST SECOND [--p99-ms 2]

Packets are matched per track by their bytes but for the SSRC, from the first one that both have on. Two captures have no common clock: the one is
laid over the other so that the difference in the middle is none, for all tracks together. Status 1: other packets or another order, or a p99 of the
differences above the limit."""
import gzip
import sys


def packets(path):
    raw = open(path, "rb").read()
    lines = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("latin-1").split("\n")
    found, now = [], None
    for line in lines:
        if line and line[0] in "<>!":
            if now:
                found.append(now)
            words = line.split(" ")
            now = None
            if line[0] == "<" and words[3] == "rtp":
                now = [words[4], float(words[1]), ""]
        elif line[:1] == "=" and now:
            now[2] += line[1:] + "\n"
    if now:
        found.append(now)
    return found


def without_source(text):
    return text[:16] + text[24:]


def main():
    first, second = packets(sys.argv[1]), packets(sys.argv[2])
    limit = float(sys.argv[sys.argv.index("--p99-ms") + 1]) if "--p99-ms" in sys.argv else 2.0
    status = 0
    pairs = {}
    for track in sorted({p[0] for p in first}):
        a = [(p[1], without_source(p[2])) for p in first if p[0] == track]
        b = [(p[1], without_source(p[2])) for p in second if p[0] == track]
        if not b or b[0][1] not in [p[1] for p in a]:
            print(f"track {track}: the first packet of the second capture is not in the first one")
            status = 1
            continue
        at = [p[1] for p in a].index(b[0][1])
        pairs[track] = list(zip(a[at:], b))
    apart = sorted(y[0] - x[0] for track in pairs.values() for x, y in track)
    for track, matched in pairs.items():
        n = len(matched)
        other = sum(1 for x, y in matched if x[1] != y[1])
        away = sorted(abs(y[0] - x[0] - apart[len(apart) // 2]) * 1000 for x, y in matched)
        p99 = away[min(n - 1, n * 99 // 100)]
        print(f"track {track}: {n} packets, {other} others; times differ by {away[n // 2]:.3f} ms in the middle, {p99:.3f} ms p99, {away[-1]:.3f} ms at most")
        status |= other > 0 or p99 > limit
    return status


sys.exit(main())
