"""How much memory does a viewer over rtsps take beyond one in the clear? Two proxies of the same binary, one crowd each."""
import argparse
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import Bench, rss_kib  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--kbit", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=20, help="after the last client has come (%(default)s)")
    options = parser.parse_args()
    found = {}
    for scheme in ("rtsp", "rtsps"):
        with tempfile.TemporaryDirectory() as folder, Bench(folder) as bench:
            bench.start_camera(options.kbit)
            proxy = bench.start_proxy()
            before = rss_kib(proxy.pid)
            load = bench.load(f"{scheme}://127.0.0.1:{getattr(bench, scheme)}/proxyStream", options.clients, options.seconds, f"{folder}/load.json")
            time.sleep(options.clients / 100 + options.seconds - 4)
            found[scheme] = rss_kib(proxy.pid)
            if load.wait(60) != 0:
                raise SystemExit(f"the load failed:\n{bench.log('load')}")
            print(f"{scheme}: {before} KiB without viewers, {found[scheme]} KiB with {options.clients}", flush=True)
    print(f"beyond one in the clear: {(found['rtsps'] - found['rtsp']) / options.clients:.1f} KiB a viewer")


main()
