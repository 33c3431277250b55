#!/usr/bin/python3
"""Many TCP viewers in one process: cluster_viewers.py FILE URL... Each line that comes in FILE (JSON) is one moment: for each viewer its state, since when no picture came, and its gaps so far.

A gap lasts from the last packet before a silence to the first packet of a key frame after it: what came in between no decoder shows.
"""
import json
import re
import selectors
import socket
import sys
import time
import urllib.parse

SILENCE = 0.35


class Viewer:
    def __init__(self, url):
        self.url, self.at = url, urllib.parse.urlsplit(url)
        self.gaps, self.last, self.broken, self.packets, self.ended = [], None, None, 0, None
        self.buffer = bytearray()
        self.socket = None
        self.heard = time.monotonic()

    def begin(self):
        deadline = time.monotonic() + 60
        while True:
            self.buffer.clear()
            try:
                self.socket = socket.create_connection((self.at.hostname, self.at.port), timeout=30)
                head = self.ask(1, "SETUP", self.url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")
                self.session = "Session: " + re.search(r"Session: ([^;\r\n]+)", head)[1] + "\r\n"
                if "RTSP/1.0 200 " not in self.ask(2, "PLAY", self.url, self.session):
                    raise OSError("refused")
                break
            except (OSError, TypeError) as problem:
                if time.monotonic() > deadline:
                    raise SystemExit(f"{self.url}: {problem}")
                time.sleep(0.3)
        self.socket.setblocking(False)

    def ask(self, number, method, url, headers):
        self.socket.sendall(f"{method} {url} RTSP/1.0\r\nCSeq: {number}\r\n{headers}\r\n".encode())
        answer = b""
        while True:
            more = self.socket.recv(65536)
            if not more:
                raise OSError("closed")
            answer += more
            begin = answer.find(f"CSeq: {number}\r\n".encode())
            end = answer.find(b"\r\n\r\n", begin)
            if begin >= 0 and end >= 0:
                self.buffer += answer[end + 4:]
                return answer[:end].decode(errors="replace")

    def read(self):
        try:
            got = self.socket.recv(262144)
        except BlockingIOError:
            return True
        except OSError:
            got = b""
        if not got:
            self.ended = time.monotonic()
            return False
        self.buffer += got
        used, buffer = 0, self.buffer
        while len(buffer) - used >= 4:
            if buffer[used] != ord("$"):
                end = buffer.find(b"\r\n\r\n", used)
                if end < 0:
                    break
                used = end + 4
                continue
            length = buffer[used + 2] << 8 | buffer[used + 3]
            if len(buffer) - used < 4 + length:
                break
            if buffer[used + 1] == 0 and length > 13:
                self.packet(buffer[used + 16], buffer[used + 17])
            used += 4 + length
        del buffer[:used]
        return True

    def packet(self, first, second):
        now = time.monotonic()
        self.packets += 1
        if self.last is not None and self.broken is None and now - self.last > SILENCE:
            self.broken = self.last
        kind = first & 31
        is_key = kind in (5, 7, 24) or (kind == 28 and second & 0x9f in (0x85, 0x87))
        if self.broken is not None and is_key:
            self.gaps.append([round(self.broken, 3), round(now - self.broken, 3)])
            self.broken = None
        self.last = now

    def live(self):
        if time.monotonic() - self.heard > 20:
            self.heard = time.monotonic()
            try:
                self.socket.send(f"OPTIONS {self.url} RTSP/1.0\r\nCSeq: 3\r\n{self.session}\r\n".encode())
            except OSError:
                pass  # what has ended is seen by reading


def main():
    viewers = [Viewer(url) for url in sys.argv[2:]]
    selector = selectors.DefaultSelector()
    for viewer in viewers:
        viewer.begin()
        selector.register(viewer.socket, selectors.EVENT_READ, viewer)
    told = 0
    with open(sys.argv[1], "a") as file:
        while True:
            for key, _ in selector.select(0.1):
                if not key.data.read():
                    selector.unregister(key.fileobj)
            now = time.monotonic()
            if now - told > 0.25:
                told = now
                for viewer in viewers:
                    if viewer.ended is None:
                        viewer.live()
                print(json.dumps({"now": round(now, 3), "viewers": [
                    {"silent": round(now - (v.broken or v.last or now), 3), "packets": v.packets, "ended": v.ended, "gaps": v.gaps} for v in viewers]}), file=file, flush=True)


if __name__ == "__main__":
    main()
