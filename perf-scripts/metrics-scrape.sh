#!/usr/bin/env bash
# What does a page of metrics cost? A proxy with many streams whose cameras were described, asked for its page again and again on one connection: how long, how large, how many series; with gzip too.
# Ends with status 1 when the median page takes longer than the bound.
. "$(dirname "$0")/fanout/lib.sh"

kind=rtspsim
streams=1000
pages=200
bound_ms=5

usage() {
    echo "usage: perf-scripts/metrics-scrape.sh [--streams N ($streams)] [--pages N ($pages)] [--bound MS ($bound_ms)]"
}

while [ $# -gt 0 ]; do
    case $1 in
    --help) usage; exit 0 ;;
    --streams) streams=$2 ;;
    --pages) pages=$2 ;;
    --bound) bound_ms=$2 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift 2
done

start_camera "$streams" 40
http=$(free_port)
# Pulled for nobody, so that each stream has counts of what a camera causes.
{
    echo "defaults: {alwaysOn: true}"
    echo "http: {listen: [\"127.0.0.1:$http\"]}"
    echo "streams:"
    for i in $(seq "$streams"); do echo "  cam-$i: {source: \"rtsp://127.0.0.1:$camera_port/cam-$i\"}"; done
} >"$work/config.yaml"
chmod 600 "$work/config.yaml"
"$binary" -p "$(free_port)" --config "$work/config.yaml" 2>"$work/server.log" >"$work/server.out" &
server_pid=$!
wait_for "$work/server.log" "using the URL.*/cam-$streams\$" "$server_pid" "$streams"
sleep 15
python3 - "$http" "$pages" "$bound_ms" "$server_pid" <<'PYTHON'
import gzip, http.client, os, statistics, sys, time

port, pages, bound, pid = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
connection = http.client.HTTPConnection("127.0.0.1", port)


def cpu():  # of all threads but the event loops
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            stat = open(f"/proc/{pid}/task/{task}/stat").read()
        except FileNotFoundError:
            continue
        if not stat[stat.index("(") + 1:].startswith("shard"):
            fields = stat[stat.rindex(")") + 2:].split()
            total += int(fields[11]) + int(fields[12])
    return total * 1000 / os.sysconf("SC_CLK_TCK")


def ask(headers):
    begun = time.perf_counter()
    connection.request("GET", "/metrics", headers=headers)
    body = connection.getresponse().read()
    return (time.perf_counter() - begun) * 1000, body


print("| page | series | KB | median ms | 99 % ms | ms of processor time beside the event loops |")
print("| --- | --- | --- | --- | --- | --- |")
ok = True
for name, headers in (("plain", {"Accept-Encoding": "identity"}), ("gzip", {"Accept-Encoding": "gzip"})):
    for _ in range(20):
        ask(headers)
    before = cpu()
    took = []
    for _ in range(pages):
        ms, body = ask(headers)
        took.append(ms)
    used = (cpu() - before) / pages
    text = gzip.decompress(body) if name == "gzip" else body
    series = sum(1 for line in text.splitlines() if line and not line.startswith(b"#"))
    median = statistics.median(took)
    print(f"| {name} | {series} | {len(body) / 1000:.0f} | {median:.2f} | {sorted(took)[int(len(took) * 0.99)]:.2f} | {used:.2f} |")
    ok = ok and (name == "gzip" or median <= bound)
sys.exit(0 if ok else 1)
PYTHON
