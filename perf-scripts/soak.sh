#!/usr/bin/env bash
# Hours with a mixed crowd that comes and goes, and stays partly stopped: does memory or the number of descriptors climb? Plotted over time in the report.
. "$(dirname "$0")/crowd/lib.sh"

hours=
clients=300
rate=5/s

usage() {
    echo "usage: perf-scripts/soak.sh HOURS [options]
  HOURS                how long, 0.1 is six minutes
  --clients N          playing at the same time ($clients)
  --rate R             clients that leave and are replaced ($rate)

Plotted are the resident memory, the descriptors and the processor time of the server. Allocated bytes are not: from outside there is no way to them, and a server's
interface for that would be one more thing to guard. Resident memory that stays level while clients come and go for hours says that nothing is kept; how much is
allocated on the way is a test's business (the tests of allocation) and a benchmark's.

$common_help"
}

case ${1:-} in
'' | *[!0-9.]*) usage >&2; [ "${1:-}" = --help ] && exit 0; exit 2 ;;
*) hours=$1; shift ;;
esac
while [ $# -gt 0 ]; do
    case $1 in
    --clients) clients=$2 ;;
    --rate) rate=$2 ;;
    --help) usage; exit 0 ;;
    *) [ $# -gt 1 ] && common_option "$1" "$2" || { usage >&2; exit 2; } ;;
    esac
    shift 2
done

start_server
crowd soak --clients "$clients" --transport mix --ramp 50/s --duration "${hours}h" --churn "$rate" --vanish 20% --stopped 5% --slow 5% --max-loss 0
code=$?

# The first tenth is warm-up: the crowd connects, buffers find their size. From then to the end.
awk '
    /"watchedResidentBytes":/ { gsub(/[^0-9]/, "", $2); rss[++n] = $2 }
    /"watchedDescriptors":/ { gsub(/[^0-9]/, "", $2); fds[n] = $2 }
    END {
        if (n < 10 || rss[n] == 0) exit
        first = int(n / 10) + 1
        printf "resident: %.1f MB after the warm-up, %.1f MB at the end (%+.1f %%)\n", rss[first] / 1e6, rss[n] / 1e6, (rss[n] / rss[first] - 1) * 100
        printf "descriptors: %d after the warm-up, %d at the end\n", fds[first], fds[n]
    }' "$out/soak.json"
echo "$out/soak.html"
exit $code
