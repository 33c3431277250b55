"""Floods an HTTP port of the proxy: connections whose request never ends, then WebSockets of the live picture that talk as fast as they can. Standard library only.

    flood.py slow HOST:PORT CONNECTIONS SECONDS         opens so many and leaves each in the middle of its head, for so long after the last one
    flood.py sockets HOST:PORT STREAM THREADS SECONDS   each opens one after the other, and sends 4,000 small messages on each, or what is taken of them

Comes from several addresses of this machine by turns (127.0.0.2 and on), so that the limit of one address is not all that is met. Prints what came of it.
"""
import base64
import collections
import os
import resource
import socket
import sys
import threading
import time

SOURCES = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
MESSAGES = 4000
MESSAGE = b"\x81\x85\0\0\0\0hello"


def connect(host, port, number):
    return socket.create_connection((host, port), timeout=5, source_address=(SOURCES[number % len(SOURCES)], 0))


def slow(host, port, count, seconds):
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 1000, max(count + 1000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    links, refused, began = [], 0, time.monotonic()
    for number in range(count):
        try:
            link = connect(host, port, number)
            link.send(b"GET /api/v1/streams HTTP/1.1\r\nHost: 127")
            links.append(link)
        except OSError:
            refused += 1
    took, until = time.monotonic() - began, time.monotonic() + seconds
    print(f"{len(links)} opened, {refused} refused at once, in {took:.1f} s", end="", flush=True)
    while time.monotonic() < until:
        for link in links[::50]:
            try:
                link.send(b"a")
            except OSError:
                pass
        time.sleep(0.5)
    closed = 0
    for link in links:
        link.setblocking(False)
        try:
            closed += not link.recv(4096).startswith(b"HTTP/1.1 2")
        except BlockingIOError:
            pass
        except OSError:
            closed += 1
        link.close()
    print(f"; {closed} of them closed by the server {took + seconds:.0f} s after the first")


def talk(host, port, stream, number, until, came):
    while time.monotonic() < until:
        try:
            with connect(host, port, number) as link:
                link.sendall((f"GET /api/v1/streams/{stream}/live HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                              f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n").encode())
                head = link.recv(200)
                came["opened" if b" 101 " in head else "refused"] += 1
                if b" 101 " not in head:
                    time.sleep(0.01)
                    continue
                for _ in range(MESSAGES // 20):
                    link.sendall(MESSAGE * 20)
                    came["messages"] += 20
                while link.recv(65536):
                    pass
                came["closed in order"] += 1
        except OSError:
            came["cut off"] += 1


def sockets(host, port, stream, count, seconds):
    came, until = collections.Counter(), time.monotonic() + seconds
    threads = [threading.Thread(target=talk, args=(host, port, stream, number, until, came)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(", ".join(f"{number} {what}" for what, number in sorted(came.items())))


kind, address = sys.argv[1:3]
host, port = address.split(":")
if kind == "slow":
    slow(host, int(port), int(sys.argv[3]), float(sys.argv[4]))
else:
    sockets(host, int(port), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
