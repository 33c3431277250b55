#!/usr/bin/python3
"""A proxy, its cameras and its viewers on hosts of their own, with lines that real networks have between them; prints what was decoded as one line of JSON.

    unshare --mount --net lines.py PROXY_BINARY SIMULATOR_BINARY FOLDER

    camera, quiet --- server --- router --- near     1500 all the way
                                        --- small    MTU 1280 behind the first hop
                                        --- far      30 to 40 ms, 1 % lost, 1 % reordered, by a wire of TUN devices
                                        --- uneven   5 to 65 ms from packet to packet, by such a wire, and nothing lost
                                        --- lossy    1 % lost, by nft's numgen
                                        --- pulled   its cable is pulled for 15 s
                                        --- gone     answers nothing any more once its viewer is paused
                                        --- slow     1 Mbit/s for a camera of 2

"quiet" is a camera whose packets a firewall drops without a word for 15 s. It all happens at once, so the whole takes a little more than the longest: the cable, after which TCP tries again when twice the
time that it was away is nearly over, and the 50 s after which the kernel gives "gone" up.
"""
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time

from hosts import Hosts, ffmpeg, mpv, rtspsrc

PROXY, SIMULATOR, FOLDER = sys.argv[1:4]
HERE = os.path.dirname(os.path.abspath(__file__))
OUTAGE_SECONDS = 15
SLOW_SECONDS = 35
START_SECONDS = 60  # a busy machine needs a part of it
DEAD_SECONDS = 90  # the kernel needs 50
CAMERA_BITS = 2_000_000
# So little that the players' sockets hold some 10 s of it: who stands still for some seconds loses nothing. Its key frames fill packets.
VIDEO = ("--video", "h264", "--bitrate", "200k", "--size", "320x180", "--gop", "25")
CABLES = (("near", 1500), ("small", 1280), ("pulled", 1500), ("slow", 1500), ("lossy", 1500), ("gone", 1500))
WIRES = (("far", ("--delay", "30", "--jitter", "10", "--loss", "1", "--reorder", "1", "--seed", "7")), ("uneven", ("--delay", "5", "--jitter", "60", "--seed", "7")))


def build(hosts):
    hosts.add("server", "router", "camera", "quiet", *(viewer for viewer, _ in (*CABLES, *WIRES)))
    hosts.join("server", "camera", "10.8.1")
    hosts.join("server", "quiet", "10.8.2")
    hosts.join("server", "router", "10.8.3")
    gateways = {"server": "10.8.3.2"}
    for number, (viewer, mtu) in enumerate(CABLES):
        hosts.join("router", viewer, f"10.8.{10 + number}", mtu)
        gateways[viewer] = f"10.8.{10 + number}.1"
    for number, (viewer, options) in enumerate(WIRES):
        net = f"10.8.{20 + number}"
        hosts.start("server", "wire-" + viewer, sys.executable, os.path.join(HERE, "wire.py"), *options, "router", viewer, f"{net}.1/24", viewer, "router", f"{net}.2/24")
        gateways[viewer] = f"{net}.1"
    for viewer, _ in WIRES:
        hosts.wait_for("the wire", lambda: "up" in hosts.log("wire-" + viewer), START_SECONDS, "wire-" + viewer)
    hosts.forward("router", gateways)
    hosts.run("router", "tc qdisc add dev slow root tbf rate 1mbit burst 8kb latency 100ms")
    hosts.filter("router", ("filter hook forward priority 0", "oifname lossy numgen random mod 100 < 1 counter drop"))


def firewall(hosts, host, is_shut):
    if is_shut:
        hosts.filter(host, ("filter hook input priority 0", "policy drop"), ("filter hook output priority 0", "policy drop"))
    else:
        hosts.run(host, "nft delete table inet ours")


def unsent(hosts):
    """What waits in the kernel for the slow viewer and was not sent yet."""
    text = subprocess.run(["ip", "netns", "exec", "server", "ss", "-tinH", "sport = :8554 and dst 10.8.13.2"], capture_output=True, text=True, check=True).stdout
    return max((int(bytes) for bytes in re.findall(r"notsent:(\d+)", text)), default=0)


def pause(hosts, host, url):
    """Its end of the connection, as the proxy names it."""
    name = "paused-" + host
    hosts.start(host, name, sys.executable, os.path.join(HERE, "paused.py"), url)
    hosts.wait_for(name, lambda: "paused" in hosts.log(name), START_SECONDS, name, "proxy")
    return hosts.log(name).split()[1]


def wait_for_patient(hosts, player, count, url):
    """rtspsrc gives up by itself (eos) what it has heard nothing of for some 25 s, and TCP tries again 25 s after the cable was pulled: whoever watches by it begins anew then."""
    seconds = hosts.wait_for(f"75 more pictures in {player.name}, or its end", lambda: player.pictures() >= count + 75 or player.process.poll() is not None, START_SECONDS, player.name, "proxy")
    return seconds if player.pictures() >= count + 75 else seconds + rtspsrc(hosts, "pulled", player.name + "-again", "tcp", url).wait_for(75, START_SECONDS)


class Watch(threading.Thread):
    """The moment at which a line was seen in a log, whatever else is waited for meanwhile."""

    def __init__(self, hosts, name, line):
        super().__init__(daemon=True)
        self.hosts, self.log, self.line, self.seen = hosts, name, line, None
        self.start()

    def run(self):
        while self.line not in self.hosts.log(self.log):
            time.sleep(0.2)
        self.seen = time.monotonic()


def decoded_from(hosts, player, begin):
    """Of OUTAGE_SECONDS of the stream, from the picture of that media time on: how many were decoded."""
    end = begin + OUTAGE_SECONDS
    hosts.wait_for(f"a picture of {end:.1f} s in {player.name}", lambda: player.stamps()[-1] >= end, START_SECONDS, player.name, "proxy")
    return sum(begin < stamp <= end for stamp in player.stamps())


def main():
    with Hosts(FOLDER) as hosts:
        build(hosts)
        hosts.start("camera", "camera", SIMULATOR, "camera", "--bind", "10.8.1.2", "--port", "8555", *VIDEO)
        hosts.start("camera", "fast", SIMULATOR, "camera", "--bind", "10.8.1.2", "--port", "8556", "--video", "h264", "--audio", "none", "--bitrate", str(CAMERA_BITS), "--gop", "25", "--size", "640x360")
        hosts.start("quiet", "quiet", SIMULATOR, "camera", "--bind", "10.8.2.2", "--port", "8555", *VIDEO)
        cameras = ("rtsp://10.8.1.2:8555/stream1", "rtsp://10.8.2.2:8555/stream1", "rtsp://10.8.1.2:8556/stream1")
        for name in ("camera", "fast", "quiet"):
            hosts.wait_for(name, lambda: "rtsp://" in hosts.log(name), START_SECONDS, name)
        proxy = hosts.start("server", "proxy", PROXY, "-v", "-p", "8554", *cameras)
        hosts.wait_for("the proxy", lambda: hosts.log("proxy").count("Play this stream") == len(cameras), START_SECONDS, "proxy")
        url = "rtsp://10.8.3.1:8554/proxyStream-"

        there, gone = (pause(hosts, host, url + "3") for host in ("near", "gone"))
        dead = time.monotonic()
        firewall(hosts, "gone", is_shut=True)
        end_of_gone = Watch(hosts, "proxy", f"PeerClosed (ETIMEDOUT): connection of viewer {gone} closed")

        hosts_of_ffmpeg = ("near", "small", "far", "uneven", "lossy", "pulled")
        players = {f"{host}-{way}": ffmpeg(hosts, host, f"{host}-{way}", way, url + "1") for host in hosts_of_ffmpeg for way in ("udp", "tcp")}
        returned = {"quiet-tcp": ffmpeg(hosts, "near", "quiet-tcp", "tcp", url + "2"), "pulled-udp": players["pulled-udp"], "pulled-tcp": players["pulled-tcp"]}
        for player, way in ((rtspsrc, "udp"), (mpv, "udp"), (mpv, "tcp")):
            name = f"pulled-{player.__name__}-{way}"
            returned[name] = player(hosts, "pulled", name, way, url + "1")
        patient = rtspsrc(hosts, "pulled", "pulled-rtspsrc-tcp", "tcp", url + "1")
        for player in (*{**players, **returned}.values(), patient):
            player.wait_for(50, START_SECONDS)

        behind = hosts.start("slow", "behind", sys.executable, os.path.join(HERE, "behind.py"), url + "3", str(SLOW_SECONDS))
        hosts.wait_for("what waits for the slow one", lambda: unsent(hosts) > 0, START_SECONDS, "behind", "proxy")
        waiting = []
        firewall(hosts, "quiet", is_shut=True)
        hosts.run("router", "ip link set pulled down")
        end = time.monotonic() + OUTAGE_SECONDS
        begun = {name: player.stamps()[-1] for name, player in players.items()}
        while time.monotonic() < end:
            waiting.append(unsent(hosts))
            time.sleep(0.1)
        firewall(hosts, "quiet", is_shut=False)
        hosts.run("router", "ip link set pulled up")
        counts = {name: player.pictures() for name, player in (*returned.items(), (patient.name, patient))}
        back = {name: round(player.wait_for(counts[name] + 75, START_SECONDS), 1) for name, player in returned.items()}
        back[patient.name] = round(wait_for_patient(hosts, patient, counts[patient.name], url + "1"), 1)
        decoded = {name: decoded_from(hosts, player, begun[name]) for name, player in players.items() if name not in returned}
        status = behind.wait(START_SECONDS)
        if status != 0:
            raise SystemExit(f"behind.py ended with {status}\n{hosts.log('behind')}")
        hosts.wait_for("the end of the viewer that has gone", lambda: end_of_gone.seen, DEAD_SECONDS, "proxy")
        log = hosts.log("proxy")
        dropped = re.search(r"counter packets (\d+)", subprocess.run("ip netns exec router nft list ruleset".split(), capture_output=True, text=True, check=True).stdout)
        proxy.terminate()
        print(json.dumps({
            "picturesDuringTheOutage": decoded, "longestGapOfThePulled": round(players["pulled-udp"].longest_gap(), 1), "secondsUntil75MorePictures": back,
            "slow": json.loads(hosts.log("behind").splitlines()[-1]), "unsentBytes": int(statistics.median(waiting)),
            "complaints": {name: sum("error" in line and "bind failed" not in line for line in hosts.log(name).splitlines()) for name in ("near-udp", "near-tcp", "far-tcp", "small-tcp", "uneven-udp", "uneven-tcp", "lossy-tcp")},
            "lostByTheFilter": int(dropped[1]), "secondsUntilTheDeadViewerEnded": round(end_of_gone.seen - dead, 1),
            "deadSessionsEnded": log.count(f"of viewer {gone.rsplit(':', 1)[0]} ended"), "pausedAndThereEnded": log.count(f"connection of viewer {there} closed"),
            "causesBehindTheCable": sorted({cause for _, cause in re.findall(r"(^|\s)(\w+)[^:\n]*: (?:session \S+ on \S+ of|connection of) viewer 10\.8\.12\.2\b", log)}),
            "proxyStatus": proxy.wait(START_SECONDS)}), flush=True)


main()
