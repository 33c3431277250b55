# Shared by av-sync.sh, live-picture.sh, page-table.sh and start-modes.sh: the binaries, free ports, the end of what was started. A script has its words for --help in the comment before its line "set ...".

script=$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
proxy=${FASTRTSPPROXY_BIN:-$root/artifacts/aot/fastrtspproxy}
sim=${RTSPSIM_BIN:-$root/artifacts/aot/rtspsim}
work=$(mktemp -d)
started=()

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }

fail() { echo "$script: $*" >&2; exit 1; }

need_binaries() {
    local tool
    for tool in "$proxy" "$sim"; do
        [ -x "$tool" ] || fail "$tool is missing: run packaging/publish.sh"
    done
}

# Ends what is in $started, each by its own pid, and waits for it.
end_started() {
    [ ${#started[@]} -gt 0 ] || return 0
    kill "${started[@]}" 2>/dev/null
    wait "${started[@]}" 2>/dev/null
    started=()
}

finish() {
    end_started
    rm -rf "$work"
}
trap finish EXIT

# A port that nothing listens on, of the range that the kernel does not hand out.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo $port; return; }
    done
}

wait_for() { # FILE TEXT
    local i
    for i in $(seq 100); do grep -q "$2" "$1" 2>/dev/null && return; sleep 0.1; done
    cat "$1" >&2
    fail "not within 10 s: $2"
}
