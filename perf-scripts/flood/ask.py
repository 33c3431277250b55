"""So many new connections, one after the other, each with one OPTIONS: how many were answered within 100 ms, and the slowest in ms.

    ask.py PORT COUNT SECONDS      spread over the seconds
"""
import socket
import sys
import time

port, count, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
took = []
for _ in range(count):
    began = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as link:
            link.settimeout(5)
            link.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            answered = link.recv(4096).startswith(b"RTSP/1.0 200")
    except OSError:
        answered = False
    took.append(time.monotonic() - began if answered else 9.999)
    time.sleep(max(0.0, seconds / count - (time.monotonic() - began)))
print(sum(t <= 0.1 for t in took), round(max(took) * 1000))
