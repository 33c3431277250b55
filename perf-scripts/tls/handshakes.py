"""What do TLS handshakes do to viewers in the clear? Their frame latency without and with so many handshakes a second, by turns; and, for comparison, while the same handshakes go to HAProxy."""
import argparse
import json
import multiprocessing
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
    """So many handshakes a second, each closed when it is done, by a process that yields to the others: in the field its processor is another machine's."""

    def __init__(self, port, rate, nice, threads=4):
        self.done, self.stop = multiprocessing.Value("L", 0), multiprocessing.Event()
        self.process = multiprocessing.Process(target=self.run, args=(port, rate / threads, nice, threads))
        self.process.start()

    def run(self, port, rate, nice, threads):
        os.nice(nice)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        workers = [threading.Thread(target=self.connect, args=(context, port, rate)) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def connect(self, context, port, rate):
        due = time.monotonic()
        while not self.stop.is_set():
            due = max(due + 1 / rate, time.monotonic() - 0.1)
            time.sleep(max(0, due - time.monotonic()))
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as plain, context.wrap_socket(plain):
                    with self.done.get_lock():
                        self.done.value += 1
            except OSError:
                pass

    def end(self):
        self.stop.set()
        self.process.join()
        return self.done.value


def latency(bench, options, port):
    report = os.path.join(bench.folder, "load.json")
    load = bench.load(f"rtsp://127.0.0.1:{bench.rtsp}/proxyStream", options.viewers, options.seconds, report)
    flood = Flood(port, options.rate, options.client_nice) if port else None
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
    parser.add_argument("--key", choices=["rsa", "ec"], default="rsa", help="RSA of 2048 bits, or P-256 (%(default)s)")
    parser.add_argument("--client-nice", type=int, default=19, help="nice value of who connects (%(default)s); 0: its processor time is taken from all")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Bench(folder, options.key) as bench:
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
