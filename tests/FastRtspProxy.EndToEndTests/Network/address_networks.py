#!/usr/bin/python3
"""Players, a proxy and a camera on hosts of their own, in a network that makes something of addresses; prints the decoded pictures as one line of JSON.

    unshare --mount --net address_networks.py SITUATION PROXY_BINARY SIMULATOR_BINARY RTSPSRC_PLAYER FOLDER

    ipv6           nobody has an IPv4 address
    nat            the players are behind a NAT that gives each datagram socket a random port
    addresses      the players take datagrams only from the server's second address, which they speak to
    vip            that address moves to another server with a proxy of its own, while a player of the first server's own address plays on
    restart        a player with fixed ports is killed, and starts again with the same ports
    rtcp-firewall  what comes from the proxy's RTCP port is rejected with an ICMP message

The namespaces are this script's own, and end with it. Each host is joined to a bridge on the router, with an MTU of 1500.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time

SITUATION, PROXY, SIMULATOR, RTSPSRC_PLAYER, FOLDER = sys.argv[1:6]
PORT, UDP_PORTS, STREAM = 8554, "7000-7001", "proxyStream"
SECONDS = 6
programs = []


def run(command, text=None):
    subprocess.run(command.split(), check=True, input=text, text=True)


def on(host, command, text=None):
    run(f"ip netns exec {host} {command}", text)


def log_of(name):
    with open(os.path.join(FOLDER, name + ".log"), errors="replace") as file:
        return file.read()


def start(host, name, *arguments):
    with open(os.path.join(FOLDER, name + ".log"), "ab") as log:
        program = subprocess.Popen(["ip", "netns", "exec", host, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    programs.append((name, program))
    return program


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"not within {seconds} s: {what}\n" + "".join(f"--- {name}\n{log_of(name)[-3000:]}\n" for name, _ in programs))
        time.sleep(0.05)


def add_host(name, *addresses, bridge="switch"):
    """A host with those addresses on a bridge of ours."""
    run(f"ip netns add {name}")
    run(f"ip link add {name} mtu 1500 type veth peer name eth0 mtu 1500 netns {name}")
    run(f"ip link set {name} master {bridge} up")
    on(name, "ip link set lo up")
    on(name, "ip link set eth0 up")
    for address in addresses:
        add_address(name, address)


def add_address(host, address):
    on(host, f"ip addr add {address} dev eth0" + (" nodad" if ":" in address else ""))


def add_bridge(name):
    run(f"ip link add {name} type bridge")
    run(f"ip link set {name} up")


def start_server(host, camera):
    """A proxy, pulling from a camera on a host of its own."""
    start(camera[0], "camera-" + host, SIMULATOR, "camera", "--bind", camera[1], "--port", "8555")
    url = f"[{camera[1]}]" if ":" in camera[1] else camera[1]
    start(host, "proxy-" + host, PROXY, "-V", "--always-on", "--threads", "1", "--udp-ports", UDP_PORTS, "-p", str(PORT), f"rtsp://{url}:8555/stream1")


def is_ready(host, address):
    # An RTSP client without libraries: the status of DESCRIBE, from the player's host.
    ask = ("import socket, sys; s = socket.create_connection((sys.argv[1], 8554), 5); "
           "s.sendall(b'DESCRIBE rtsp://x/proxyStream RTSP/1.0\\r\\nCSeq: 1\\r\\n\\r\\n'); print(s.recv(99).split()[1].decode())")
    done = subprocess.run(["ip", "netns", "exec", host, sys.executable, "-c", ask, address], capture_output=True, text=True)
    return done.stdout.strip() == "200"


def wait_ready(host, address):
    wait_for(f"the proxy at {address}", lambda: is_ready(host, address))


def start_ffmpeg(host, name, url, seconds=SECONDS, ports=None):
    given = [] if ports is None else ["-min_port", str(ports), "-max_port", str(ports + 2)]  # ffmpeg then takes the first pair
    return start(host, name, "ffmpeg", "-hide_banner", "-nostdin", "-stats_period", "0.2", "-rtsp_transport", "udp", *given, "-timeout", "15000000", "-allowed_media_types", "video", "-i", url,
                 "-t", str(seconds), "-f", "null", "-")


def ffmpeg_frames(name):
    """The decoded pictures so far."""
    counts = re.findall(r"frame=\s*(\d+)", log_of(name))
    return int(counts[-1]) if counts else 0


def complaints_of(name):
    return [line for line in log_of(name).splitlines() if "missed" in line or "error" in line.lower()]


def play(host, address):
    """ffmpeg's pictures and rtspsrc's, over UDP alone."""
    url = f"rtsp://{f'[{address}]' if ':' in address else address}:{PORT}/{STREAM}"
    ffmpeg = start_ffmpeg(host, "ffmpeg", url)
    ffmpeg.wait(60)
    rtspsrc = start(host, "rtspsrc", sys.executable, RTSPSRC_PLAYER, url, "--protocols", "udp", "--seconds", str(SECONDS), "--video-only")
    try:
        rtspsrc.wait(60)
    except subprocess.TimeoutExpired:
        pass
    found = re.search(r"^video (\d+)", log_of("rtspsrc"), re.MULTILINE)
    return {"ffmpeg": ffmpeg_frames("ffmpeg"), "rtspsrc": int(found[1]) if found else 0}


def nft(host, table, hook, rule):
    on(host, "nft -f -", f"table {table} ours {{\n chain ours {{\n type {hook};\n {rule}\n }}\n}}\n")


def only_from(host, address):
    """The host takes media from this address alone."""
    nft(host, "inet", "filter hook input priority 0", f"ip saddr != {address} meta l4proto udp drop")


def ipv6():
    add_host("server", "fd00::1/64")
    add_host("camera", "fd00::2/64")
    add_host("player", "fd00::3/64")
    for host in ("server", "camera", "player"):
        on(host, "ip addr del 127.0.0.1/8 dev lo")
    start_server("server", ("camera", "fd00::2"))
    wait_ready("player", "fd00::1")
    return play("player", "fd00::1")


def nat():
    add_bridge("inside")
    add_host("server", "10.1.0.1/24")
    add_host("camera", "10.1.0.2/24")
    add_host("player", "10.2.0.3/24", bridge="inside")
    add_host("router", "10.1.0.4/24")
    run("ip link add router-in type veth peer name eth1 netns router")
    run("ip link set router-in master inside up")
    on("router", "ip link set eth1 up")
    on("router", "ip addr add 10.2.0.1/24 dev eth1")
    subprocess.run(["ip", "netns", "exec", "router", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"], check=True)
    on("player", "ip route add default via 10.2.0.1")
    nft("router", "ip", "nat hook postrouting priority 100", "oifname eth0 masquerade fully-random")
    start_server("server", ("camera", "10.1.0.2"))
    wait_ready("player", "10.1.0.1")
    return play("player", "10.1.0.1")


def addresses():
    add_host("server", "10.1.0.1/24", "10.1.0.100/24")
    add_host("camera", "10.1.0.2/24")
    add_host("player", "10.1.0.3/24")
    only_from("player", "10.1.0.100")
    start_server("server", ("camera", "10.1.0.2"))
    wait_ready("player", "10.1.0.100")
    return play("player", "10.1.0.100")


def vip():
    add_host("one", "10.1.0.1/24", "10.1.0.100/24")
    add_host("two", "10.1.0.5/24")
    add_host("camera", "10.1.0.2/24", "10.1.0.6/24")
    add_host("player", "10.1.0.3/24")
    add_host("neighbour", "10.1.0.4/24")
    only_from("player", "10.1.0.100")
    start_server("one", ("camera", "10.1.0.2"))
    start_server("two", ("camera", "10.1.0.6"))
    wait_ready("player", "10.1.0.100")
    wait_ready("player", "10.1.0.5")
    neighbour = start_ffmpeg("neighbour", "neighbour", f"rtsp://10.1.0.1:{PORT}/{STREAM}", 60)
    url = f"rtsp://10.1.0.100:{PORT}/{STREAM}"
    player = start_ffmpeg("player", "before", url, 60, ports=5000)
    wait_for("pictures from the first server", lambda: ffmpeg_frames("before") >= 50 and ffmpeg_frames("neighbour") >= 50)

    on("one", "ip addr del 10.1.0.100/24 dev eth0")
    add_address("two", "10.1.0.100/24")
    on("player", "ip neigh flush dev eth0")  # what the gratuitous ARP of VRRP does
    player.kill()
    seen = ffmpeg_frames("neighbour")
    start_ffmpeg("player", "after", url, 60, ports=5000)
    wait_for("pictures from the second server", lambda: ffmpeg_frames("after") >= 50)
    wait_for("pictures for the neighbour", lambda: ffmpeg_frames("neighbour") >= seen + 100)

    # And back, to other ports: the first server has a session of the old ones still, and its control connection never ended.
    on("two", "ip addr del 10.1.0.100/24 dev eth0")
    add_address("one", "10.1.0.100/24")
    on("player", "ip neigh flush dev eth0")
    programs[-1][1].kill()
    back = start_ffmpeg("player", "back", url, SECONDS, ports=5100)
    back.wait(60)
    return {"after": ffmpeg_frames("after"), "back": ffmpeg_frames("back"), "neighbour": ffmpeg_frames("neighbour"), "complaints": complaints_of("neighbour")}


def restart():
    add_host("server", "10.1.0.1/24")
    add_host("camera", "10.1.0.2/24")
    add_host("player", "10.1.0.3/24")
    start_server("server", ("camera", "10.1.0.2"))
    wait_ready("player", "10.1.0.1")
    url = f"rtsp://10.1.0.1:{PORT}/{STREAM}"
    for life in ("first", "second"):
        player = start_ffmpeg("player", life, url, 60, ports=5000)
        wait_for("pictures", lambda: ffmpeg_frames(life) >= 50)
        player.kill()
        player.wait()
    start_ffmpeg("player", "last", url, SECONDS, ports=5000).wait(60)
    replaced = len(re.findall(r"^Replaced: session ", log_of("proxy-server"), re.MULTILINE))
    return {"last": ffmpeg_frames("last"), "replaced": replaced, "complaints": complaints_of("last")}


def rtcp_firewall():
    add_host("server", "10.1.0.1/24")
    add_host("camera", "10.1.0.2/24")
    add_host("player", "10.1.0.3/24")
    nft("player", "inet", "filter hook input priority 0", "udp sport 7001 counter reject")
    start_server("server", ("camera", "10.1.0.2"))
    wait_ready("player", "10.1.0.1")
    long = start_ffmpeg("player", "long", f"rtsp://10.1.0.1:{PORT}/{STREAM}", 25)
    found = play("player", "10.1.0.1")
    long.wait(60)
    rules = subprocess.run("ip netns exec player nft list ruleset".split(), capture_output=True, text=True).stdout
    return {**found, "long": ffmpeg_frames("long"), "rejected": int(re.search(r"counter packets (\d+)", rules)[1])}


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the programs below end with us
run("mount -t tmpfs none /run")  # `ip netns` keeps its names there; nobody else sees these
add_bridge("switch")
try:
    found = {"ipv6": ipv6, "nat": nat, "addresses": addresses, "vip": vip, "restart": restart, "rtcp-firewall": rtcp_firewall}[SITUATION]()
    print(json.dumps(found), flush=True)
    if "-v" in sys.argv:
        for name, _ in programs:
            print(f"--- {name}\n{log_of(name)[-2500:]}")
finally:
    for _, program in programs:
        program.kill()
