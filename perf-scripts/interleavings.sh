#!/bin/bash
# Runs the interleaving tests for long: what tests/run-tests.sh does for half a minute with one seed, again and again with others.
#     perf-scripts/interleavings.sh [MINUTES]       10 by default; one core
# Ends at the first that did not come out as it should, and says the seed: run.sh SCHEDULES SEED in tests/FastRtspProxy.InterleavingTests does the same again.
set -u -o pipefail

minutes=${1:-10}
[[ $minutes =~ ^[1-9][0-9]*$ ]] || { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 1; }
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/../tests/FastRtspProxy.InterleavingTests" && pwd)
end=$((SECONDS + minutes * 60))
schedules=20000
runs=0

"$tests/run.sh" || exit 1
while [ $SECONDS -lt $end ]; do
    seed=$((RANDOM * 32768 + RANDOM))
    echo "== $schedules schedules, seed $seed"
    DOTNET_ROLL_FORWARD=Major dotnet "$tests/obj/rewritten/interleavings.dll" $schedules $seed || { echo "seed $seed: see above"; exit 1; }
    runs=$((runs + 1))
done
echo "$runs runs of $schedules schedules of each scenario: nothing found but the mutants"
