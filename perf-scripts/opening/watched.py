"""How many of a recorder's channels are asked at once while each has a viewer: see start-of-many.sh --viewers."""
import argparse
import re
import socket
import tempfile
import threading
import time

from many import Camera, Proxy, free_port


class Recorder:
    """The one address of all channels: passes everything on, answers each DESCRIBE a while later, and counts who is between connect and that answer."""

    def __init__(self, camera_port, answer_seconds):
        self.camera_port, self.answer_seconds = camera_port, answer_seconds
        self.port, self.lock = free_port(), threading.Lock()
        self.door, self.open, self.opening, self.most, self.asked = None, set(), 0, 0, 0
        self.start()

    def start(self):
        self.most = self.asked = 0
        self.door = socket.create_server(("127.0.0.1", self.port), backlog=256)
        threading.Thread(target=self.accept, args=(self.door,), daemon=True).start()

    def stop(self):
        """Its power is gone."""
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        with self.lock:
            gone = list(self.open)
        self.end(*gone)

    def accept(self, door):
        while True:
            try:
                proxy, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(proxy,), daemon=True).start()

    def count(self, by):
        with self.lock:
            self.opening += by
            self.asked += by > 0
            self.most = max(self.most, self.opening)

    def serve(self, proxy):
        self.count(1)
        camera = socket.create_connection(("127.0.0.1", self.camera_port))
        with self.lock:
            self.open |= {proxy, camera}
        answered = threading.Event()
        threading.Thread(target=self.upstream, args=(proxy, camera), daemon=True).start()
        try:
            while data := camera.recv(65536):
                if not answered.is_set() and b"application/sdp" in data:
                    time.sleep(self.answer_seconds)
                    answered.set()
                    self.count(-1)
                proxy.sendall(data)
        except OSError:
            pass
        if not answered.is_set():
            self.count(-1)
        self.end(proxy, camera)

    def upstream(self, proxy, camera):
        try:
            while data := proxy.recv(65536):
                camera.sendall(data)
        except OSError:
            pass
        self.end(proxy, camera)

    def end(self, *ends):
        for one in ends:
            with self.lock:
                self.open.discard(one)
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Viewer:
    """Plays one stream over TCP, asks again until it does, and reads what comes."""

    def __init__(self, port, name):
        self.url, self.port, self.plays = f"rtsp://127.0.0.1:{port}/{name}", port, 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port)) as connection:
                    self.watch(connection)
            except OSError:
                pass
            time.sleep(0.2)

    def watch(self, connection):
        session = ""
        for number, (method, url, header) in enumerate([
                ("DESCRIBE", self.url, ""), ("SETUP", self.url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"), ("PLAY", self.url, "")]):
            connection.sendall(f"{method} {url} RTSP/1.0\r\nCSeq: {number + 1}\r\n{session}{header}\r\n".encode())
            head = b""
            while b"\r\n\r\n" not in head:
                data = connection.recv(65536)
                if not data:
                    return
                head += data
            if b" 200 " not in head.split(b"\r\n")[0]:
                return
            if found := re.search(rb"Session: ([^;\r]+)", head):
                session = f"Session: {found[1].decode()}\r\n"
        self.plays += 1
        while connection.recv(65536):
            pass


def run(options, folder):
    camera = Camera(options.streams)
    camera.start()
    recorder = Recorder(camera.port, options.answer)
    proxy = Proxy(recorder, False, True, folder, streams=options.streams, more={"transport": "tcp"})
    try:
        proxy.seconds_until(proxy.began, "all are described", lambda states: states.get("ready", 0) == options.streams)
        recorder.most = recorder.asked = 0
        viewers = [Viewer(proxy.rtsp, f"cam{i + 1}") for i in range(options.streams)]

        def plays(states):
            return states.get("playing", 0) == options.streams

        proxy.seconds_until(time.monotonic(), "all play", plays)
        recorder.stop()
        away = time.monotonic()
        proxy.seconds_until(away, "none plays", lambda states: states.get("playing", 0) == 0)
        time.sleep(max(0, options.outage - (time.monotonic() - away)))
        recorder.start()
        back = proxy.seconds_until(time.monotonic(), "all play again", plays)
        time.sleep(1)
        return recorder.most, recorder.asked, back, sum(viewer.plays == 1 for viewer in viewers)
    finally:
        proxy.stop()
        camera.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--viewers", action="store_true")
    parser.add_argument("--streams", type=int, default=64)
    parser.add_argument("--outage", type=float, default=15)
    parser.add_argument("--answer", type=float, default=0.2)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            most, asked, back, held = run(options, folder)
        print(f"{options.streams} channels of one recorder, a viewer each, {options.outage:.0f} s away: {most} at a time were connected and not described yet, of {asked}; "
              f"all play {back:.1f} s after its return, {held} viewers in the sessions of before", flush=True)


main()
