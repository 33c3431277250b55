"""Hosts in network namespaces, joined by cables; for a script that has a mount and a network namespace of its own (unshare --mount --net): all of it goes with that."""
import os
import signal
import subprocess
import sys
import time


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

    def wait_for(self, what, condition, seconds, *logs):
        """How long it took."""
        begun = time.monotonic()
        while not condition():
            if time.monotonic() > begun + seconds:
                told = "\n".join(f"--- {name}\n{self.log(name)[-1500:]}" for name in logs)
                raise SystemExit(f"not within {seconds} s: {what}\n{told}")
            time.sleep(0.05)
        return time.monotonic() - begun


class Ffmpeg:
    """ffmpeg as a player on a host: decodes the video and writes a line for each picture."""

    def __init__(self, hosts, host, name, transport, url):
        self.hosts, self.name = hosts, name
        self.process = hosts.start(
            host, name, "ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+error", "-rtsp_transport", transport, "-i", url,
            "-map", "0:v", "-fps_mode", "passthrough", "-flush_packets", "1", "-f", "framecrc", "pipe:1")

    def pictures(self):
        return sum(line.startswith("0,") for line in self.hosts.log(self.name).splitlines())

    def wait_for(self, count, seconds):
        return self.hosts.wait_for(f"{count} pictures in {self.name}", lambda: self.pictures() >= count, seconds, self.name, "proxy")
