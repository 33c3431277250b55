"""What do viewers over rtsps cost, beside a plain TLS terminator (HAProxy) in front of the proxy's port in the clear? By turns, in one run."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import Bench, cpu_seconds, rss_kib  # noqa: E402


def measure(bench, url, options, processes):
    """One crowd: processor seconds of the processes over the middle of its time, and what the crowd got."""
    report = os.path.join(bench.folder, "load.json")
    load = bench.load(url, options.clients, options.seconds + 4, report)
    time.sleep(options.clients / 100 + 2)
    begin, before = time.monotonic(), [cpu_seconds(process.pid) for process in processes]
    time.sleep(options.seconds)
    used = [cpu_seconds(process.pid) - cpu for process, cpu in zip(processes, before)]
    seconds = time.monotonic() - begin
    memory = [rss_kib(process.pid) for process in processes]
    if load.wait(60) != 0:
        raise SystemExit(f"the load failed:\n{bench.log('load')}")
    with open(report, encoding="utf-8") as text:
        packets = json.load(text)["packets"]
    return [cpu / seconds * 100 for cpu in used], memory, packets


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--kbit", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement (%(default)s)")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Bench(folder) as bench:
        bench.start_camera(options.kbit)
        proxy = bench.start_proxy()
        haproxy = bench.start_haproxy()
        rows = []
        for turn in range(options.repeat):
            ours, ours_rss, ours_packets = measure(bench, f"rtsps://127.0.0.1:{bench.rtsps}/proxyStream", options, [proxy])
            theirs, theirs_rss, theirs_packets = measure(bench, f"rtsps://127.0.0.1:{bench.front}/proxyStream", options, [proxy, haproxy])
            clear, clear_rss, _ = measure(bench, f"rtsp://127.0.0.1:{bench.rtsp}/proxyStream", options, [proxy])
            rows.append((ours[0], sum(theirs), clear[0]))
            print(f"{turn + 1}: rtsps {ours[0]:.1f} % of a core, HAProxy {theirs[1]:.1f} + proxy {theirs[0]:.1f} = {sum(theirs):.1f} %, in the clear {clear[0]:.1f} %; "
                  f"ratio {ours[0] / sum(theirs):.2f}; lost {ours_packets['lost']} and {theirs_packets['lost']}; RSS {ours_rss[0]}, {theirs_rss[0]} + {theirs_rss[1]}, {clear_rss[0]} KiB", flush=True)
        print(f"medians: rtsps {statistics.median(r[0] for r in rows):.1f}, HAProxy and proxy {statistics.median(r[1] for r in rows):.1f}, "
              f"in the clear {statistics.median(r[2] for r in rows):.1f} % of a core; ratio {statistics.median(r[0] / r[1] for r in rows):.2f}")


main()
