"""Guesses passwords of a proxy of its own, and counts how many guesses were looked at. Linux, standard library.

An answer that was looked at cannot be told from one that was not by its 401: so the guesser here knows the password, and answers with a nonce of
another connection. What was looked at is told `stale=TRUE`; what was not is told nothing."""
import argparse
import hashlib
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

USER, PASSWORD, REALM = "viewer", "secret", "LIVE555 Streaming Media"
GUESSER, CONNECTIONS, PER_SECOND, FREE = "127.0.0.5", 64, 5, 3
IP_BIND_ADDRESS_NO_PORT = 24  # linux/in.h; Python names it from 3.12 on


class Client:
    def __init__(self, port, source=GUESSER, seconds=30.0):
        self.url = f"rtsp://127.0.0.1:{port}/proxyStream"
        self.socket = socket.socket()
        self.socket.settimeout(seconds)
        self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)  # or the ports of those that hung up are used up for a minute
        self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))
        self.cseq = 0
        self.rest = b""

    def send(self, method, nonce=None, password=PASSWORD):
        self.cseq += 1
        head = f"{method} {self.url} RTSP/1.0\r\nCSeq: {self.cseq}\r\n"
        if nonce is not None:
            md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
            response = md5(md5(f"{USER}:{REALM}:{password}") + f":{nonce}:" + md5(f"{method}:{self.url}"))
            head += f'Authorization: Digest username="{USER}", realm="{REALM}", nonce="{nonce}", uri="{self.url}", response="{response}"\r\n'
        self.socket.sendall((head + "\r\n").encode())

    def read(self):
        """Status and head of the next answer."""
        while b"\r\n\r\n" not in self.rest:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.rest += more
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        text = head.decode()
        length = re.search(r"(?i)content-length: (\d+)", text)
        while length and len(self.rest) < int(length[1]):
            self.rest += self.socket.recv(65536)
        self.rest = self.rest[int(length[1]):] if length else self.rest
        return int(text.split()[1]), text

    def ask(self, method, nonce=None, password=PASSWORD):
        self.send(method, nonce, password)
        return self.read()

    def nonce(self):
        return re.search('nonce="([^"]*)"', self.ask("DESCRIBE")[1])[1]

    def close(self, reset=False):
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def restrict(port, source=GUESSER):
    client = Client(port, source)
    for _ in range(FREE):
        client.ask("DESCRIBE", client.nonce(), "wrong")
    client.close()


def guess(port, seconds, patience, reset, keep):
    """64 connections at a time: guesses sent, and those that were looked at."""
    old = Client(port).nonce()
    sent, judged, lock, end = 0, 0, threading.Lock(), time.monotonic() + seconds

    def run():
        nonlocal sent, judged
        client = None
        while time.monotonic() < end:
            seen = 0
            try:
                client = client or Client(port)
                client.socket.settimeout(30)
                client.send("DESCRIBE", old)
                client.socket.settimeout(patience)
                seen = "stale=TRUE" in client.read()[1]
            except (OSError, EOFError):
                pass
            if client and not keep:
                client.close(reset)
                client = None
            with lock:
                sent += 1
                judged += seen
        if client:
            client.close()

    threads = [threading.Thread(target=run) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent, judged


def recorder_and_viewers(port, seconds):
    """Sixteen channels with an old password every 5 s; how long a viewer behind the same address takes to get in, and what one that plays is refused."""
    source, end, refused, waits = "127.0.0.6", time.monotonic() + seconds, 0, []
    playing = Client(port, source)
    nonce = playing.nonce()
    assert playing.ask("DESCRIBE", nonce)[0] == 200

    def channel():
        while time.monotonic() < end:
            began = time.monotonic()
            client = Client(port, source)
            client.ask("DESCRIBE", client.nonce(), "old")
            client.close()
            time.sleep(max(0, began + 5 - time.monotonic()))

    def keep_alive():
        nonlocal refused
        while time.monotonic() < end:
            refused += playing.ask("GET_PARAMETER", nonce)[0] != 200
            time.sleep(0.1)

    threads = [threading.Thread(target=channel) for _ in range(16)] + [threading.Thread(target=keep_alive)]
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        began = time.monotonic()
        viewer = Client(port, source)
        status, _ = viewer.ask("DESCRIBE", viewer.nonce())
        waits.append(time.monotonic() - began if status == 200 else float("inf"))
        viewer.close()
        time.sleep(0.7)
    for thread in threads:
        thread.join()
    return waits, refused


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--port", type=int, default=29554)
    options = parser.parse_args()
    proxy = subprocess.Popen([os.environ["FASTRTSPPROXY_BIN"], "--demo", "-C", USER, PASSWORD, "-p", str(options.port)], stderr=subprocess.PIPE)
    lines = []
    threading.Thread(target=lambda: lines.extend(proxy.stderr), daemon=True).start()
    failed = False
    try:
        for _ in range(200):
            try:
                Client(options.port).close()
                break
            except OSError:
                time.sleep(0.1)
        waits, refused = recorder_and_viewers(options.port, options.seconds)
        bad = max(waits) > 5 or refused > 0
        failed |= bad
        print(f"recorder on 16 channels, every 5 s: {len(waits)} viewers in after {max(waits):.2f} s at most; one that plays refused {refused} times{'  TOO MUCH' if bad else ''}")
        restrict(options.port)
        print(f"{'64 connections, each':44} {'guesses sent/s':>15} {'looked at/s':>12}")
        for name, patience, reset, keep in [
            ("waits for its answer, then a new connection", 30, False, False), ("waits for its answer, stays", 30, False, True), ("closes after 30 ms", 0.03, False, False),
            ("resets after 30 ms", 0.03, True, False), ("closes after 1 s", 1, False, False), ("closes at once", 0.0001, False, False)]:
            began = time.monotonic()
            sent, judged = guess(options.port, options.seconds, patience, reset, keep)
            took = time.monotonic() - began
            bad = judged > PER_SECOND * took + 1
            failed |= bad
            print(f"{name:44} {sent / took:15.0f} {judged / took:12.2f}{'  TOO MANY' if bad else ''}")
        time.sleep(1)
        descriptors = len(os.listdir(f"/proc/{proxy.pid}/fd"))
        print(f"descriptors of the proxy a second later: {descriptors}")
    finally:
        proxy.terminate()
        proxy.wait(10)
    said = [line for line in lines if line.startswith(b"Failed log-in")]
    print(f"lines in the log: {len(said)}; the last: {said[-1].decode().strip() if said else '-'}")
    assert not any(PASSWORD.encode() in line for line in lines)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
