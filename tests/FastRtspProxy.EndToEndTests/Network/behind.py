#!/usr/bin/python3
"""A TCP viewer that measures how far behind the live edge is what it reads: behind.py URL SECONDS [BITS_A_SECOND [RECEIVE_BUFFER]]. Without a rate it reads all that comes.

A line of JSON at the end: the most that it was behind, by the clock of the first picture, the least that it was in the last third of its time (a pause of any program counts for the most alone), and
the packets that it was left without.
"""
import json
import re
import socket
import sys
import time
import urllib.parse


def ask(connection, number, method, url, session, header=""):
    """The answer's head; frames that come before it are dropped."""
    connection.sendall(f"{method} {url} RTSP/1.0\r\nCSeq: {number}\r\n{session}{header}\r\n".encode())
    answer = b""
    while True:
        more = connection.recv(65536)
        if not more:
            raise SystemExit("the connection was closed")
        answer += more
        begin = answer.find(f"CSeq: {number}\r\n".encode())
        end = answer.find(b"\r\n\r\n", begin)
        if begin >= 0 and end >= 0:
            return answer[:end].decode(errors="replace"), answer[end + 4:]


def main():
    url, seconds = sys.argv[1], float(sys.argv[2])
    rate = float(sys.argv[3]) if len(sys.argv) > 3 else 0
    at = urllib.parse.urlsplit(url)
    connection = socket.socket()
    if len(sys.argv) > 4:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(sys.argv[4]))
    connection.settimeout(30)
    connection.connect((at.hostname, at.port))
    head, _ = ask(connection, 1, "SETUP", url + "/track1", "", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")
    session = "Session: " + re.search(r"Session: ([^;\r\n]+)", head)[1] + "\r\n"
    _, rest = ask(connection, 2, "PLAY", url, session)
    begun, heard, buffer, first, expected = time.monotonic(), time.monotonic(), bytearray(rest), None, None
    read, behind, most, least, lost = 0, 0.0, 0.0, None, 0
    while time.monotonic() - begun < seconds:
        allowed = int((time.monotonic() - begun) * rate / 8) - read if rate else 65536
        if allowed < 1000:
            time.sleep(0.01)
            continue
        got = connection.recv(min(allowed, 8192))
        if not got:
            raise SystemExit("the connection was closed")
        if time.monotonic() - heard > 20:  # a sign of life, as players give
            heard = time.monotonic()
            connection.sendall(f"OPTIONS {url} RTSP/1.0\r\nCSeq: 3\r\n{session}\r\n".encode())
        read += len(got)
        buffer += got
        used = 0
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
            if buffer[used + 1] == 0:
                number = buffer[used + 6] << 8 | buffer[used + 7]
                stamp, now = int.from_bytes(buffer[used + 8:used + 12], "big"), time.monotonic()
                lost += (number - expected) & 0xFFFF if expected is not None else 0
                expected = (number + 1) & 0xFFFF
                first = first or (stamp, now)
                behind = now - first[1] - ((stamp - first[0]) & 0xFFFFFFFF) / 90000
                most = max(most, behind)
                if now - begun > seconds * 2 / 3:
                    least = behind if least is None else min(least, behind)
            used += 4 + length
        del buffer[:used]
    print(json.dumps({"mostSecondsBehind": round(most, 1), "leastInTheLastThird": None if least is None else round(least, 1), "secondsBehindAtTheEnd": round(behind, 1), "lost": lost}), flush=True)


if __name__ == "__main__":
    main()
