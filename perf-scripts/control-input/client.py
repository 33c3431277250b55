#!/usr/bin/env python3
"""Both contestants of control-input.sh one after the other, twice: what a silent connection costs, and what a request does.

    client.py CONNECTIONS SECONDS SERVER...

SERVER is the command line of a contestant without its kind, which is appended: pull (our own receive half) or pipe (SocketConnection with a scheduler that posts to the shard)."""
import selectors
import socket
import statistics
import subprocess
import sys
import threading
import time

REQUEST = b"OPTIONS rtsp://127.0.0.1/cam RTSP/1.0\r\nCSeq: %d\r\nUser-Agent: LibVLC/3.0.20 (LIVE555 Streaming Media v2016.11.28)\r\n\r\n"


class Server:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline().split()[1])

    def rss(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


def connect(port, index):
    one = socket.socket()
    one.bind((f"127.0.0.{2 + index // 20000}", 0))
    one.connect(("127.0.0.1", port))
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one


def read_answers(one, count):
    text = b""
    while text.count(b"\r\n\r\n") < count:
        piece = one.recv(65536)
        assert piece, "closed by the server"
        text += piece
    return text


def ask(one, cseq):
    one.sendall(REQUEST % cseq)
    assert b"CSeq: %d\r\n" % cseq in read_answers(one, 1)


def ask_all(all, cseq):
    for start in range(0, len(all), 200):
        for one in all[start:start + 200]:
            one.sendall(REQUEST % cseq)
        for one in all[start:start + 200]:
            read_answers(one, 1)


def held(server):
    """Live bytes of the heap, and what the process holds after it has collected."""
    heap = server.ask("collect")
    time.sleep(1)
    return heap, server.rss()


def memory(server, connections):
    warm = [connect(server.port, i) for i in range(200)]
    ask_all(warm, 1)
    for one in warm:
        one.close()
    time.sleep(1)
    heap, rss = held(server)
    all = [connect(server.port, i) for i in range(connections)]
    time.sleep(2)
    figures = {}
    heap_silent, rss_silent = held(server)
    ask_all(all, 1)
    heap_asked, rss_asked = held(server)
    figures["heap bytes a silent connection"] = (heap_silent - heap) / connections
    figures["heap bytes after a request"] = (heap_asked - heap) / connections
    figures["RSS bytes a silent connection"] = (rss_silent - rss) / connections
    figures["RSS bytes after a request"] = (rss_asked - rss) / connections
    server.ask("move")
    ask_all(all, 2)
    ask_all(all, 3)
    figures["answered after a move"] = len(all)
    return figures, all


def requests(server, all, seconds):
    """One request under way on each of a hundred connections."""
    some = all[:100]
    selector = selectors.DefaultSelector()
    for one in some:
        selector.register(one, selectors.EVENT_READ)
        one.sendall(REQUEST % 5)
    cpu, began, count = server.cpu(), time.monotonic(), 0
    while time.monotonic() - began < seconds:
        for key, _ in selector.select(1):
            assert key.fileobj.recv(65536)
            key.fileobj.sendall(REQUEST % 5)
            count += 1
    took, used = time.monotonic() - began, server.cpu() - cpu
    for one in some:
        read_answers(one, 1)
    return {"requests a second": count / took, "processor us a request": used / count * 1e6}


def fairness(server, all, seconds):
    """Four connections flood with requests in large pieces, and read what comes; how long another waits for its answer."""
    stop = threading.Event()

    def flood(one):
        piece = REQUEST % 7 * 400
        reader = threading.Thread(target=drain, args=(one,), daemon=True)
        reader.start()
        try:
            while not stop.is_set():
                one.sendall(piece)
            one.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def drain(one):
        try:
            while one.recv(1 << 20):
                pass
        except OSError:
            pass

    floods = [threading.Thread(target=flood, args=(one,), daemon=True) for one in all[200:204]]
    for one in floods:
        one.start()
    time.sleep(0.5)
    waits, began = [], time.monotonic()
    while time.monotonic() - began < seconds:
        asked = time.monotonic()
        ask(all[300], 9)
        waits.append((time.monotonic() - asked) * 1000)
        time.sleep(0.002)
    stop.set()
    waits.sort()
    return {"ms to an answer beside a flood, median": statistics.median(waits), "ms to an answer beside a flood, p99": waits[int(len(waits) * 0.99)]}


def measure(command, kind, connections, seconds):
    server = Server(command + [kind])
    try:
        figures, all = memory(server, connections)
        figures.update(requests(server, all, seconds))
        figures.update(fairness(server, all, seconds))
        for one in all:
            one.close()
        return figures
    finally:
        server.end()


def main():
    connections, seconds, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    runs = {"pull": [], "pipe": []}
    for kind in ("pull", "pipe", "pipe", "pull"):
        runs[kind].append(measure(command, kind, connections, seconds))
    print(f"{'of ' + str(connections) + ' connections':45}{'pull':>12}{'pipe':>12}{'pipe/pull':>11}")
    for name in runs["pull"][0]:
        pull, pipe = (statistics.mean(run[name] for run in runs[kind]) for kind in ("pull", "pipe"))
        print(f"{name:45}{pull:12.1f}{pipe:12.1f}{pipe / pull:11.2f}")


main()
