#!/bin/bash
# Runs everything that must hold before a change lands, in this order, and prints `N passed, N failed, N skipped` as its last line:
# formatting, the models of the lock-free parts, a build without warnings (Debug, Release), many schedules of the real ones, unit tests (Debug, Release), the native binaries, the end-to-end tests against
# them, beside those the binaries of linux-arm64 under an emulator and the Debian packages, and the microbenchmark gate (bytes allocated, not time).
#     tests/run-tests.sh             fails with the install line when a program that the tests need is missing
#     tests/run-tests.sh --install   installs it first (Debian or Ubuntu, as root)
# A step that is not a test run counts as one. The status is 0 only if nothing failed and each test run ran tests.
set -u -o pipefail

# Who runs this in the background of a script has it ignore Ctrl-C, and so would the programs that the tests end by just that: what is ignored is handed on.
[ -n "${RUN_TESTS_SIGNALS:-}" ] || RUN_TESTS_SIGNALS=default exec env --default-signal=INT,QUIT,PIPE bash "${BASH_SOURCE[0]}" "$@"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
results=$root/artifacts/test-results
native=$root/artifacts/aot
# Linker, headers and OpenSSL for the native binaries, cross tools and an emulator for those of arm64, spin for the models; then what the end-to-end tests put
# around the proxy: cameras by GStreamer's RTSP server, VLC, players of both families, a balancer, a browser, a library of npm, network namespaces, a cluster's etcd; then shells, readers of
# manual pages, and what makes, reads and installs a Debian package.
packages=(gcc libc6-dev zlib1g-dev cmake make libssl-dev clang lld binutils-aarch64-linux-gnu qemu-user-static spin iproute2 nftables util-linux mount
    ffmpeg python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
    gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav glib-networking mpv vlc-bin vlc-plugin-base haproxy prometheus chromium nodejs node-ws etcd-server etcd-client
    man-db mandoc bash-completion zsh fish
    debhelper lintian mmdebstrap systemd curl)
# The end of it all. On an idle machine of two cores a run takes some 25 minutes; the limits here and below are those of a machine that has three times
# as much else to do: they end what hangs, and say nothing of speed.
deadline_seconds=$((SECONDS + 80 * 60))

passed=0 failed=0 skipped=0
# What failed, named once more at the end: the output of a failed test may be longer than what is kept of a run.
failures=()

export CI=${CI:-true} DEBIAN_FRONTEND=noninteractive
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# No servers that outlive the run: they would hold its output open.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=0

end() {
    echo "== $((SECONDS / 60)) minutes"
    [ ${#failures[@]} -eq 0 ] || printf 'FAILED %s\n' "${failures[@]}"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

# bounded SECONDS COMMAND...: within that limit and within what is left of the whole run.
bounded() {
    local limit=$1 left=$((deadline_seconds - SECONDS))
    shift
    [ "$left" -gt 10 ] || left=10
    timeout -k 10 $((limit < left ? limit : left)) "$@"
}

# step NAME SECONDS COMMAND...: counts as one.
step() {
    local name=$1 started=$SECONDS status
    shift
    echo "== $name"
    bounded "$@"
    status=$?
    if [ $status -eq 0 ]; then
        passed=$((passed + 1))
        echo "== $name: good, $((SECONDS - started)) s"
    else
        failed=$((failed + 1))
        failures+=("$name")
        echo "== $name: FAILED (status $status$([ $status -eq 124 ] && echo ', time limit')), $((SECONDS - started)) s"
    fi
    return $status
}

# tests NAME SECONDS PROJECT CONFIGURATION: counts every test of the run, and a run without a result or without tests as a failure.
tests() {
    local name=$1 limit=$2 project=$3 configuration=$4 file=$1.trx started=$SECONDS status counters total executed good
    file=${file// /-}
    rm -f "$results/$file"
    echo "== $name"
    bounded "$limit" dotnet test "$root/$project" -c "$configuration" --no-build --results-directory "$results" \
        --logger "trx;LogFileName=$file" --logger "console;verbosity=minimal" \
        --blame-hang --blame-hang-timeout 3m --blame-hang-dump-type none
    status=$?
    counters=$(grep -o '<Counters [^>]*>' "$results/$file" 2>/dev/null)
    total=$(counter total "$counters") executed=$(counter executed "$counters") good=$(counter passed "$counters")
    passed=$((passed + good))
    skipped=$((skipped + total - executed))
    failed=$((failed + executed - good))
    while read -r line; do failures+=("$name: $line"); done < <(failed_tests "$results/$file")
    if [ "$executed" -eq 0 ] || { [ $status -ne 0 ] && [ "$executed" -eq "$good" ]; }; then
        failed=$((failed + 1))
        failures+=("$name: the run did not end well")
        echo "== $name: the run did not end well (status $status, $executed tests ran)"
    fi
    echo "== $name: $good of $total passed, $((SECONDS - started)) s"
}

# failed_tests FILE: a line for each, its name and how its message begins: its first twelve lines, joined.
failed_tests() {
    [ -f "$1" ] && awk '
        function said(text) { gsub(/&#xD;|\r/, "", text); message = message (lines++ > 0 ? " | " : "") text; if (lines == 12) { print name ": " substr(message, 1, 900); name = "" } }
        /<UnitTestResult / { name = message = ""; lines = inside = 0; if (/outcome="Failed"/ && match($0, /testName="[^"]*"/)) name = substr($0, RSTART + 10, RLENGTH - 11) }
        name != "" && /<Message>/ { inside = 1; sub(/^.*<Message>/, "") }
        name != "" && inside && /<\/Message>/ { sub(/<\/Message>.*$/, ""); said($0); if (name != "") print name ": " substr(message, 1, 900); name = ""; next }
        name != "" && inside { said($0) }' "$1"
}

# beside FUNCTION: its steps run in the background, with what the tests in front of them leave of the machine; `joined` waits for them, shows what they
# printed and counts them.
beside() {
    (
        renice -n 10 $BASHPID >/dev/null
        passed=0 failed=0 failures=()
        "$1"
        printf '%s\n' $passed $failed "${failures[@]}" >"$results/beside.counts"
    ) >"$results/beside.log" 2>&1 &
    beside=$!
}

joined() {
    local counts=()
    wait $beside
    cat "$results/beside.log"
    [ -f "$results/beside.counts" ] && mapfile -t counts <"$results/beside.counts"
    [ ${#counts[@]} -ge 2 ] || counts=(0 1 "what ran beside the tests did not end")
    passed=$((passed + counts[0])) failed=$((failed + counts[1]))
    failures+=("${counts[@]:2}")
}

counter() {
    local value
    value=$(grep -o " $1=\"[0-9]*\"" <<<"$2" | grep -o '[0-9]*')
    echo "${value:-0}"
}

missing_packages() {
    local package
    command -v dpkg-query >/dev/null || return 0
    for package in "${packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

prerequisites() {
    local missing
    command -v dotnet >/dev/null || {
        echo "dotnet is not in the PATH: install the .NET 10 SDK (https://dotnet.microsoft.com/download)"
        return 1
    }
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "${1:-}" = --install ]; then
        # A machine that has just started may be at its own updates.
        apt-get update -q && apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "${missing[@]}"
    else
        echo "missing: apt-get install -y --no-install-recommends ${missing[*]}"
        return 1
    fi
}

case "${1:-}" in
    "" | --install) ;;
    *)
        sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
        exit 1
        ;;
esac

# The binaries that only a release has.
packaging() {
    step "native binaries for arm64" 1200 packaging/publish.sh --rid linux-arm64 "$native-arm64" || return
    step "arm64 under qemu" 600 packaging/test-arm64.sh "$native-arm64"
    # The same compiled code, linked once more: the kind that is released (docs/decisions.md, "Which binaries does the gate package?").
    step "native binaries for Debian" 600 packaging/publish.sh --system-openssl "$native-system" &&
        step "native binaries for Debian, arm64" 600 packaging/publish.sh --system-openssl --rid linux-arm64 "$native-arm64-system" &&
        step "Debian packages" 900 packaging/deb/test.sh "$native-system" "$native-arm64-system"
}

cd "$root" || exit 1
mkdir -p "$results"
rm -f "$results"/beside.*

echo "== prerequisites"
prerequisites "${1:-}" </dev/null || {
    failed=$((failed + 1))
    end
}

step "restore" 600 dotnet restore FastRtspProxy.sln -v quiet || end
step "formatting" 400 dotnet format whitespace FastRtspProxy.sln --no-restore --verify-no-changes
# The rest of the style is the build's to refuse.
step "order of usings" 400 dotnet format style FastRtspProxy.sln --no-restore --verify-no-changes --diagnostics IMPORTS
step "models" 400 models/check.sh
# Warnings are errors in every project.
step "build Debug" 900 dotnet build FastRtspProxy.sln -c Debug --no-restore -v quiet || end
# The analyzers, which are half of a build, have seen the same sources.
step "build Release" 900 dotnet build FastRtspProxy.sln -c Release --no-restore -v quiet -p:RunAnalyzers=false || end
step "interleavings" 800 tests/FastRtspProxy.InterleavingTests/run.sh
tests "unit tests Debug" 1200 tests/FastRtspProxy.Tests Debug
tests "unit tests Release" 1200 tests/FastRtspProxy.Tests Release
if step "native binaries" 1200 packaging/publish.sh "$native"; then
    export FASTRTSPPROXY_BIN=$native/fastrtspproxy RTSPSIM_BIN=$native/rtspsim
    beside packaging
    tests "end-to-end tests" 2400 tests/FastRtspProxy.EndToEndTests Release
    joined
fi
step "microbenchmark gate" 900 dotnet run -c Release --no-build --project bench/FastRtspProxy.Microbenchmarks -- --gate
end
