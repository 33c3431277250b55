#!/bin/bash
# Fuzzes the parsers of bytes from peers: AFL++ drives tests/FastRtspProxy.Fuzz, whose assemblies are instrumented by SharpFuzz.
#     perf-scripts/fuzz.sh [MINUTES] [TARGET]    all targets in MINUTES (10) together, or one target on all cores
#     perf-scripts/fuzz.sh --self-test           finds the planted faults: a throw, too much memory, too much processor time, and an input that never ends
#     perf-scripts/fuzz.sh --totals              the executions of all runs so far
#     perf-scripts/fuzz.sh --list                the targets
# Fails on a throw, a property that does not hold, more than 50 ms of the thread's processor time, an allocation over the target's bound, and an input that does not
# end within 2 s. What fails is kept in artifacts/fuzz/failures: give it a name that says what it is, put it into tests/FastRtspProxy.Fuzz/corpus/TARGET, and it is a
# unit test. What a run learnt (artifacts/fuzz/learnt) is where the next one begins. FUZZ_CORES: how many cores (all).
# Needs afl++ (Debian, Ubuntu: apt-get install afl++) and writes nowhere but artifacts/fuzz.
set -u -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
project=$root/tests/FastRtspProxy.Fuzz
work=$root/artifacts/fuzz
bin=$work/bin
totals=$work/totals.tsv
cores=${FUZZ_CORES:-$(nproc)}

export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_COLOR=1 AFL_FORKSRV_INIT_TMOUT=60000
export AFL_MAP_SIZE=65536 # what SharpFuzz maps
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
export DOTNET_gcConcurrent=0 DOTNET_DbgEnableMiniDump=0 DOTNET_TieredPGO=0

# Longer inputs than this find nothing that shorter ones do not, and cost their length each time.
input_bytes_max=16384

die() {
    echo "fuzz.sh: $*" >&2
    exit 1
}

build() {
    command -v afl-fuzz >/dev/null || die "afl-fuzz is missing: apt-get install -y --no-install-recommends afl++"
    dotnet build "$project" -c Release -v quiet >"$work/build.log" 2>&1 || { tail -20 "$work/build.log"; die "the build failed"; }
    rm -rf "$bin"
    cp -r "$project/bin/Release/net10.0" "$bin"
    # The program instruments the copy, not itself.
    dotnet "$project/bin/Release/net10.0/FastRtspProxy.Fuzz.dll" instrument "$bin" || die "the instrumentation failed"
}

# clean TARGET FILE...: true when the inputs pass without instrumentation and end within their processor time: a time-out on a busy machine is none.
clean() {
    local target=$1
    shift
    (ulimit -t $((20 + $# / 10)) && dotnet "$project/bin/Release/net10.0/FastRtspProxy.Fuzz.dll" replay "$target" "$@") >"$work/replay-$target.log" 2>&1
}

# fail TARGET FILE: keeps a failing input once and says what it does.
fail() {
    local name
    name=$work/failures/$1/$(sha1sum "$2" | cut -c1-16)
    [ -e "$name" ] && return
    mkdir -p "$work/failures/$1"
    cp "$2" "$name"
    clean "$1" "$name"
    cp "$work/replay-$1.log" "$name.log"
    grep -q Exception "$name.log" || echo "it does not end" >>"$name.log"
    echo "FAILED $1: $name"
    grep -m1 -E 'Exception|does not end' "$name.log"
}

# fuzz TARGET SECONDS INSTANCE [AFL ARGUMENTS]: one afl-fuzz, which -M or -S gives the name of its folder, begun anew when a time-out ended its server and the input proves to be clean.
fuzz() {
    local target=$1 until=$((SECONDS + $2)) instance=$3 out seeds executions idle=0 left
    shift 3
    out=$work/run/$target
    seeds=$work/seeds/$target
    mkdir -p "$out"
    while left=$((until - SECONDS)) && [ "$left" -gt 4 ]; do
        rm -rf "${out:?}/$instance"
        nice -n 19 afl-fuzz -i "$seeds" -o "$out" "$@" -x "$project/dictionaries/$target.dict" -t 2000+ -m none -G $input_bytes_max -V "$left" \
            -- dotnet "$bin/FastRtspProxy.Fuzz.dll" run "$target" >"$out/$instance.log" 2>&1
        executions=$(awk '$1 == "execs_done" { print $3 }' "$out/$instance/fuzzer_stats" 2>/dev/null)
        printf '%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$target" "${executions:-0}" >>"$totals"
        keep "$target" "$out/$instance"
        [ -e "$work/failures/$target" ] && [ -z "${all_of_them:-}" ] && return
        idle=$((${executions:-0} > 0 ? 0 : idle + 1))
        if [ "$idle" -ge 3 ]; then
            tail -5 "$out/$instance.log" >&2
            mkdir -p "$work/failures/$target"
            cp "$out/$instance.log" "$work/failures/$target/afl-fuzz.log"
            return
        fi
    done
}

# keep TARGET FOLDER: what was learnt becomes seeds of the next run; crashes, hangs and the input at hand when the server died are tried again.
keep() {
    local file
    mkdir -p "$work/learnt/$1"
    for file in "$2"/queue/id*; do
        [ -f "$file" ] && cp -n "$file" "$work/learnt/$1/$(sha1sum "$file" | cut -c1-16)"
    done
    for file in "$2"/crashes/id* "$2"/hangs/id* "$2"/.cur_input; do
        [ -f "$file" ] && ! clean "$1" "$file" && fail "$1" "$file"
    done
    return 0
}

# seed TARGET: ours and what was learnt; one that fails today is a failure before anything is fuzzed.
seed() {
    local file
    rm -rf "$work/seeds/$1"
    mkdir -p "$work/seeds/$1"
    cp "$project/corpus/$1"/* "$work/seeds/$1/"
    find "$work/learnt/$1" -type f -exec cp -t "$work/seeds/$1" {} + 2>/dev/null
    clean "$1" "$work/seeds/$1"/* && return
    for file in "$work/seeds/$1"/*; do
        clean "$1" "$file" || fail "$1" "$file"
    done
}

sum() {
    awk -F'\t' '$2 !~ /^planted/ { all += $3 } END { printf "%d\n", all }' "$totals"
}

print_totals() {
    [ -s "$totals" ] || die "nothing was run yet"
    awk -F'\t' '$2 !~ /^planted/ { sum[$2] += $3; all += $3 }
        END { for (name in sum) printf "%-16s %12d\n", name, sum[name] | "sort"; close("sort"); printf "%-16s %12d\n", "all", all }' "$totals"
}

# expect WHAT TARGET TEXT: a failure of that target whose log says so.
expect() {
    if cat "$work/failures/$2"/*.log 2>/dev/null | grep -q "$3"; then
        echo "found: $1"
    else
        echo "NOT FOUND: $1"
        return 1
    fi
}

self_test() {
    local target status=0
    for target in planted planted-endless; do
        rm -rf "$work/failures/$target" "$work/learnt/$target"
        seed "$target"
        # One that is too slow ends the fuzzer's server, and the others may not be found by then: it begins anew, by other chances.
        all_of_them=1 fuzz "$target" "${FUZZ_SELF_TEST_SECONDS:-60}" main -S main
    done
    expect "a throw" planted IndexOutOfRangeException || status=1
    expect "an allocation over the bound" planted 'allocates at most' || status=1
    expect "too much processor time" planted 'processor time' || status=1
    expect "an input that never ends" planted-endless 'does not end' || status=1
    rm -rf "$work"/failures/planted* "$work"/learnt/planted*
    return $status
}

run_all() {
    local minutes=$1 seconds target
    mapfile -t targets < <(dotnet "$project/bin/Release/net10.0/FastRtspProxy.Fuzz.dll" list)
    seconds=$((minutes * 60 * cores / ${#targets[@]}))
    [ "$seconds" -ge 10 ] || seconds=10
    echo "${#targets[@]} targets, $seconds s each, $cores at once"
    for target in "${targets[@]}"; do
        while [ "$(jobs -rp | wc -l)" -ge "$cores" ]; do
            wait -n
        done
        seed "$target"
        fuzz "$target" "$seconds" main -S main &
    done
    wait
}

run_one() {
    local minutes=$1 target=$2 i
    [ -d "$project/corpus/$target" ] || die "there is no target \"$target\"; --list names them"
    seed "$target"
    fuzz "$target" $((minutes * 60)) main -M main &
    for ((i = 1; i < cores; i++)); do
        fuzz "$target" $((minutes * 60)) "other$i" -S "other$i" &
    done
    wait
}

mkdir -p "$work"
touch "$totals"
case "${1:-}" in
    --totals)
        print_totals
        exit
        ;;
    --list)
        ls "$project/corpus"
        exit
        ;;
    --self-test)
        build
        self_test
        exit
        ;;
    "" | *[0-9])
        [[ ${1:-10} =~ ^[0-9]+$ ]] || die "MINUTES is a number"
        ;;
    *)
        sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
        exit 1
        ;;
esac

build
rm -rf "$work/failures" "$work/run"
before=$(sum)
if [ -n "${2:-}" ]; then
    run_one "${1:-10}" "$2"
else
    run_all "${1:-10}"
fi
print_totals
after=$(sum)
failed=$(find "$work/failures" -type f ! -name '*.log' 2>/dev/null | wc -l)
broken=$(find "$work/failures" -name afl-fuzz.log 2>/dev/null | wc -l)
echo "this run: $((after - before)) executions, $failed failing inputs, $broken runs that did not start"
[ "$failed" -eq 0 ] && [ "$broken" -eq 0 ] && [ "$after" -gt "$before" ]
