#!/usr/bin/env bash
# How long is the gap of viewers when a box of a cluster dies, and does anything move that should not? Three boxes with an etcd each, cameras and viewers in network
# namespaces (root). A line of JSON for each run, and a table of the gaps in the end, also where it is broken off: each scenario's rounds, how long one takes, those that
# failed (no figures) or in which something was wrong (said in its line), and the gaps of all viewers beside what is promised for them.
#     perf-scripts/cluster.sh                          every scenario once: some 15 minutes
#     perf-scripts/cluster.sh --repeat 20 owner_killed owner_and_leader_killed
#     perf-scripts/cluster.sh --ttl 1 owner_killed     with a lease of 1 s (--election 500, which etcd needs for it)
#     perf-scripts/cluster.sh --keep FOLDER owner_killed    with all logs, and FOLDER/results
# many: CLUSTER_STREAMS=500 streams, nearly all of one box, which dies. starts: CLUSTER_STREAMS=1000. vip needs keepalived.
# races: a thousand claims of two boxes at once, by the classes themselves, before an etcd with client certificates and a log-in (needs the .NET SDK).
# FASTRTSPPROXY_BIN and RTSPSIM_BIN name other binaries than those in artifacts/aot. Ends with 1 when a round failed or was wrong.
set -u -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
proxy=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy}
simulator=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
repeat=1
keep=
scenarios=()
while [ $# -gt 0 ]; do
    case "$1" in
        --repeat)
            repeat=$2
            shift
            ;;
        --ttl)
            export CLUSTER_TTL=$2
            shift
            ;;
        --election)
            export CLUSTER_ELECTION=$2
            shift
            ;;
        --keep)
            keep=$2
            shift
            ;;
        -h | --help)
            sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
            exit 0
            ;;
        *) scenarios+=("$1") ;;
    esac
    shift
done
[ ${#scenarios[@]} -gt 0 ] || scenarios=(owner_killed owner_and_leader_killed owner_and_leader_killed_tight owner_stopped cut_off cut_off_single election without_etcd
    compaction drain drain_together streams two_boxes secured encrypted vip starts many races)

for program in "$proxy" "$simulator" /usr/bin/etcd /usr/bin/etcdctl; do
    [ -x "$program" ] || {
        echo "$program is missing (packaging/publish.sh; apt-get install etcd-server etcd-client)" >&2
        exit 1
    }
done

work=${keep:-$(mktemp -d)}
mkdir -p "$work"
: >"$work/results"

table() {
    python3 - "$work/results" <<'PYTHON'
import json
import sys

# Seconds that half of the gaps, and nearly all, have at the most: groups of 1 s, an idle machine, a lease of 2 s.
PROMISED = {"owner_killed": (3, 5), "owner_and_leader_killed": (None, 7), "owner_and_leader_killed_tight": (None, 5), "cut_off": (None, 7), "cut_off_single": (None, 7),
            "secured": (3, 5), "encrypted": (3, 5), "election": (0, 0), "without_etcd": (0, 0), "drain": (None, 1), "drain_together": (None, 1)}
rounds = {}
for line in open(sys.argv[1]):
    try:
        found = json.loads(line)
        rounds.setdefault(found["scenario"], []).append(found)
    except (ValueError, KeyError, TypeError):
        print("not read:", line.strip()[:200])
print("\n| scenario | rounds | s each | failed | wrong | gaps | p50 s | p99 s | most s | promised p50, p99 |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
bad = 0
for name, all_found in rounds.items():
    gaps = sorted(gap for found in all_found for gap in found.get("gaps", []) if isinstance(gap, (int, float)))
    failed = sum("failed" in found for found in all_found)
    wrong = sum(bool(found.get("wrong")) for found in all_found)
    seconds = sorted(found["seconds"] for found in all_found if "seconds" in found)
    bad += failed + wrong
    figures = [gaps[(len(gaps) - 1) // 2], gaps[-(-len(gaps) * 99 // 100) - 1], gaps[-1]] if gaps else ["", "", ""]
    promised = ", ".join("-" if limit is None else str(limit) for limit in PROMISED.get(name, ()))
    print(f"| {name} | {len(all_found)} | {seconds[len(seconds) // 2] if seconds else ''} | {failed} | {wrong} | {len(gaps)} | " + " | ".join(str(figure) for figure in figures)
          + f" | {promised} |")
sys.exit(bad > 0)
PYTHON
}

finish() {
    trap - EXIT INT TERM
    table
    status=$?
    [ -n "$keep" ] || rm -rf "$work"
    exit $status
}
trap finish EXIT INT TERM

for ((run = 1; run <= repeat; run++)); do
    for scenario in "${scenarios[@]}"; do
        began=$SECONDS
        if [ "$scenario" = races ]; then
            if CLUSTER_RACES=1000 dotnet test "$root/tests/FastRtspProxy.Tests" --filter FullyQualifiedName~EtcdOwnershipTests.ClaimAsync >"$work/races" 2>&1; then
                echo "{\"scenario\": \"races\", \"races\": 1000, \"seconds\": $((SECONDS - began))}" | tee -a "$work/results"
            else
                cat "$work/races" >&2
                echo '{"scenario": "races", "failed": true}' | tee -a "$work/results"
            fi
            continue
        fi

        timeout 600 unshare --mount --net python3 "$root/tests/FastRtspProxy.EndToEndTests/Network/cluster.py" "$proxy" "$simulator" "$work/$run-$scenario" "$scenario" \
            >"$work/round" 2>"$work/problem" || {
            tail -40 "$work/problem" >&2
            echo "{\"scenario\": \"$scenario\", \"failed\": true}" >"$work/round"
        }
        tee -a "$work/results" <"$work/round"
        [ -n "$keep" ] || rm -rf "${work:?}/$run-$scenario"
    done
done
