#!/usr/bin/python3
"""Players, a proxy and a camera on hosts of their own, in a network that makes something of addresses; prints the decoded pictures as one line of JSON.

    unshare --mount --net address_networks.py PROXY_BINARY SIMULATOR_BINARY FOLDER SITUATION [-v]

    ipv6           nobody has an IPv4 address
    nat            the players are behind a NAT that gives each datagram socket a random port
    nat-talk       the same, and a player talks to the camera
    addresses      the players take datagrams only from the server's second address, which they speak to
    vip            that address moves to another server with a proxy of its own, while a player of the first server's own address plays on, and one that stays with the address waits until it is back
    restart        a player with fixed ports is killed, and starts again with the same ports
    rtcp-firewall  what comes from the proxy's RTCP port is rejected with an ICMP message

The namespaces are this script's own, and end with it. Each host is joined to a bridge on the router, with an MTU of 1500.
"""
import json
import os
import re
import subprocess
import sys

from hosts import Hosts, Player, ffmpeg, rtspsrc

PROXY, SIMULATOR, FOLDER, SITUATION = sys.argv[1:5]
PORT, UDP_PORTS, STREAM = 8554, "7000-7001", "proxyStream"
SECONDS = 6
HERTZ = 500
TALKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Players", "talker.py")
START_SECONDS = 60  # a busy machine needs a part of it
# So little that a player's socket holds some 10 s of it: who stands still for some seconds loses nothing over UDP.
VIDEO = ("--video", "h264", "--bitrate", "200k", "--size", "320x180", "--gop", "25")


def start_server(hosts, host, camera):
    """A proxy, pulling from a camera on a host of its own."""
    hosts.start(camera[0], "camera-" + host, SIMULATOR, "camera", "--bind", camera[1], "--port", "8555", *VIDEO)
    url = f"[{camera[1]}]" if ":" in camera[1] else camera[1]
    hosts.start(host, "proxy-" + host, PROXY, "-V", "--always-on", "--threads", "1", "--udp-ports", UDP_PORTS, "-p", str(PORT), f"rtsp://{url}:8555/stream1")


def is_ready(host, address):
    # An RTSP client without libraries: the status of DESCRIBE, from the player's host.
    ask = ("import socket, sys; s = socket.create_connection((sys.argv[1], 8554), 15); "
           "s.sendall(b'DESCRIBE rtsp://x/proxyStream RTSP/1.0\\r\\nCSeq: 1\\r\\n\\r\\n'); print(s.recv(99).split()[1].decode())")
    done = subprocess.run(["ip", "netns", "exec", host, sys.executable, "-c", ask, address], capture_output=True, text=True)
    return done.stdout.strip() == "200"


def wait_ready(hosts, host, address, server="server"):
    hosts.wait_for(f"the proxy at {address}", lambda: is_ready(host, address), START_SECONDS, "proxy-" + server, "camera-" + server)


def url_of(address):
    return f"rtsp://{f'[{address}]' if ':' in address else address}:{PORT}/{STREAM}"


def play(hosts, host, address):
    """ffmpeg's pictures and rtspsrc's, over UDP alone."""
    found = {}
    for player in (ffmpeg, rtspsrc):
        playing = player(hosts, host, player.__name__, "udp", url_of(address), SECONDS)
        try:
            playing.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        found[player.__name__] = playing.pictures()
    return found


def only_from(hosts, host, address):
    """The host takes media from this address alone."""
    hosts.filter(host, ("filter hook input priority 0", f"ip saddr != {address} meta l4proto udp drop"))


def three_hosts(hosts, net="10.1.0.{}/24", more=()):
    hosts.plug("switch", "server", net.format(1), *more)
    hosts.plug("switch", "camera", net.format(2))
    hosts.plug("switch", "player", net.format(3))


def ipv6(hosts):
    three_hosts(hosts, "fd00::{}/64")
    for host in ("server", "camera", "player"):
        hosts.run(host, "ip address del 127.0.0.1/8 dev lo")
    start_server(hosts, "server", ("camera", "fd00::2"))
    wait_ready(hosts, "player", "fd00::1")
    return play(hosts, "player", "fd00::1")


def behind_nat(hosts):
    hosts.add_switch("inside")
    hosts.plug("switch", "server", "10.1.0.1/24")
    hosts.plug("switch", "camera", "10.1.0.2/24")
    hosts.plug("inside", "player", "10.2.0.3/24")
    hosts.plug("switch", "router", "10.1.0.4/24")
    hosts.plug("inside", "router", "10.2.0.1/24", device="eth1")
    hosts.forward("router", {"player": "10.2.0.1"})
    hosts.filter("router", ("nat hook postrouting priority 100", "oifname eth0 masquerade fully-random"), family="ip")


def nat(hosts):
    behind_nat(hosts)
    start_server(hosts, "server", ("camera", "10.1.0.2"))
    wait_ready(hosts, "player", "10.1.0.1")
    return play(hosts, "player", "10.1.0.1")


def nat_talk(hosts):
    behind_nat(hosts)
    # Without sound: of several tracks of rtspsrc behind such a NAT none is told from the others, and it would take TCP.
    hosts.start("camera", "camera-server", SIMULATOR, "camera", "--bind", "10.1.0.2", "--port", "8555", "--audio", "none", "--back-channel", "pcmu")
    config = os.path.join(FOLDER, "proxy.yaml")
    with open(config, "w") as file:
        file.write(f'rtsp: {{listen: [":{PORT}"]}}\nstreams: {{{STREAM}: {{source: "rtsp://10.1.0.2:8555/stream1", backChannel: true, alwaysOn: true}}}}\n')
    hosts.start("server", "proxy-server", PROXY, "-V", "--config", config)
    wait_ready(hosts, "player", "10.1.0.1")
    talker = Player(hosts, "player", "talker", "video ", sys.executable, TALKER, url_of("10.1.0.1"), "--protocols", "udp", "--hz", str(HERTZ))
    logs = "talker", "proxy-server", "camera-server"
    whole = rf"^heard PCMU {HERTZ} Hz, 0 packets missing, 0 new sources"
    hosts.wait_for("a whole second of the tone", lambda: re.search(whole, hosts.log("camera-server"), re.MULTILINE), START_SECONDS, *logs)
    hosts.wait_for("30 pictures", lambda: talker.pictures() >= 3, START_SECONDS, *logs)
    return {"errors": talker.complaints()}


def addresses(hosts):
    three_hosts(hosts, more=["10.1.0.100/24"])
    only_from(hosts, "player", "10.1.0.100")
    start_server(hosts, "server", ("camera", "10.1.0.2"))
    wait_ready(hosts, "player", "10.1.0.100")
    return play(hosts, "player", "10.1.0.100")


def vip(hosts):
    hosts.plug("switch", "one", "10.1.0.1/24", "10.1.0.100/24")
    hosts.plug("switch", "two", "10.1.0.5/24")
    hosts.plug("switch", "camera", "10.1.0.2/24", "10.1.0.6/24")
    hosts.plug("switch", "player", "10.1.0.3/24")
    hosts.plug("switch", "neighbour", "10.1.0.4/24")
    only_from(hosts, "player", "10.1.0.100")
    start_server(hosts, "one", ("camera", "10.1.0.2"))
    start_server(hosts, "two", ("camera", "10.1.0.6"))
    wait_ready(hosts, "player", "10.1.0.100", "one")
    wait_ready(hosts, "player", "10.1.0.5", "two")
    neighbour = ffmpeg(hosts, "neighbour", "neighbour", "udp", url_of("10.1.0.1"))
    patient = ffmpeg(hosts, "neighbour", "patient", "udp", url_of("10.1.0.100"))
    url = url_of("10.1.0.100")
    player = ffmpeg(hosts, "player", "before", "udp", url, first_port=5000)
    for one in (neighbour, patient, player):
        one.wait_for(50, START_SECONDS)

    hosts.run("one", "ip address del 10.1.0.100/24 dev eth0")
    hosts.add_address("two", "10.1.0.100/24")
    hosts.run("player", "ip neigh flush dev eth0")  # what the gratuitous ARP of VRRP does
    player.process.kill()
    seen = neighbour.pictures()
    after = ffmpeg(hosts, "player", "after", "udp", url, first_port=5000)
    after.wait_for(50, START_SECONDS)
    neighbour.wait_for(seen + 100, START_SECONDS)

    # And back, to other ports: the first server has a session of the old ones still, and its control connection never ended.
    hosts.run("two", "ip address del 10.1.0.100/24 dev eth0")
    hosts.add_address("one", "10.1.0.100/24")
    hosts.run("player", "ip neigh flush dev eth0")
    hosts.run("neighbour", "ip neigh flush dev eth0")
    after.process.kill()
    left = patient.pictures()
    back = ffmpeg(hosts, "player", "back", "udp", url, SECONDS, first_port=5100)
    back.process.wait(START_SECONDS)
    patient.wait_for(left + 75, START_SECONDS)
    return {"after": after.pictures(), "back": back.pictures(), "neighbour": neighbour.pictures(), "complaints": neighbour.complaints(),
            "patientGap": patient.longest_gap()}


def restart(hosts):
    three_hosts(hosts)
    start_server(hosts, "server", ("camera", "10.1.0.2"))
    wait_ready(hosts, "player", "10.1.0.1")
    for life in ("first", "second"):
        player = ffmpeg(hosts, "player", life, "udp", url_of("10.1.0.1"), first_port=5000)
        player.wait_for(50, START_SECONDS)
        player.process.kill()
        player.process.wait()
    last = ffmpeg(hosts, "player", "last", "udp", url_of("10.1.0.1"), SECONDS, first_port=5000)
    last.process.wait(START_SECONDS)
    # A player that needs 15 s to start comes to a place that is free already: its host has said that nobody listens there.
    replaced = len(re.findall(r"^(?:Replaced|Unreachable): session ", hosts.log("proxy-server"), re.MULTILINE))
    return {"last": last.pictures(), "replaced": replaced, "complaints": last.complaints()}


def rtcp_firewall(hosts):
    three_hosts(hosts)
    hosts.filter("player", ("filter hook input priority 0", "udp sport 7001 counter reject"))
    start_server(hosts, "server", ("camera", "10.1.0.2"))
    wait_ready(hosts, "player", "10.1.0.1")
    long = ffmpeg(hosts, "player", "long", "udp", url_of("10.1.0.1"), 25)
    found = play(hosts, "player", "10.1.0.1")
    long.process.wait(START_SECONDS)
    rules = subprocess.run("ip netns exec player nft list ruleset".split(), capture_output=True, text=True).stdout
    return {**found, "long": long.pictures(), "rejected": int(re.search(r"counter packets (\d+)", rules)[1])}


with Hosts(FOLDER) as hosts:
    hosts.add_switch("switch")
    found = {"ipv6": ipv6, "nat": nat, "nat-talk": nat_talk, "addresses": addresses, "vip": vip, "restart": restart, "rtcp-firewall": rtcp_firewall}[SITUATION](hosts)
    print(json.dumps(found), flush=True)
    if "-v" in sys.argv:
        for name in sorted(os.listdir(FOLDER)):
            print(f"--- {name}\n{hosts.log(name.removesuffix('.log'))[-2500:]}")
