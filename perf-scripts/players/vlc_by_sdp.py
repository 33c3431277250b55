#!/usr/bin/python3
"""Lets Debian's VLC, which is built without an RTSP client, play an RTSP URL over UDP: the RTSP dialogue is held here, VLC gets the SDP as a file, and receives and decodes the RTP itself, by its
libavformat (its own RTP module knows no dynamic payload types). VLC refuses to run as root, so it runs as nobody then.

    vlc_by_sdp.py URL [VLC OPTIONS]
"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.parse


class Dialogue:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self._connection = socket.create_connection((parts.hostname, parts.port or 554), 10)
        self._file = self._connection.makefile("rb")
        self._number = 0
        self.url = url
        self.session = None

    def ask(self, method, url, *fields):
        self._number += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._number}", *fields]
        if self.session:
            lines.append("Session: " + self.session)
        self._connection.sendall("\r\n".join([*lines, "", ""]).encode())
        status = self._file.readline().decode()
        if " 200 " not in status:
            sys.exit(f"{method}: {status}")
        answer = {}
        while line := self._file.readline().decode().strip():
            name, _, value = line.partition(":")
            answer[name.lower()] = value.strip()
        body = self._file.read(int(answer.get("content-length", 0))).decode()
        if "session" in answer:
            self.session = answer["session"].split(";")[0]
        return answer, body


def free_pair():
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as even, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as odd:
            even.bind(("127.0.0.1", 0))
            port = even.getsockname()[1] & ~1
            try:
                odd.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


def main():
    url = sys.argv[1]
    rtsp = Dialogue(url)
    answer, sdp = rtsp.ask("DESCRIBE", url, "Accept: application/sdp")
    base = answer.get("content-base", url)
    # Video alone.
    head, *tracks = re.split(r"(?m)^(?=m=)", sdp)
    video = next(track for track in tracks if track.startswith("m=video"))
    control = re.search(r"(?m)^a=control:(\S+)", video).group(1)
    port = free_pair()
    video = re.sub(r"^m=video \d+", f"m=video {port}", re.sub(r"(?m)^(a=control|a=range|c=).*\r?\n", "", video))
    head = re.sub(r"(?m)^(a=|c=).*\r?\n", "", head) + "c=IN IP4 127.0.0.1\r\n"
    with tempfile.NamedTemporaryFile("w", suffix=".sdp", newline="") as file:
        file.write(head + video)
        file.flush()
        os.chmod(file.name, 0o644)
        target = control if control.startswith("rtsp:") else base.rstrip("/") + "/" + control
        rtsp.ask("SETUP", target, f"Transport: RTP/AVP;unicast;client_port={port}-{port + 1}")
        as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
        vlc = subprocess.Popen(
            [*as_nobody, "setpriv", "--pdeathsig", "KILL", "vlc", "-I", "dummy", "--no-audio", "--vout", "xcb_x11", "--no-video-title-show", "--demux", "avformat",
             *sys.argv[2:], file.name], env=dict(os.environ, HOME="/tmp"))
        signal.signal(signal.SIGTERM, lambda *_: vlc.terminate())
        # It must listen before the first packet comes.
        wait_until_bound(port, vlc)
        rtsp.ask("PLAY", url, "Range: npt=0.000-")
        vlc.wait()


def wait_until_bound(port, process):
    wanted = f":{port:04X}"
    while process.poll() is None:
        for table in ("/proc/net/udp", "/proc/net/udp6"):
            with open(table) as lines:
                if any(line.split()[1].endswith(wanted) for line in lines.readlines()[1:]):
                    return


main()
