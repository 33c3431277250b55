#!/bin/bash
# What does a control connection cost that we read by our own pull, beside one that is read through the pipe of a SocketConnection (Pipelines.Sockets.Unofficial) whose scheduler posts to the shard? Both in
# one run: bytes a silent connection before and after its first request, requests a second, processor time a request, the wait beside connections that flood, and a move to another shard.
#   perf-scripts/control-input.sh [CONNECTIONS [SECONDS]]       default 10000 connections, 5 s for each figure of time
set -eu -o pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
case "${1:-}" in -*) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;; esac
ulimit -n $((2 * ${1:-10000} + 1000)) 2>/dev/null || ulimit -n "$(ulimit -H -n)"
dotnet build "$root/bench/FastRtspProxy.Microbenchmarks" -c Release -v quiet -p:RunAnalyzers=false >&2
exec python3 "$root/perf-scripts/control-input/client.py" "${1:-10000}" "${2:-5}" \
    dotnet "$root/bench/FastRtspProxy.Microbenchmarks/bin/Release/net10.0/FastRtspProxy.Microbenchmarks.dll" --control-input
