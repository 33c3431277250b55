#!/usr/bin/python3
"""A wire between two network namespaces that delays, loses, reorders and jitters packets, for kernels without netem: two TUN devices, and what enters one leaves the other.

    wire.py [--delay MS] [--jitter MS] [--loss PERCENT] [--reorder PERCENT] [--seed N] NAMESPACE DEVICE ADDRESS/BITS NAMESPACE DEVICE ADDRESS/BITS

The same seed loses the same packets of the same traffic. A packet that is reordered goes at once, before those that wait. Prints "up" when the devices are there.
"""
import argparse
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 0x1000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace):
    descriptor = os.open("/run/netns/" + namespace, os.O_RDONLY)
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns " + namespace)
    os.close(descriptor)


def tun(namespace, name, address):
    enter(namespace)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    for command in (f"ip address add {address} dev {name}", f"ip link set {name} up mtu 1500 txqueuelen 10000"):
        subprocess.run(command.split(), check=True)
    return device


def carry(ends, options):
    chance = random.Random(options.seed)
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    waiting, number, last = [], 0, {end: 0.0 for end in ends}
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, end, packet = heapq.heappop(waiting)
            try:
                os.write(end, packet)
            except OSError:
                pass  # the device's queue is full: lost, as on a real one
        ready, _, _ = select.select(ends, [], [], max(0, waiting[0][0] - now) if waiting else 1)
        for end in ready:
            for _ in range(256):
                try:
                    packet = os.read(end, 65536)
                except BlockingIOError:
                    break
                if chance.random() * 100 < options.loss:
                    continue
                due = time.monotonic()
                if chance.random() * 100 >= options.reorder:
                    due += (options.delay + chance.random() * options.jitter) / 1000
                    due = last[end] = max(due, last[end])  # jitter alone changes no order
                number += 1
                heapq.heappush(waiting, (due, number, other[end], packet))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("delay", "jitter", "loss", "reorder"):
        parser.add_argument("--" + name, type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("ends", nargs=6, metavar="END")
    options = parser.parse_args()
    ends = [tun(*options.ends[:3]), tun(*options.ends[3:])]
    print("up", flush=True)
    carry(ends, options)


if __name__ == "__main__":
    main()
