#!/bin/bash
# Runs the lock-free parts of the engine (the ring, its scopes, the shards' inbox, what crosses threads of mounts) through many schedules of their threads, by Microsoft.Coyote, and so do their
# mutants, each of which must be found. First without the rewriting that shows Coyote the threads: that run must fail, or the gate would be one that nobody is stopped by.
#     tests/FastRtspProxy.InterleavingTests/run.sh [SCHEDULES [SEED]]      1000 of each scenario by default: about a minute
# Coyote's tool is in .config/dotnet-tools.json. The status is 0 only if everything came out as it should.
set -u -o pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
built=$here/bin/Release
rewritten=$here/obj/rewritten
[ $# -gt 0 ] || set -- 1000
export DOTNET_ROLL_FORWARD=Major COYOTE_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cd "$here" || exit 1
dotnet build -c Release -v quiet || exit 1
built=$(dirname "$(ls -t "$built"/*/interleavings.dll | head -1)")
dotnet tool restore >"$here/obj/tool-restore.log" 2>&1 || { cat "$here/obj/tool-restore.log"; exit 1; }

if dotnet "$built/interleavings.dll" 30 >"$here/obj/not-rewritten.log" 2>&1 || ! grep -q 'so nothing was tested' "$here/obj/not-rewritten.log"; then
    echo "without rewriting the run should have failed for want of scheduling decisions:"
    tail -5 "$here/obj/not-rewritten.log"
    exit 1
fi

rm -rf "$rewritten"
cp -r "$built" "$rewritten"
dotnet tool run coyote rewrite "$rewritten/interleavings.dll" >"$here/obj/rewrite.log" 2>&1 || { cat "$here/obj/rewrite.log"; exit 1; }
dotnet "$rewritten/interleavings.dll" "$@"
