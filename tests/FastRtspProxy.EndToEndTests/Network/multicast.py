#!/usr/bin/python3
"""A proxy that sends to multicast groups, and players on other hosts that listen there; prints what was decoded as one line of JSON.

    unshare --mount --net multicast.py PROXY_BINARY SIMULATOR_BINARY FOLDER [-v]

    server --- switch --- pictures   ffmpeg and rtspsrc, each with a session, and `rtspsim load` with ten
                      --- listener   ffmpeg with the description alone, which has no session: it hears what the others have PLAYed
    camera ---/

"four" has a group out of a network of IPv4 groups and names its interface; "six" has an IPv6 group of its own, by the routes. It all happens at once.
"""
import json
import os
import re
import signal
import subprocess
import sys

from hosts import Hosts, Player, ffmpeg, rtspsrc

PROXY, SIMULATOR, FOLDER = sys.argv[1:4]
SECONDS = 4
CLIENTS = 10
START_SECONDS = 60  # a busy machine needs a part of it

CONFIG = """
rtsp: {listen: [":8554"]}
log: {level: debug}
defaults:
  alwaysOn: true
  multicast: {groups: 239.192.0.0/16, interface: eth0, ttl: 2}
streams:
  four: {source: "rtsp://10.1.0.2:8555/stream1"}
  six:
    source: "rtsp://10.1.0.2:8555/stream1"
    multicast: {group: "ff15::7", interface: null}
"""


def build(hosts):
    hosts.add_switch("switch")
    for number, host in enumerate(("server", "camera", "pictures", "listener"), 1):
        hosts.plug("switch", host, f"10.1.0.{number}/24", f"fd00::{number}/64")
        hosts.run(host, "ip route add 224.0.0.0/4 dev eth0")


def describe(host, url):
    """The description, from a host; empty while there is none."""
    ask = ("import socket, sys; s = socket.create_connection(('10.1.0.1', 8554), 30); "
           "s.sendall(f'DESCRIBE {sys.argv[1]} RTSP/1.0\\r\\nCSeq: 1\\r\\n\\r\\n'.encode()); data = s.recv(9999)\n"
           "while b' 200 ' in data[:16] and b'track2\\r\\n' not in data and (more := s.recv(9999)): data += more\n"
           "print(data.decode().partition('\\r\\n\\r\\n')[2])")
    return subprocess.run(["ip", "netns", "exec", host, sys.executable, "-c", ask, url], capture_output=True, text=True).stdout


def listen(hosts, name, stream):
    sdp = hosts.path(name).replace(".log", ".sdp")
    url = f"rtsp://10.1.0.1:8554/{stream}?multicast"
    described = []
    hosts.wait_for("a description", lambda: "m=video" in (described.append(describe("listener", url)) or described[-1]), START_SECONDS, "proxy")
    with open(sdp, "w") as file:
        file.write(described[-1])
    return Player(hosts, "listener", name, "0,", "ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+warning", "-protocol_whitelist", "file,rtp,udp", "-i", sdp,
                  "-map", "0:v", "-fps_mode", "passthrough", "-flush_packets", "1", "-f", "framecrc", "pipe:1")


def has_ended(hosts, stream):
    return re.search(rf"^{stream} goes to the multicast group \S+ no longer", hosts.log("proxy"), re.MULTILINE)


with Hosts(FOLDER) as hosts:
    build(hosts)
    with open(os.path.join(FOLDER, "proxy.yaml"), "w") as file:
        file.write(CONFIG)
    hosts.start("camera", "camera", SIMULATOR, "camera", "--bind", "10.1.0.2", "--port", "8555")
    hosts.wait_for("the camera", lambda: "rtsp://" in hosts.log("camera"), START_SECONDS, "camera")
    hosts.start("server", "proxy", PROXY, "--config", os.path.join(FOLDER, "proxy.yaml"))
    four, six = "rtsp://10.1.0.1:8554/four", "rtsp://[fd00::1]:8554/six"
    for stream in ("four", "six"):
        hosts.wait_for(stream, lambda: "m=video" in describe("pictures", f"rtsp://10.1.0.1:8554/{stream}"), START_SECONDS, "proxy", "camera")

    playing = [ffmpeg(hosts, "pictures", "ffmpeg4", "udp_multicast", four), ffmpeg(hosts, "pictures", "ffmpeg6", "udp_multicast", six)]
    for player in playing:
        player.wait_for(25, START_SECONDS)
    hearing = [listen(hosts, "listener4", "four"), listen(hosts, "listener6", "six")]
    others = [rtspsrc(hosts, "pictures", "rtspsrc4", "udp-mcast", four, SECONDS), rtspsrc(hosts, "pictures", "rtspsrc6", "udp-mcast", six, SECONDS)]
    load = hosts.start("pictures", "load", SIMULATOR, "load", four, "--transport", "multicast", "-n", str(CLIENTS), "--ramp", "0", "-d", "10m", "--local", "10.1.0.3", "--verify",
                       "--plain")
    hosts.wait_for("a crowd", lambda: f"playing {CLIENTS} of {CLIENTS}," in hosts.log("load"), START_SECONDS, "load", "proxy")
    for player in (*hearing, *playing):
        player.wait_for(player.pictures() + 25, START_SECONDS)
    for player in others:
        player.process.wait(START_SECONDS)
    load.send_signal(signal.SIGINT)  # it says TEARDOWN, and what it had
    load.wait(START_SECONDS)
    for player in playing:
        player.process.terminate()  # it says TEARDOWN
    for stream in ("four", "six"):
        hosts.wait_for(f"the end of {stream}", lambda: has_ended(hosts, stream), START_SECONDS, "proxy")

    print(json.dumps({player.name: player.pictures() for player in (*playing, *hearing, *others)}
                     | {"verified": int(re.search(r"verified ([\d,]+)", hosts.log("load"))[1].replace(",", "")), "corrupt": int(re.search(r"corrupt ([\d,]+)", hosts.log("load"))[1]),
                       "groups": re.findall(r"^(?:c=|a=source-filter:) ?(.*)", describe("pictures", four + "?multicast").replace("\r", ""), re.MULTILINE)}), flush=True)
    if "-v" in sys.argv:
        for name in sorted(os.listdir(FOLDER)):
            print(f"--- {name}\n{hosts.log(name.removesuffix('.log'))[-1500:]}")
