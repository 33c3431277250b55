"""What do TLS handshakes do to viewers in the clear? Their frame latency without and with so many handshakes a second, by turns; and, for comparison, while the same handshakes go to HAProxy."""
import argparse
import json
import os
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import Bench, cpu_seconds  # noqa: E402


class Flood:
    """So many handshakes a second, each closed when it is done."""

    def __init__(self, port, rate, threads=4):
        self.port, self.done, self.stop = port, 0, False
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.threads = [threading.Thread(target=self.run, args=(rate / threads,)) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, rate):
        due = time.monotonic()
        while not self.stop:
            due = max(due + 1 / rate, time.monotonic() - 0.1)
            time.sleep(max(0, due - time.monotonic()))
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as plain, self.context.wrap_socket(plain):
                    self.done += 1
            except OSError:
                pass

    def end(self):
        self.stop = True
        for thread in self.threads:
            thread.join()
        return self.done


def latency(bench, options, port):
    report = os.path.join(bench.folder, "load.json")
    load = bench.load(f"rtsp://127.0.0.1:{bench.rtsp}/proxyStream", options.viewers, options.seconds, report)
    flood = Flood(port, options.rate) if port else None
    code = load.wait(options.seconds + 60)
    done = flood.end() if flood else 0
    if code != 0:
        raise SystemExit(f"the load failed:\n{bench.log('load')}")
    with open(report, encoding="utf-8") as text:
        result = json.load(text)
    return result["frameLatency"]["p99"] / 1000, result["packets"]["lost"], done / (options.seconds + options.viewers / 100)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--rate", type=int, default=200, help="handshakes a second (%(default)s)")
    parser.add_argument("--kbit", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Bench(folder) as bench:
        bench.start_camera(options.kbit)
        proxy = bench.start_proxy()
        bench.start_haproxy()
        rows = []
        for turn in range(options.repeat):
            quiet, lost, _ = latency(bench, options, None)
            before = cpu_seconds(proxy.pid)
            ours, ours_lost, rate = latency(bench, options, bench.rtsps)
            cpu = cpu_seconds(proxy.pid) - before
            theirs, theirs_lost, their_rate = latency(bench, options, bench.front)
            rows.append((quiet, ours, theirs))
            print(f"{turn + 1}: p99 without {quiet:.1f} ms, with {rate:.0f} handshakes a second {ours:.1f} ms ({cpu:.1f} s of processor time), "
                  f"with {their_rate:.0f} at HAProxy {theirs:.1f} ms; lost {lost}, {ours_lost}, {theirs_lost}", flush=True)
        print("medians: " + ", ".join(f"{name} {statistics.median(row[i] for row in rows):.1f} ms" for i, name in enumerate(("without", "with", "at HAProxy")))
              + f"; with / without {statistics.median(row[1] / row[0] for row in rows):.2f}, at HAProxy {statistics.median(row[2] / row[0] for row in rows):.2f}")


main()
