"""Hosts in network namespaces, joined by cables; for a script that has a mount and a network namespace of its own (unshare --mount --net): all of it goes with that."""
import os
import re
import signal
import subprocess
import sys
import time


RTSPSRC_PLAYER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Players", "rtspsrc_player.py")


class Hosts:
    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        os.makedirs("/run/netns", exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", "/run/netns"], check=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started ends with us

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
        for process in self.processes:
            process.wait()

    def add(self, *names):
        for name in names:
            subprocess.run(["ip", "netns", "add", name], check=True)
            self.run(name, "ip link set lo up")

    def run(self, host, commands):
        """Commands on a host, one a line."""
        for command in commands.strip().splitlines():
            subprocess.run(["ip", "netns", "exec", host, *command.split()], check=True)

    def join(self, one, other, net, mtu=1500):
        """A cable: the ends are NET.1 and NET.2, and each end's device is named after the host at the other one."""
        subprocess.run(["ip", "link", "add", "name", other, "netns", one, "type", "veth", "peer", "name", one, "netns", other], check=True)
        for host, device, address in ((one, other, f"{net}.1/24"), (other, one, f"{net}.2/24")):
            self.run(host, f"ip address add {address} dev {device}\nip link set {device} up mtu {mtu}")

    def add_switch(self, name):
        subprocess.run(["ip", "link", "add", name, "type", "bridge"], check=True)
        subprocess.run(["ip", "link", "set", name, "up"], check=True)

    def plug(self, switch, host, *addresses, device="eth0"):
        """A host's cable to a switch, with an MTU of 1500 and those addresses; the host is made when there is none of that name."""
        if host not in os.listdir("/run/netns"):
            self.add(host)
        end = f"{host}-{device}"
        subprocess.run(["ip", "link", "add", end, "mtu", "1500", "type", "veth", "peer", "name", device, "mtu", "1500", "netns", host], check=True)
        subprocess.run(["ip", "link", "set", end, "master", switch, "up"], check=True)
        self.run(host, f"ip link set {device} up")
        for address in addresses:
            self.add_address(host, address, device)

    def add_address(self, host, address, device="eth0"):
        self.run(host, f"ip address add {address} dev {device}" + (" nodad" if ":" in address else ""))

    def filter(self, host, *chains, family="inet", table="ours"):
        """A packet filter on a host, nft(8): a table of chains, each (HOOK, RULE)."""
        text = "".join(f" chain c{number} {{\n  type {hook};\n  {rule};\n }}\n" for number, (hook, rule) in enumerate(chains))
        subprocess.run(["ip", "netns", "exec", host, "nft", "-f", "-"], check=True, input=f"table {family} {table} {{\n{text}}}\n", text=True)

    def forward(self, router, via):
        """The router passes packets on, and the hosts in VIA (host: gateway) send theirs there."""
        self.run(router, "sysctl -q -w net.ipv4.ip_forward=1")
        for host, gateway in via.items():
            self.run(host, f"ip route add default via {gateway}")

    def start(self, host, name, *command):
        """A program on a host; its output goes to FOLDER/NAME.log."""
        with open(self.path(name), "ab") as log:
            process = subprocess.Popen(["ip", "netns", "exec", host, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def path(self, name):
        return os.path.join(self.folder, name + ".log")

    def log(self, name):
        try:
            with open(self.path(name), errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def wait_for(self, what, condition, seconds, *logs, every=0.05):
        """How long it took."""
        begun = time.monotonic()
        while True:
            is_late = time.monotonic() > begun + seconds  # before the look: whoever stood still looks once more
            if condition():
                break
            if is_late:
                told = "\n".join(f"--- {name}\n{self.log(name)[-1500:]}" for name in logs)
                raise SystemExit(f"not within {seconds} s: {what}\n{told}")
            time.sleep(every)
        return time.monotonic() - begun


class Player:
    """A player on a host that writes a line for each picture that it has decoded; such lines begin with PREFIX."""

    def __init__(self, hosts, host, name, prefix, *command):
        self.hosts, self.name, self.prefix = hosts, name, prefix
        self.process = hosts.start(host, name, *command)

    def pictures(self):
        return sum(line.startswith(self.prefix) for line in self.hosts.log(self.name).splitlines())

    def stamps(self):
        """The media time of each picture in seconds, by the time stamps of the stream: they do not depend on when it was decoded."""
        log = self.hosts.log(self.name)
        if self.prefix != "0,":
            raise ValueError("only of players that write framecrc")
        base = re.search(r"^#tb 0: (\d+)/(\d+)$", log, re.MULTILINE)
        lines = (line.split(",") for line in log.splitlines()[:None if log.endswith("\n") else -1] if line.startswith(self.prefix))
        return [int(fields[2]) * int(base[1]) / int(base[2]) for fields in lines] if base else []

    def longest_gap(self):
        """Seconds of media time that it shows nothing of, at the most."""
        stamps = self.stamps()
        return max((after - before for before, after in zip(stamps, stamps[1:])), default=0.0)

    def wait_for(self, count, seconds):
        return self.hosts.wait_for(f"{count} pictures in {self.name}", lambda: self.pictures() >= count, seconds, self.name, "proxy")

    def complaints(self):
        return [line for line in self.hosts.log(self.name).splitlines() if "missed" in line or "error" in line.lower()]


def ffmpeg(hosts, host, name, transport, url, seconds=None, first_port=None):
    """ffmpeg; with FIRST_PORT it takes that pair, and video alone."""
    ports = [] if first_port is None else ["-min_port", str(first_port), "-max_port", str(first_port + 2), "-allowed_media_types", "video"]
    end = [] if seconds is None else ["-t", str(seconds)]
    return Player(hosts, host, name, "0,", "ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+warning", "-rtsp_transport", transport, *ports, "-i", url,
                  "-map", "0:v", *end, "-fps_mode", "passthrough", "-flush_packets", "1", "-f", "framecrc", "pipe:1")


def rtspsrc(hosts, host, name, transport, url, seconds=600):
    """GStreamer's."""
    return Player(hosts, host, name, "picture", sys.executable, RTSPSRC_PLAYER, url, "--protocols", transport, "--seconds", str(seconds), "--video-only", "--pictures")


def mpv(hosts, host, name, transport, url):
    """mpv, which decodes into ffmpeg's own format of one line for each picture."""
    return Player(hosts, host, name, "0,", "mpv", "--no-config", "--msg-level=all=warn", "--no-audio", "--rtsp-transport=" + transport, url,
                  "--o=-", "--of=framecrc", "--ofopts=flush_packets=1", "--ovc=rawvideo")
