#!/usr/bin/python3
"""Which player plays over which transport and address family, first, after a pause, after a seek, and again from the same ports? See player-matrix.sh.

Each cell is the number of frames decoded in the seconds that were watched, of a stream of 25 a second; "-" where the player cannot do it.
"""
import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import children

_HERE = os.path.dirname(os.path.abspath(__file__))
_STEPS = ["play", "pause", "seek", "same-ports"]
_FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]


def ffmpeg(cell):
    """Decodes for so long; a player that was killed is started once more with the same ports."""
    if cell.step in ("pause", "seek"):
        return None
    # ffmpeg's tunnel inside TLS is a transport of its own, and the scheme of the URL stays rtsp.
    tunnel = cell.secure and cell.transport == "http"
    url = cell.url.replace("rtsps:", "rtsp:", 1) if tunnel else cell.url
    command = [*_FFMPEG, "-rtsp_transport", "https" if tunnel else cell.transport]
    if cell.step == "same-ports":
        if cell.transport != "udp":
            return None
        command += ["-min_port", str(cell.port), "-max_port", str(cell.port + 3)]
        first = children.start([*command, "-i", url, "-an", "-f", "framehash", "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        _lines_within(first, 15, cell.seconds)
        first.kill()
        first.wait()
    player = children.start([*command, "-i", url, "-an", "-f", "framehash", "-flush_packets", "1", "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return _lines_within(player, 15, cell.seconds)


def _lines_within(player, patience, seconds):
    """How many frames ffmpeg writes in so many seconds from its first one on."""
    os.set_blocking(player.stdout.fileno(), False)
    frames, end, rest = 0, time.monotonic() + patience, b""
    while time.monotonic() < end and player.poll() is None:
        data = player.stdout.read()
        if not data:
            time.sleep(0.02)
            continue
        *lines, rest = (rest + data).split(b"\n")
        new = sum(1 for line in lines if line.startswith(b"0,"))
        if new and not frames:
            end = time.monotonic() + seconds
        frames += new
    children.end(player)
    return frames


def rtspsrc(cell):
    hand = "play" if cell.step == "same-ports" else cell.step
    command = ["/usr/bin/python3", os.path.join(_HERE, "rtspsrc_steps.py"), cell.url, cell.transport, hand, str(cell.seconds)]
    if cell.step == "same-ports":
        if cell.transport != "udp":
            return None
        command += ["--port-range", f"{cell.port}-{cell.port + 3}"]
        first = children.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(cell.seconds + 2)
        first.kill()
        first.wait()
    player = children.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, err = player.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        player.kill()
        return "hangs"
    found = re.search(r"before=(\d+) after=(\d+)", out)
    if not found:
        return (err.strip().splitlines() or ["nothing"])[-1]
    return int(found[2 if cell.step in ("pause", "seek") else 1])


def mpv(cell):
    if cell.step == "same-ports":
        return None
    url, way = cell.url, [f"--rtsp-transport={cell.transport}"]
    if cell.secure and cell.transport == "http":
        url, way = url.replace("rtsps:", "rtsp:", 1), ["--rtsp-transport=lavf", "--demuxer-lavf-o=rtsp_transport=https"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ipc")
        player = children.start(
            ["mpv", "--no-config", "--really-quiet", "--vo=null", "--ao=null", "--untimed", *way, f"--input-ipc-server={path}", url],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return _steer_mpv(player, path, cell)
        finally:
            children.end(player)


def _steer_mpv(player, path, cell):
    end = time.monotonic() + 15
    while not os.path.exists(path):
        if time.monotonic() > end or player.poll() is not None:
            return "does not start"
        time.sleep(0.05)
    with socket.socket(socket.AF_UNIX) as ipc:
        ipc.connect(path)
        ipc.settimeout(5)
        reader = ipc.makefile()

        def ask(*command):
            ipc.sendall(json.dumps({"command": command, "request_id": 1}).encode() + b"\n")
            for line in reader:
                answer = json.loads(line)
                if answer.get("request_id") == 1:
                    return answer.get("data")
            raise OSError("mpv ended")

        def frames():
            return ask("get_property", "estimated-frame-number") or 0

        def count(seconds):
            # mpv estimates the number from the time: what is counted is media time, in frames.
            before = frames()
            time.sleep(seconds)
            return frames() - before

        try:
            while not frames():
                if time.monotonic() > end:
                    return "no frame within 15 s"
                time.sleep(0.05)
            first = count(cell.seconds)
            if cell.step == "play":
                return first
            if cell.step == "pause":
                ask("set_property", "pause", True)
                time.sleep(2)
                ask("set_property", "pause", False)
            else:
                ask("seek", 0, "absolute")
                time.sleep(1)
            return count(cell.seconds)
        except OSError as fault:
            return str(fault)


PLAYERS = {"ffmpeg": ffmpeg, "rtspsrc": rtspsrc, "mpv": mpv}


class Cell:
    def __init__(self, url, transport, step, seconds, port):
        self.url, self.transport, self.step, self.seconds, self.port = url, transport, step, seconds, port
        self.secure = url.startswith("rtsps:")


def certificate(folder):
    """Of localhost, signed by itself: the players are told to trust it, or do not ask."""
    key, file = os.path.join(folder, "tls.key"), os.path.join(folder, "tls.crt")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,IP:::1", "-keyout", key, "-out", file],
        check=True, capture_output=True)
    return ["--certificate", file, "--key", key]


def main():
    parser = argparse.ArgumentParser(prog="player-matrix.sh", description=__doc__)
    parser.add_argument("--players", default=" ".join(PLAYERS))
    parser.add_argument("--scheme", choices=["rtsp", "rtsps"], default="rtsp")
    parser.add_argument("--transports", help="udp tcp http; inside rtsps the latter two")
    parser.add_argument("--families", default="4 6")
    parser.add_argument("--steps", default=" ".join(_STEPS))
    parser.add_argument("--seconds", type=float, default=4, help="watched before and after each step")
    arguments = parser.parse_args()
    secure = arguments.scheme == "rtsps"
    transports = (arguments.transports or ("tcp http" if secure else "udp tcp http")).split()
    missing = children.missing(["ffmpeg", "mpv", "setpriv", "openssl"])
    if missing:
        sys.exit("player-matrix.sh: not found: " + " ".join(missing))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    camera_port, port = children.free_port(), 0
    camera = children.start([os.environ["RTSPSIM_BIN"], "camera", "--port", str(camera_port)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    camera_url = children.wait_for_line(camera, camera.stdout, "rtsp://")
    plain_port = port = children.free_port()
    options, folder = [], tempfile.TemporaryDirectory()
    if secure:
        port = plain_port + 1
        options = ["--rtsps", str(port), *certificate(folder.name)]
    proxy = children.start([os.environ["FASTRTSPPROXY_BIN"], "-p", str(plain_port), *options, camera_url], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    children.wait_for_line(proxy, proxy.stderr, "rtsps://" if secure else "rtsp://")
    steps = arguments.steps.split()
    needed = 0.5 * 25 * arguments.seconds
    poor, udp_port = 0, 41000
    try:
        print("| player | transport | family | " + " | ".join(steps) + " |\n" + "| --- " * (3 + len(steps)) + "|")
        for player in arguments.players.split():
            for transport in transports:
                for family in arguments.families.split():
                    host = "127.0.0.1" if family == "4" else "[::1]"
                    row = []
                    for step in steps:
                        udp_port += 4
                        result = PLAYERS[player](Cell(f"{arguments.scheme}://{host}:{port}/proxyStream", transport, step, arguments.seconds, udp_port))
                        bad = result is not None and (not isinstance(result, int) or result < needed)
                        poor += bad
                        row.append("-" if result is None else f"**{result}**" if bad else str(result))
                    print(f"| {player} | {transport} | IPv{family} | " + " | ".join(row) + " |", flush=True)
    finally:
        children.end(proxy)
        children.end(camera)
        folder.cleanup()
    print(f"{poor} cells with less than half of the frames of {arguments.seconds:g} s")
    sys.exit(poor > 0)


main()
