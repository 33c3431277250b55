#!/usr/bin/python3
"""The table of real-players.sh: rows of joins."""
import argparse
import collections
import concurrent.futures
import json
import queue
import random
import re
import time

import children
import join
import screen as screens
import streams

_PROGRAMS = {"ffmpeg": "ffmpeg", "ffplay": "ffplay", "mpv": "mpv", "vlc": "vlc", "ximagesink": "gst-launch-1.0", "ffprobe": "ffprobe", "opencv": "python3", "appsink": "python3", "arrival": "python3"}


def parse():
    parser = argparse.ArgumentParser(prog="real-players.sh")
    parser.add_argument("--players", default="ffmpeg appsink-200 ximagesink-200 ffplay ffplay-low mpv mpv-low vlc-200", help="of: " + " ".join(join.PLAYERS))
    parser.add_argument("--modes", default="direct instant keyframe", help="direct (the camera without the proxy), default (no ?start=), past, instant, keyframe, live")
    parser.add_argument("--transports", default="tcp udp")
    parser.add_argument("--gops", default="4", help="seconds")
    parser.add_argument("--streams", default="x264", help="of: x264 x264-b openh264, each also with +aac")
    parser.add_argument("--joins", type=int, default=5, help="a row")
    parser.add_argument("--parallel", type=int, default=5, help="joins at a time, each with a screen of its own")
    parser.add_argument("--minutes", type=float, default=30, help="no join begins later than that")
    parser.add_argument("--json", metavar="FILE", help="each join with its complaints")
    args = parser.parse_args()
    for name in ("players", "modes", "transports", "gops", "streams"):
        setattr(args, name, getattr(args, name).split())
    unknown = [player for player in args.players if player not in join.PLAYERS]
    if unknown:
        parser.error("unknown players: " + " ".join(unknown))
    missing = children.missing({_PROGRAMS[player.split("-")[0]] for player in args.players} | {"Xvfb", "setpriv"})
    if missing:
        parser.error(f"missing: {' '.join(missing)}; apt-get install -y --no-install-recommends xvfb mpv vlc-bin vlc-plugin-base vlc-plugin-video-output gstreamer1.0-x")
    return args


def machine_busy():
    """Jiffies of all cores: (busy, all)."""
    with open("/proc/stat") as file:
        fields = [int(word) for word in file.readline().split()[1:9]]
    return sum(fields) - fields[3] - fields[4], sum(fields)


def cores_busy(before):
    busy, total = (now - then for now, then in zip(machine_busy(), before))
    with open("/proc/stat") as file:
        cores = sum(1 for line in file if re.match(r"cpu\d", line))
    return f"{cores * busy / max(1, total):.1f} of {cores} cores busy"


def pair(values):
    values = sorted(value for value in values if value is not None)
    return f"{values[(len(values) - 1) // 2]:.0f}/{values[-1]:.0f}" if values else "-"


def one_join(stream, gop, row, number, joins, free_screens, deadline):
    """Joins are spread over the group, at a random place in each part of it: the camera's groups and this clock go alike."""
    player, mode, transport = row
    if time.monotonic() > deadline:
        return None
    time.sleep((gop * (number + random.random()) / joins - time.monotonic()) % gop)
    screen = free_screens.get() if join.PLAYERS[player][0] == "screen" else None
    try:
        return join.play(player, stream.url(mode), transport, screen, limit=gop + 12)
    finally:
        if screen:
            free_screens.put(screen)


def print_row(kind, gop, row, results):
    player, mode, transport = row
    results = [result for result in results if result]
    shown = [result for result in results if result.first is not None]
    noisy = [result for result in results if result.complaints]
    complaints = f"{sum(len(result.complaints) for result in noisy)} in {len(noisy)}" if noisy else "0"
    count = str(len(results)) if len(shown) == len(results) else f"{len(shown)} of {len(results)}"
    rates = ", ".join(f"{times} x {rate}" for rate, times in collections.Counter(result.rate for result in results if result.rate).items()) or "-"
    averages = sorted(result.average for result in results if result.average is not None)
    average = f"{averages[0]:.1f}-{averages[-1]:.1f}" if averages else "-"
    print(f"| {player} | {mode} | {transport} | {kind} | {gop:g} | {count} | {pair([r.first for r in shown])} | {pair([r.behind_1s for r in shown])} | {pair([r.behind_3s for r in shown])}"
          f" | {sum(r.damaged for r in results)} | {sum(r.skipped for r in results)} | {rates} | {average} | {complaints} |", flush=True)


def main():
    args = parse()
    deadline = time.monotonic() + args.minutes * 60
    records, said = [], collections.Counter()
    free_screens = queue.Queue()
    all_screens = [screens.Screen() for _ in range(args.parallel)] if any(join.PLAYERS[player][0] == "screen" for player in args.players) else []
    for screen in all_screens:
        free_screens.put(screen)
    print("| player | start | over | stream | GOP s | joins | first picture ms p50/max | behind after 1 s p50/max | after 3 s p50/max | damaged | left out | rate: average/guessed | shown a second | error lines |")
    print("| --- " * 14 + "|", flush=True)
    notes = []
    before = machine_busy()
    try:
        for kind in args.streams:
            for gop in map(float, args.gops):
                stream = streams.Stream(kind, gop)
                try:
                    notes.append(f"{kind}, {gop:g} s: from drawing to decoded, at the camera itself, p50 {join.play('arrival', stream.url('direct'), 'tcp', limit=gop + 12).age:.0f} ms")
                    run_rows(args, kind, gop, stream, free_screens, deadline, records, said)
                finally:
                    stream.end()
    finally:
        for screen in all_screens:
            screen.end()
    print("\n" + "; ".join([*notes, cores_busy(before)]) + ".")
    for (row, line), count in said.items():
        print(f"{count} x {row}: {line}")
    if args.json:
        with open(args.json, "w") as file:
            json.dump(records, file, indent=1)


def run_rows(args, kind, gop, stream, free_screens, deadline, records, said):
    rows = [(player, mode, transport) for player in args.players for mode in args.modes for transport in args.transports
            if not (player.startswith("vlc") and transport == "tcp")]
    with concurrent.futures.ThreadPoolExecutor(args.parallel) as pool:
        futures = {row: [pool.submit(one_join, stream, gop, row, number, args.joins, free_screens, deadline) for number in range(args.joins)] for row in rows}
        try:
            for row, joins in futures.items():
                results = [future.result() for future in joins]
                print_row(kind, gop, row, results)
                for result in filter(None, results):
                    records.append({"stream": kind, "gop": gop, "player": row[0], "start": row[1], "over": row[2], **vars(result)})
                    for line in result.complaints:
                        said[" ".join(row), re.sub(r"0x[0-9a-f]+|\d+", "#", line)[:200]] += 1
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


if __name__ == "__main__":
    main()
