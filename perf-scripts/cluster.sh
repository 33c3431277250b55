#!/usr/bin/env bash
# How long is the gap of viewers when a box of a cluster dies, and does anything move that should not? Three boxes with an etcd each, cameras and viewers in network
# namespaces (root). A line of JSON for each run, and a table of the gaps in the end.
#     perf-scripts/cluster.sh                          every scenario once
#     perf-scripts/cluster.sh --repeat 20 owner_killed owner_and_leader_killed
# races: a thousand claims of two boxes at once, by the classes themselves, before an etcd with client certificates and a log-in (needs the .NET SDK).
# CLUSTER_STREAMS=500: streams of `many` and `starts`. FASTRTSPPROXY_BIN and RTSPSIM_BIN name other binaries than those in artifacts/aot.
set -u -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
proxy=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy}
simulator=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
repeat=1
scenarios=()
while [ $# -gt 0 ]; do
    case "$1" in
        --repeat)
            repeat=$2
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
    compaction drain streams two_boxes secured starts many races)

for program in "$proxy" "$simulator" /usr/bin/etcd /usr/bin/etcdctl; do
    [ -x "$program" ] || {
        echo "$program is missing (packaging/publish.sh; apt-get install etcd-server etcd-client)" >&2
        exit 1
    }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for ((run = 1; run <= repeat; run++)); do
    for scenario in "${scenarios[@]}"; do
        if [ "$scenario" = races ]; then
            CLUSTER_RACES=1000 dotnet test "$root/tests/FastRtspProxy.Tests" --filter FullyQualifiedName~EtcdOwnershipTests.ClaimAsync >"$work/races" \
                && echo '{"scenario": "races", "races": 1000}' | tee -a "$work/results" || {
                cat "$work/races" >&2
                echo '{"scenario": "races", "failed": true}' | tee -a "$work/results"
            }
            continue
        fi

        timeout 600 unshare --mount --net python3 "$root/tests/FastRtspProxy.EndToEndTests/Network/cluster.py" "$proxy" "$simulator" "$work/$run-$scenario" "$scenario" \
            | tee -a "$work/results" || echo "{\"scenario\": \"$scenario\", \"failed\": true}" | tee -a "$work/results"
    done
done

python3 - "$work/results" <<'PYTHON'
import json
import sys

runs = {}
for line in open(sys.argv[1]):
    if line.startswith("{"):
        found = json.loads(line)
        runs.setdefault(found["scenario"], []).append(found)
print("\n| scenario | runs | failed | gaps | p50 s | p99 s | most s |\n| --- | --- | --- | --- | --- | --- | --- |")
for name, all_found in runs.items():
    gaps = sorted(gap for found in all_found for gap in found.get("gaps", [found["most"]] if "most" in found else [found["mostGap"]] if "mostGap" in found else []) if isinstance(gap, (int, float)))
    failed = sum("failed" in found for found in all_found)
    figures = [gaps[len(gaps) // 2], gaps[min(len(gaps) - 1, int(len(gaps) * 0.99))], gaps[-1]] if gaps else ["", "", ""]
    print(f"| {name} | {len(all_found)} | {failed} | {len(gaps)} | " + " | ".join(str(figure) for figure in figures) + " |")
PYTHON
