#!/usr/bin/python3
"""A proxy, its cameras and its viewers on hosts of their own, with lines that real networks have between them; prints what was decoded as one line of JSON.

    unshare --mount --net lines.py PROXY_BINARY SIMULATOR_BINARY FOLDER

    camera, quiet --- server --- router --- near     1500 all the way
                                        --- small    MTU 1280 behind the first hop
                                        --- far      30 to 40 ms, 1 % lost, 1 % reordered, by a wire of TUN devices
                                        --- pulled   its cable is pulled for 15 s
                                        --- slow     1.6 Mbit/s for a camera of 2

"quiet" is a camera whose packets a firewall drops without a word for 15 s. It all happens at once, so the whole takes a little more than the longest: the cable, after which TCP tries again when twice the
time that it was away is nearly over.
"""
import json
import os
import re
import subprocess
import sys
import time

from hosts import Ffmpeg, Hosts

PROXY, SIMULATOR, FOLDER = sys.argv[1:4]
HERE = os.path.dirname(os.path.abspath(__file__))
OUTAGE_SECONDS = 15
SLOW_SECONDS = 35
START_SECONDS = 60  # a busy machine needs a part of it
CAMERA_BITS = 2_000_000
VIEWERS = ("near", "small", "far", "pulled", "slow")


def build(hosts):
    hosts.add("server", "router", "camera", "quiet", *VIEWERS)
    hosts.join("server", "camera", "10.8.1")
    hosts.join("server", "quiet", "10.8.2")
    hosts.join("server", "router", "10.8.3")
    for number, (viewer, mtu) in enumerate((("near", 1500), ("small", 1280), ("pulled", 1500), ("slow", 1500))):
        hosts.join("router", viewer, f"10.8.{10 + number}", mtu)
    hosts.start("server", "wire", sys.executable, os.path.join(HERE, "wire.py"), "--delay", "30", "--jitter", "10", "--loss", "1", "--reorder", "1", "--seed", "7",
                "router", "far", "10.8.20.1/24", "far", "router", "10.8.20.2/24")
    hosts.wait_for("the wire", lambda: "up" in hosts.log("wire"), START_SECONDS, "wire")
    gateways = {viewer: f"10.8.{10 + number}.1" for number, viewer in enumerate(("near", "small", "pulled", "slow"))}
    hosts.forward("router", {"server": "10.8.3.2", "far": "10.8.20.1", **gateways})
    hosts.run("router", "tc qdisc add dev slow root tbf rate 1600kbit burst 8kb latency 100ms")


def firewall(hosts, is_shut):
    if is_shut:
        hosts.run("quiet", "nft add table inet shut\nnft add chain inet shut in { type filter hook input priority 0 ; policy drop ; }\n"
                           "nft add chain inet shut out { type filter hook output priority 0 ; policy drop ; }")
    else:
        hosts.run("quiet", "nft delete table inet shut")


def unsent(hosts):
    """What waits in the kernel for the slow viewer and was not sent yet."""
    text = subprocess.run(["ip", "netns", "exec", "server", "ss", "-tinH", "sport = :8554 and dst 10.8.13.2"], capture_output=True, text=True, check=True).stdout
    return max((int(bytes) for bytes in re.findall(r"notsent:(\d+)", text)), default=0)


def main():
    with Hosts(FOLDER) as hosts:
        build(hosts)
        hosts.start("camera", "camera", SIMULATOR, "camera", "--bind", "10.8.1.2", "--port", "8555")
        hosts.start("camera", "fast", SIMULATOR, "camera", "--bind", "10.8.1.2", "--port", "8556", "--video", "h264", "--audio", "none", "--bitrate", str(CAMERA_BITS), "--gop", "25", "--size", "640x360")
        hosts.start("quiet", "quiet", SIMULATOR, "camera", "--bind", "10.8.2.2", "--port", "8555")
        cameras = ("rtsp://10.8.1.2:8555/stream1", "rtsp://10.8.2.2:8555/stream1", "rtsp://10.8.1.2:8556/stream1")
        for name in ("camera", "fast", "quiet"):
            hosts.wait_for(name, lambda: "rtsp://" in hosts.log(name), START_SECONDS, name)
        proxy = hosts.start("server", "proxy", PROXY, "-v", "-p", "8554", *cameras)
        hosts.wait_for("the proxy", lambda: hosts.log("proxy").count("Play this stream") == len(cameras), START_SECONDS, "proxy")
        url = "rtsp://10.8.3.1:8554/proxyStream-"

        most = 0
        behind = hosts.start("slow", "behind", sys.executable, os.path.join(HERE, "behind.py"), url + "3", str(SLOW_SECONDS))
        players = {f"{host}-{way}": Ffmpeg(hosts, host, f"{host}-{way}", way, url + "1") for host in ("near", "small", "far", "pulled") for way in ("udp", "tcp")}
        quiet = Ffmpeg(hosts, "near", "quiet-tcp", "tcp", url + "2")
        for player in (*players.values(), quiet):
            player.wait_for(50, START_SECONDS)

        firewall(hosts, is_shut=True)
        hosts.run("router", "ip link set pulled down")
        end = time.monotonic() + OUTAGE_SECONDS
        pictures = {name: player.pictures() for name, player in players.items()}
        while time.monotonic() < end:
            most = max(most, unsent(hosts))
            time.sleep(0.1)
        gone = {name: player.pictures() - pictures[name] for name, player in players.items()}
        firewall(hosts, is_shut=False)
        hosts.run("router", "ip link set pulled up")
        back = {}
        returned = {"quiet-tcp": quiet, "pulled-udp": players["pulled-udp"], "pulled-tcp": players["pulled-tcp"]}
        counts = {name: player.pictures() for name, player in returned.items()}
        for name, player in returned.items():
            back[name] = round(player.wait_for(counts[name] + 75, START_SECONDS), 1)
        status = behind.wait(START_SECONDS)
        if status != 0:
            raise SystemExit(f"behind.py ended with {status}\n{hosts.log('behind')}")
        proxy.terminate()
        print(json.dumps({
            "picturesDuringTheOutage": gone, "secondsUntil75MorePictures": back, "slow": json.loads(hosts.log("behind").splitlines()[-1]), "mostUnsentBytes": most,
            "complaints": {name: sum("error" in line for line in hosts.log(name).splitlines()) for name in ("near-udp", "near-tcp", "far-tcp", "small-tcp")},
            "proxyStatus": proxy.wait(START_SECONDS), "sessionsEndedEarly": hosts.log("proxy").count("PeerClosed (")}), flush=True)


main()
