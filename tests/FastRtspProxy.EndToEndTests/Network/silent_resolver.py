#!/usr/bin/python3
"""A proxy on a machine whose name server never answers; prints what happened as one line of JSON.

    unshare --mount --net silent_resolver.py PROXY_BINARY SIMULATOR_BINARY FOLDER

The namespaces are this script's own: /etc/resolv.conf names an address on its loopback device where a socket is open that nobody reads. The camera's name stands
in /etc/hosts while the proxy connects first, and nowhere later on.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

PROXY, SIMULATOR, FOLDER = sys.argv[1:4]
NAME_SERVER, CAMERA = "10.9.9.9", "127.0.0.2"
PROXY_PORT, CAMERA_PORT = 8554, 8555
REGISTERS = 300


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w") as file:  # in place: the mount is of this very file
        file.write(text)
    return path


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while True:
        is_late = time.monotonic() > end  # before the look: whoever stood still looks once more
        if condition():
            return
        if is_late:
            raise SystemExit(f"not within {seconds} s: {what}\n{proxy_log()[-4000:]}")
        time.sleep(0.05)


def proxy_log():
    try:
        with open(os.path.join(FOLDER, "proxy.log"), errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def start(name, *arguments):
    with open(os.path.join(FOLDER, name + ".log"), "ab") as log:
        return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def listens(host, port):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False


def start_camera():
    camera = start("camera", SIMULATOR, "camera", "--bind", CAMERA, "--port", str(CAMERA_PORT))
    wait_for("the camera", lambda: listens(CAMERA, CAMERA_PORT))
    return camera


def ask(text):
    """The status of the answer; 0 for none."""
    with socket.create_connection(("127.0.0.1", PROXY_PORT), 60) as connection:
        connection.sendall(text.encode())
        answer = b""
        while b"\r\n" not in answer:
            got = connection.recv(4096)
            if not got:
                return 0
            answer += got
        return int(answer.split()[1])


def register(host):
    return ask(f"REGISTER rtsp://{host}/x RTSP/1.0\r\nCSeq: 1\r\n\r\n")


def describe(stream):
    return ask(f"DESCRIBE rtsp://127.0.0.1:{PROXY_PORT}/{stream} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n")


def back(stream):
    return re.search(rf"^{stream} .*the camera is back", proxy_log(), re.MULTILINE) is not None


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the programs below end with us
for command in ("ip link set lo up", f"ip addr add {NAME_SERVER}/32 dev lo"):
    subprocess.run(command.split(), check=True)
hosts = write("hosts", f"127.0.0.1 localhost\n{CAMERA} camera.test\n")
subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
subprocess.run(["mount", "--bind", write("resolv.conf", f"nameserver {NAME_SERVER}\n"), "/etc/resolv.conf"], check=True)
name_server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
name_server.bind((NAME_SERVER, 53))
questions = []


def count():
    while True:
        questions.append(name_server.recv(4096))


threading.Thread(target=count, daemon=True).start()

camera = start_camera()
proxy = start("proxy", PROXY, "-v", "-R", "--always-on", "-p", str(PROXY_PORT), f"rtsp://{CAMERA}:{CAMERA_PORT}/stream1", f"rtsp://camera.test:{CAMERA_PORT}/stream1")
try:
    wait_for("the proxy", lambda: listens("127.0.0.1", PROXY_PORT))
    for stream in ("proxyStream-1", "proxyStream-2"):
        wait_for(stream, lambda: describe(stream) == 200)

    write("hosts", "127.0.0.1 localhost\n")
    statuses = []
    senders = [threading.Thread(target=lambda i=i: statuses.append(register(f"n{i}.example.test"))) for i in range(REGISTERS)]
    for sender in senders:
        sender.start()
    wait_for("the name server to be asked", lambda: len(questions) > 0)
    by_address = register("192.0.2.7")

    camera.kill()
    camera.wait()
    camera = start_camera()
    came_back = time.monotonic()
    seconds = {}

    def are_back():
        """Looks at both at once: a pause of this script is none between them."""
        now = time.monotonic()
        seconds.update({stream: round(now - came_back, 1) for stream in ("proxyStream-1", "proxyStream-2") if stream not in seconds and back(stream)})
        return len(seconds) == 2

    wait_for("both streams to be back", are_back, 90)
    for sender in senders:
        sender.join()

    # Again, so that look-ups are under way when the end comes.
    for i in range(REGISTERS):
        threading.Thread(target=lambda i=i: register(f"m{i}.example.test"), daemon=True).start()
    asked = len(questions)
    wait_for("the name server to be asked again", lambda: len(questions) > asked)
    with open(f"/proc/{proxy.pid}/status") as file:
        threads = int(re.search(r"Threads:\s+(\d+)", file.read())[1])
    stopped = time.monotonic()
    proxy.send_signal(signal.SIGTERM)
    status = proxy.wait(60)
    print(json.dumps({
        "statuses": {str(one): statuses.count(one) for one in sorted(set(statuses))}, "registeredByAddress": by_address, "backAfterSeconds": seconds,
        "threads": threads, "stopStatus": status, "stopSeconds": round(time.monotonic() - stopped, 2)}), flush=True)
finally:
    proxy.kill()
    camera.kill()
