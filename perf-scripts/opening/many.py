"""How soon many cameras are described, playing, and back: see start-of-many.sh."""
import argparse
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

LIMIT_SECONDS = 120
LOOK_SECONDS = 0.02


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def address(number, one_host):
    return "127.0.0.1" if one_host else f"127.1.{number // 250}.{number % 250 + 1}"


class Camera:
    def __init__(self, streams):
        self.port, self.streams, self.process = free_port(), streams, None

    def start(self):
        self.process = subprocess.Popen(
            [os.environ["RTSPSIM_BIN"], "camera", "--bind", "0.0.0.0", "--port", str(self.port), "--streams", str(self.streams), "--path", "cam{0}", "--video", "h264", "--audio", "none",
             "--bitrate", "200k", "--fps", "10", "--gop", "10", "--size", "320x240"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("the camera ended")
                time.sleep(0.005)

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Proxy:
    def __init__(self, camera, always_on, one_host, folder, streams=None, more=None):
        self.http, self.rtsp = free_port(), free_port()
        config = os.path.join(folder, "config.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({
                "rtsp": {"listen": [f":{self.rtsp}"]},
                "http": {"listen": [f"127.0.0.1:{self.http}"], "metrics": {"perStream": False}},
                "defaults": {"alwaysOn": always_on, **(more or {})},
                "streams": {f"cam{i + 1}": {"source": f"rtsp://{address(i, one_host)}:{camera.port}/cam{i + 1}"} for i in range(streams or camera.streams)},
            }, file)
        self.began = time.monotonic()
        self.log = open(os.path.join(folder, "proxy.log"), "wb")
        self.process = subprocess.Popen([os.environ["FASTRTSPPROXY_BIN"], "--config", config], stdout=self.log, stderr=self.log)

    def states(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/metrics", timeout=10) as answer:
                text = answer.read().decode()
        except OSError:
            if self.process.poll() is not None:
                raise SystemExit(f"the proxy ended: {open(self.log.name, encoding='utf-8', errors='replace').read()[-2000:]}")
            return {}
        return {state: int(float(count)) for state, count in re.findall(r'fastrtspproxy_stream_state\{[^}]*state="(\w+)"[^}]*\} (\S+)', text)}

    def seconds_until(self, since, what, holds):
        while True:
            states = self.states()
            seconds = time.monotonic() - since
            if states and holds(states):
                return seconds
            if seconds > LIMIT_SECONDS:
                raise SystemExit(f"not within {LIMIT_SECONDS} s: {what}; {states}")
            time.sleep(LOOK_SECONDS)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def run(options, folder):
    camera = Camera(options.streams)
    camera.start()
    figures = {}
    try:
        proxy = Proxy(camera, False, options.one_host, folder)
        try:
            figures["described"] = proxy.seconds_until(proxy.began, "all are described", lambda states: states.get("ready", 0) == options.streams)
        finally:
            proxy.stop()
        proxy = Proxy(camera, True, options.one_host, folder)
        try:
            def plays(states):
                return states.get("playing", 0) == options.streams

            figures["playing"] = proxy.seconds_until(proxy.began, "all play", plays)
            time.sleep(3)
            camera.stop()
            away = time.monotonic()
            proxy.seconds_until(away, "none plays", lambda states: states.get("playing", 0) == 0)
            time.sleep(max(0, options.outage - (time.monotonic() - away)))
            camera.start()
            figures["back"] = proxy.seconds_until(time.monotonic(), "all play again", plays)
        finally:
            proxy.stop()
    finally:
        camera.stop()
    return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--outage", type=float, default=40)
    parser.add_argument("--one-host", action="store_true")
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            figures = run(options, folder)
        print(f"{options.streams} cameras{', one host' if options.one_host else ''}: described {figures['described']:.2f} s, playing {figures['playing']:.2f} s, "
              f"back {figures['back']:.2f} s after {options.outage:.0f} s away", flush=True)


if __name__ == "__main__":
    main()
