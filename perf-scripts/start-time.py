#!/usr/bin/env python3
"""How soon builds of the proxy listen, and what they take until then:
     perf-scripts/start-time.py [--runs N] BINARY...
One line a binary: its bytes; the median time from its start to the first connection that it takes; the processor time and the memory that it has had by then.
The binaries take turns, so that whatever else the machine does hits all of them. `qemu-aarch64-static -L DIR FILE` or `chroot --userspec=65532:65532 ROOT /fastrtspproxy`,
quoted, is a binary, too.
"""
import argparse
import os
import shlex
import signal
import socket
import statistics
import subprocess
import time


def start(command, port):
    """Seconds to the first connection, seconds of processor, resident KiB."""
    began = time.monotonic()
    process = subprocess.Popen(command + ["-p", str(port), "rtsp://127.0.0.1:9/nobody"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit(f"{command}: ended with {process.returncode}")
                time.sleep(0.0005)
        seconds = time.monotonic() - began
        # Nanoseconds on a processor of each thread (Documentation/scheduler/sched-stats.rst).
        processor = 0
        for thread in os.listdir(f"/proc/{process.pid}/task"):
            with open(f"/proc/{process.pid}/task/{thread}/schedstat", encoding="ascii") as figures:
                processor += int(figures.read().split()[0])
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
        return seconds, processor / 1e9, resident
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def size_of(path):
    """Within a root of its own a program is not found here."""
    return os.path.getsize(path) if os.path.exists(path) else 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=15)
    arguments.add_argument("binary", nargs="+")
    asked = arguments.parse_args()
    commands = [shlex.split(binary) for binary in asked.binary]
    figures = [[] for _ in commands]
    for _ in range(asked.runs):
        for command, taken in zip(commands, figures):
            taken.append(start(command, free_port()))
    for command, taken in zip(commands, figures):
        seconds, processor, resident = (statistics.median(column) for column in zip(*taken))
        print(f"{command[-1]}: {size_of(command[-1])} bytes, listens after {seconds * 1000:.0f} ms, {processor * 1000:.0f} ms of processor, {resident / 1024:.1f} MiB")


main()
