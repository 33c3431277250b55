"""Many connections that make a server hold as much as it can be made to, each in the same way. Standard library only.

    hoard.py PORT KIND COUNT SECONDS URL DOWN_URL

KIND: heads (half a head of 8 KiB), bodies (half a body of 64 KiB), waiting (DESCRIBE of DOWN_URL, a camera that is not there, and 1.2 MB of requests behind it), inhand (the same with a body of
64 KiB), answers (DESCRIBE of URL again and again, and no answer is read), tunnels (a GET each, and half a body on its POST), playing (a session each over TCP that reads nothing).
Sends what is taken for so many seconds, then holds still for as long as it is not ended. Prints the connections and megabytes, and "closed" with how many were closed meanwhile.
"""
import base64
import resource
import socket
import sys
import time

port, kind, count, seconds, url, down = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5], sys.argv[6]
BODY = b"SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 65536\r\n\r\n" + b"b" * 65000
OPTIONS = b"OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n"


def describe(of, more=b""):
    return f"DESCRIBE {of} RTSP/1.0\r\nCSeq: 1\r\n".encode() + more + b"\r\n"


def payloads(index):
    """What one client sends, one entry a connection."""
    if kind == "heads":
        return [b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: " + b"y" * 8000]
    if kind == "bodies":
        return [BODY]
    if kind == "waiting":
        return [describe(down) + OPTIONS * 36000]
    if kind == "inhand":
        return [describe(down, b"Content-Length: 65000\r\n") + b"b" * 65000 + OPTIONS * 10]
    if kind == "answers":
        return [describe(url) * 8000]
    if kind == "playing":
        return [f"SETUP {url}/track1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n".encode()]
    if kind == "tunnels":
        head = f"/x HTTP/1.0\r\nx-sessioncookie: cookie-{index}\r\n"
        return [f"GET {head}Accept: application/x-rtsp-tunnelled\r\n\r\n".encode(),
                f"POST {head}Content-Length: 32767\r\n\r\n".encode() + base64.b64encode(BODY)]
    sys.exit(__doc__)


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    links = []
    for index in range(count):
        for payload in payloads(index):
            link = socket.socket()
            if kind == "answers":
                link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.bind((f"127.0.0.{2 + index % 200}", 0))
            link.settimeout(5)
            try:
                link.connect(("127.0.0.1", port))
                if kind == "tunnels" and payload.startswith(b"GET"):
                    link.sendall(payload)
                    link.recv(4096)
                    payload = b""
                if kind == "playing":
                    link.sendall(payload)
                    session = link.recv(4096).decode().split("Session: ")[1].split(";")[0]
                    payload = f"PLAY {url}/ RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n".encode()
                link.setblocking(False)
                links.append([link, memoryview(payload), 0])
            except (OSError, IndexError) as failure:
                print("connection", len(links), failure, file=sys.stderr)
    until = time.monotonic() + seconds
    closed = 0
    while time.monotonic() < until:
        for link in links:
            try:
                if link[0] is not None and link[2] < len(link[1]):
                    link[2] += link[0].send(link[1][link[2]:link[2] + 262144])
            except BlockingIOError:
                pass
            except OSError:
                link[0].close()
                link[0] = None
                closed += 1
        time.sleep(0.02)
    print(f"{len(links)} {sum(link[2] for link in links) / 1e6:.1f} closed {closed}", flush=True)
    time.sleep(600)


main()
