"""How much gets through a long line in one TCP connection? First by a plain pair of sockets, then by the proxy as root and as a user without rights, over the same wire of two TUN devices in one run."""
import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "FastRtspProxy.EndToEndTests", "Network"))
from hosts import Hosts  # noqa: E402

HERE = os.path.abspath(__file__)


def send(port):
    listener = socket.create_server(("10.9.0.1", port))
    print("up", flush=True)
    peer, _ = listener.accept()
    block = bytes(1 << 20)
    try:
        while True:
            peer.sendall(block)
    except OSError:
        pass


def read(connection, warm_up, seconds):
    """Bits a second."""
    begun, count, since = time.monotonic(), 0, None
    while True:
        got = len(connection.recv(1 << 20))
        now = time.monotonic()
        if got == 0:
            raise SystemExit("the connection was closed")
        if since is None and now >= begun + warm_up:
            since = now
        elif since is not None:
            count += got
            if now >= since + seconds:
                return count * 8 / (now - since)


def play(warm_up, seconds):
    connection = socket.create_connection(("10.9.0.1", 8554), 10)
    for number, request in enumerate((
            "SETUP rtsp://10.9.0.1:8554/proxyStream/track1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
            "PLAY rtsp://10.9.0.1:8554/proxyStream RTSP/1.0\r\nCSeq: 2\r\nSession: {}\r\n\r\n")):
        if number:
            request = request.format(answer.split("Session: ")[1].split(";")[0].split("\r")[0])
        connection.sendall(request.encode())
        answer = connection.recv(4096).decode(errors="replace")
        if " 200 " not in answer[:16]:
            raise SystemExit(answer)
    return read(connection, warm_up, seconds)


def measure(hosts, *arguments):
    command = ["ip", "netns", "exec", "viewer", sys.executable, HERE, *map(str, arguments)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one-way", type=float, default=50, help="milliseconds (%(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="measured, behind 5 s that do not count (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Hosts(folder) as hosts:
        hosts.add("server", "viewer")
        for host in ("server", "viewer"):
            hosts.run(host, "sysctl -q -w net.ipv4.tcp_no_metrics_save=1")  # else each connection begins with what the one before learned of the line, losses of its slow start included
        wire = os.path.join(sys.path[0], "wire.py")
        hosts.start("server", "wire", sys.executable, wire, "--delay", str(options.one_way), "server", "line", "10.9.0.1/24", "viewer", "line", "10.9.0.2/24")
        hosts.wait_for("the wire", lambda: "up" in hosts.log("wire"), 30, "wire")
        hosts.start("server", "plain", sys.executable, HERE, "send", "9000")
        hosts.wait_for("the sender", lambda: "up" in hosts.log("plain"), 30, "plain")
        plain = measure(hosts, "read", 5, options.seconds)
        print(f"a plain pair of sockets: {plain / 1e6:.0f} Mbit/s", flush=True)

        # A little more than the line takes, so that the viewer never waits for the camera and is not moved forward before the end.
        hosts.start("server", "camera", os.environ["RTSPSIM_BIN"], "camera", "--port", "8555", "--video", "h264", "--audio", "none", "--bitrate", str(int(plain * 1.1)), "--gop", "25")
        hosts.wait_for("the camera", lambda: "rtsp://" in hosts.log("camera"), 30, "camera")
        for name, launcher in (("root", []), ("an ordinary user", ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all"])):
            proxy = hosts.start("server", name, *launcher, os.environ["FASTRTSPPROXY_BIN"], "-t", "-p", "8554", "--gop-cache", "256M,30s", "rtsp://127.0.0.1:8555/stream1")
            hosts.wait_for("the proxy", lambda: "Play this stream" in hosts.log(name), 30, name)
            rate = measure(hosts, "play", 5, options.seconds)
            proxy.terminate()
            proxy.wait()
            print(f"the proxy as {name}: {rate / 1e6:.0f} Mbit/s, {100 * rate / plain:.0f} % of that", flush=True)


if len(sys.argv) > 2 and sys.argv[1] == "send":
    send(int(sys.argv[2]))
elif len(sys.argv) > 3 and sys.argv[1] == "read":
    print(read(socket.create_connection(("10.9.0.1", 9000), 10), float(sys.argv[2]), float(sys.argv[3])))
elif len(sys.argv) > 3 and sys.argv[1] == "play":
    print(play(float(sys.argv[2]), float(sys.argv[3])))
else:
    main()
