"""One connection that sends as fast as it is read, for so many seconds; one that is closed connects again. Standard library only.

    flooder.py PORT KIND SECONDS

KIND: empty (`$` frames of no bytes), large (of 65,535), options (requests, whose answers are read), session (empty frames on a connection that has set a session up, which nobody closes).
Prints the megabytes that were sent and how often it connected.
"""
import select
import socket
import sys
import time

SETUP = (b"SETUP rtsp://127.0.0.1/proxyStream/track1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n")
PIECES = {
    "empty": b"$\0\0\0" * 16384,
    "session": b"$\x09\0\0" * 16384,
    "large": b"$\0\xff\xff" + bytes(65535),
    "options": b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 2000,
}


def flood(port, kind, until):
    sent = 0
    link = socket.create_connection(("127.0.0.1", port), 5)
    try:
        if kind == "session":
            link.sendall(SETUP)
        link.setblocking(False)
        piece = memoryview(PIECES[kind])
        at = 0
        while time.monotonic() < until:
            readable, writable, _ = select.select([link], [link], [], 0.2)
            if readable and not link.recv(1 << 18):
                break
            if writable:
                count = link.send(piece[at:])
                at = (at + count) % len(piece)
                sent += count
    except OSError:
        pass
    link.close()
    return sent


def main():
    port, kind, until = int(sys.argv[1]), sys.argv[2], time.monotonic() + float(sys.argv[3])
    sent = connections = 0
    while time.monotonic() < until:
        try:
            sent += flood(port, kind, until)
            connections += 1
        except OSError:
            time.sleep(0.05)
    print(f"{sent / 1e6:.1f} {connections}")


main()
