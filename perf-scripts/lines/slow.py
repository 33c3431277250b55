"""How far behind the live edge is a TCP viewer that reads more slowly than a stream of 2 Mbit/s comes? Over a cable with MTU 1500 between two hosts (network namespaces)."""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "FastRtspProxy.EndToEndTests", "Network"))
from hosts import Hosts  # noqa: E402

BEHIND = os.path.join(sys.path[0], "behind.py")


def unsent(port):
    text = subprocess.run(["ip", "netns", "exec", "server", "ss", "-tinH", "sport", "=", f":{port}"], capture_output=True, text=True, check=True).stdout
    return max((int(count) for count in re.findall(r"notsent:(\d+)", text)), default=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", default="1600000,400000", help="bits a second that the viewers read (%(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="for each of them (%(default)s); all at once")
    parser.add_argument("--bitrate", type=int, default=2_000_000, help="of the stream (%(default)s)")
    parser.add_argument("--receive-buffer", type=int, help="SO_RCVBUF of the viewers: what they hold themselves is not the proxy's (default: the kernel's choice)")
    options = parser.parse_args()
    rates = [int(rate) for rate in options.rates.split(",")]
    with tempfile.TemporaryDirectory() as folder, Hosts(folder) as hosts:
        hosts.add("server", "viewer")
        hosts.join("server", "viewer", "10.8.1")
        hosts.start("server", "camera", os.environ["RTSPSIM_BIN"], "camera", "--port", "8555", "--video", "h264", "--audio", "none", "--bitrate", str(options.bitrate), "--gop", "25")
        hosts.wait_for("the camera", lambda: "rtsp://" in hosts.log("camera"), 30, "camera")
        hosts.start("server", "proxy", os.environ["FASTRTSPPROXY_BIN"], "-p", "8554", "rtsp://127.0.0.1:8555/stream1")
        hosts.wait_for("the proxy", lambda: "Play this stream" in hosts.log("proxy"), 30, "proxy")
        buffer = [str(options.receive_buffer)] if options.receive_buffer else []
        viewers = {rate: hosts.start("viewer", str(rate), sys.executable, BEHIND, "rtsp://10.8.1.1:8554/proxyStream", str(options.seconds), str(rate), *buffer) for rate in rates}
        most = 0
        while any(viewer.poll() is None for viewer in viewers.values()):
            most = max(most, unsent(8554))
            time.sleep(0.1)
        for rate in rates:
            print(f"reads {rate / 1e6:.1f} of {options.bitrate / 1e6:.1f} Mbit/s: {hosts.log(str(rate)).splitlines()[-1]}")
        print(json.dumps({"mostUnsentBytes": most, "halfASecondBytes": options.bitrate // 16}))


main()
