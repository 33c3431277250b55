"""What do viewers by multicast cost the proxy? Its processor time for each row by turns, over a cable with MTU 1500 between two hosts (network namespaces); rtspsim listens by one socket an event loop,
so the kernel makes no more copies for a thousand than for one. What is left of a difference are their sessions: each asks every half minute."""
import argparse
import os
import signal
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "FastRtspProxy.EndToEndTests", "Network"))
from hosts import Hosts  # noqa: E402

URL = "rtsp://10.8.1.1:8554/proxyStream"


def processor_seconds(pid):
    """Of all its threads, those that have ended too: the clock of that process (clock_getcpuclockid(3))."""
    return time.clock_gettime(~pid << 3 | 2)


def measure(hosts, proxy, name, clients, transport, seconds):
    """The proxy's processor seconds while so many play; None for clients: while nobody does."""
    crowd = None
    if clients:
        crowd = hosts.start("viewers", name, os.environ["RTSPSIM_BIN"], "load", URL, "--plain", "--threads", "1", "-n", str(clients), "--transport", transport, "--ramp", "500/s", "-d", "10m")
        hosts.wait_for(f"{clients} clients", lambda: f"playing {clients} of {clients}," in hosts.log(name), 120, name)
    time.sleep(2)
    before = processor_seconds(proxy.pid)
    time.sleep(seconds)
    used = processor_seconds(proxy.pid) - before
    if crowd:
        crowd.send_signal(signal.SIGINT)
        crowd.wait(60)
        for wanted in ("lost  0 (0 %)", f"{clients} played at the same time"):
            if wanted not in hosts.log(name):
                print(f"(not \"{wanted}\" in {name}: {[line.strip() for line in hosts.log(name).splitlines() if 'lost ' in line][-1:]})", file=sys.stderr)
    return used


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="0:none,1:udp,1:multicast,1000:multicast", help="clients and their transport (%(default)s)")
    parser.add_argument("--seconds", type=float, default=20, help="for each of them (%(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="by turns; the medians are told (%(default)s)")
    parser.add_argument("--bitrate", type=int, default=4_000_000, help="of the stream (%(default)s)")
    options = parser.parse_args()
    rows = [(int(clients), transport) for clients, transport in (row.split(":") for row in options.rows.split(","))]
    used = {row: [] for row in rows}
    with tempfile.TemporaryDirectory() as folder, Hosts(folder) as hosts:
        hosts.add("server", "viewers")
        hosts.join("server", "viewers", "10.8.1")
        for host in ("server", "viewers"):
            hosts.run(host, f"ip route add 224.0.0.0/4 dev {'viewers' if host == 'server' else 'server'}")
        hosts.start("server", "camera", os.environ["RTSPSIM_BIN"], "camera", "--port", "8555", "--video", "h264", "--audio", "none", "--bitrate", str(options.bitrate), "--gop", "25")
        hosts.wait_for("the camera", lambda: "rtsp://" in hosts.log("camera"), 30, "camera")
        proxy = hosts.start("server", "proxy", os.environ["FASTRTSPPROXY_BIN"], "--multicast", "239.192.0.0/16", "--always-on", "-p", "8554", "rtsp://127.0.0.1:8555/stream1")
        hosts.wait_for("the proxy", lambda: "Play this stream" in hosts.log("proxy"), 30, "proxy")
        for turn in range(options.repeat):
            for clients, transport in rows:
                used[clients, transport].append(measure(hosts, proxy, f"load-{turn}-{clients}-{transport}", clients, transport, options.seconds))

    one = statistics.median(used.get((1, "multicast"), [0]))
    print(f"{options.bitrate / 1e6:g} Mbit/s, {options.seconds:g} s a row, medians of {options.repeat} by turns, {time.strftime('%Y-%m-%d')}\n")
    print("| viewers | over | processor time, ms a second | beside one by multicast |\n| --- | --- | --- | --- |")
    for (clients, transport), seconds in used.items():
        median = statistics.median(seconds)
        print(f"| {clients:,} | {transport} | {1000 * median / options.seconds:.2f} ({', '.join(f'{1000 * one / options.seconds:.2f}' for one in seconds)}) | {median / one if one else 0:.2f} |")


main()
