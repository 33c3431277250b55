"""What the measurements of TLS share: a camera, the proxy with both ports, HAProxy in front of the one in the clear, a crowd. On loopback."""
import os
import socket
import subprocess
import time

CONFIG = """
rtsp: {{listen: ["127.0.0.1:{rtsp}"], proxyProtocol: {{from: [127.0.0.2]}}}}
rtsps: {{listen: ["127.0.0.1:{rtsps}"], certificates: [{{certificate: {folder}/tls.crt, key: {folder}/tls.key}}]}}
streams: {{proxyStream: {{source: "rtsp://127.0.0.1:{camera}/stream1"}}}}
"""

HAPROXY = """
global
    maxconn 8000
    nbthread 1
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend tls
    bind 127.0.0.1:{front} ssl crt {folder}/both.pem
    default_backend proxy
backend proxy
    server proxy 127.0.0.1:{rtsp} send-proxy-v2 source 127.0.0.2
"""


def cpu_seconds(pid):
    """User and system time of all threads, also of those that have ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as text:
        fields = text.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as text:
        return next(int(line.split()[1]) for line in text if line.startswith("VmRSS"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Bench:
    def __init__(self, folder, key="rsa"):
        self.folder = folder
        self.key = ["rsa:2048"] if key == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        self.processes = []
        self.camera, self.rtsp, self.rtsps, self.front = (free_port() for _ in range(4))

    def __enter__(self):
        key = ["openssl", "req", "-x509", "-newkey", *self.key, "-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        subprocess.run([*key, "-keyout", f"{self.folder}/tls.key", "-out", f"{self.folder}/tls.crt"], check=True, capture_output=True)
        with open(f"{self.folder}/both.pem", "w", encoding="ascii") as both:
            for part in ("tls.crt", "tls.key"):
                with open(f"{self.folder}/{part}", encoding="ascii") as text:
                    both.write(text.read())
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
            process.wait()

    def log(self, name):
        with open(f"{self.folder}/{name}.log", encoding="utf-8", errors="replace") as text:
            return text.read()

    def start(self, name, *command):
        with open(f"{self.folder}/{name}.log", "wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)
        self.processes.append(process)
        return process

    def wait(self, name, port):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise SystemExit(f"{name} does not listen:\n{self.log(name)}")

    def start_camera(self, kbit):
        process = self.start("camera", os.environ["RTSPSIM_BIN"], "camera", "--port", str(self.camera), "--video", "h264", "--audio", "none", "--bitrate", f"{kbit}k", "--gop", "50")
        self.wait("camera", self.camera)
        return process

    def start_proxy(self):
        with open(f"{self.folder}/proxy.yaml", "w", encoding="utf-8") as text:
            text.write(CONFIG.format(**vars(self)))
        process = self.start("proxy", os.environ["FASTRTSPPROXY_BIN"], "--config", f"{self.folder}/proxy.yaml")
        self.wait("proxy", self.rtsps)
        return process

    def start_haproxy(self):
        with open(f"{self.folder}/haproxy.cfg", "w", encoding="utf-8") as text:
            text.write(HAPROXY.format(**vars(self)))
        process = self.start("haproxy", "haproxy", "-f", f"{self.folder}/haproxy.cfg")
        self.wait("haproxy", self.front)
        return process

    def load(self, url, clients, seconds, report, *more):
        return self.start("load", os.environ["RTSPSIM_BIN"], "load", url, "--clients", str(clients), "--transport", "tcp", "--insecure-tls", "--ramp", "100/s",
                          "--duration", f"{seconds}s", "--json", report, "--plain", *more)
