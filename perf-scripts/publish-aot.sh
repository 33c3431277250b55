#!/bin/bash
# Publishes both programs as self-contained native binaries for linux-x64 into DIR (default artifacts/aot) and prints the path of each
# as the last lines:
#     perf-scripts/publish-aot.sh [--system-openssl] [DIR]
#
# OpenSSL is linked into them, so that they start on a machine without it, whatever version that machine has: random numbers, digests and TLS
# go through it. It is told to keep no buffers for a viewer over rtsps that is silent (src/FastRtspProxy.Net/Native), 17 KiB a viewer.
# With --system-openssl they load the machine's (4 MB less each, and the distribution's updates reach them), which keeps its buffers; where it
# is missing they say so and end.
#
# Needs the .NET SDK that global.json names, and a linker: gcc (or clang) and zlib's headers; for OpenSSL its static libraries, and cmake
# and make for what stands between it and the SDK. On Debian and Ubuntu
#     apt-get install -y gcc libc6-dev zlib1g-dev cmake make libssl-dev
# The SDK takes clang when it finds it, else gcc.
#
# net10.0 first. Where the package registry does not serve its native pack, net9.0 (the sources compile for both), and a line says so.
set -u -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages="gcc libc6-dev zlib1g-dev cmake make libssl-dev"
static_openssl=true
case "${1:-}" in
    --system-openssl)
        packages="gcc libc6-dev zlib1g-dev"
        static_openssl=false
        shift
        ;;
    -*)
        sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
        exit 0
        ;;
esac
out=${1:-$root/artifacts/aot}
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)
# Of its own, so that publishing neither disturbs nor reuses an ordinary build, which has neither PublishAot nor a runtime identifier.
work=$root/artifacts/aot-build$($static_openssl || echo -system)
log=$work/publish.log
projects=(src/FastRtspProxy/FastRtspProxy.csproj src/FastRtspProxy.Simulator/FastRtspProxy.Simulator.csproj)
binaries=(fastrtspproxy rtspsim)

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1

fail() {
    echo "publish-aot.sh: $*" >&2
    exit 1
}

command -v dotnet >/dev/null || fail "dotnet is not in the PATH: install the .NET 10 SDK (https://dotnet.microsoft.com/download)"
command -v clang >/dev/null || command -v gcc >/dev/null || fail "no linker: apt-get install -y $packages"
if $static_openssl; then
    command -v cmake >/dev/null && command -v make >/dev/null || fail "no cmake or no make, which linking OpenSSL needs: apt-get install -y $packages (or use --system-openssl)"
    # The compiler driver names the file itself when it finds none.
    for library in libssl.a libcrypto.a; do
        [ -e "$("$(command -v gcc || command -v clang)" -print-file-name=$library)" ] ||
            fail "no $library to link OpenSSL from: apt-get install -y $packages (or use --system-openssl)"
    done
fi
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "this script makes linux-x64 binaries on linux-x64; here is $(uname -s)-$(uname -m)"

# PublishAot stands here and not in the projects: set there, a plain build fails to restore where the native pack is not served.
restore() {
    local project
    for project in "${projects[@]}"; do
        dotnet restore "$root/$project" -r linux-x64 -p:FrpFramework="$1" -p:PublishAot=true -p:StaticOpenSslLinking=$static_openssl --artifacts-path "$work/$1" -v quiet >>"$log" 2>&1 || return 1
    done
}

publish() {
    local project
    for project in "${projects[@]}"; do
        # A trimming or AOT warning (IL2xxx, IL3xxx) is an error: what it names fails at run time, and in the native binary only.
        dotnet publish "$root/$project" -c Release -r linux-x64 --no-restore -p:FrpFramework="$1" -p:PublishAot=true -p:StaticOpenSslLinking=$static_openssl \
            --artifacts-path "$work/$1" \
            -o "$work/$1/out" -p:StripSymbols=true -p:OptimizationPreference=Speed -p:TrimmerSingleWarn=false \
            -p:ILLinkTreatWarningsAsErrors=true -p:IlcTreatWarningsAsErrors=true -v minimal >>"$log" 2>&1 || return 1
    done
}

mkdir -p "$work"
: >"$log"
framework=net10.0
if ! restore $framework; then
    echo "publish-aot.sh: the native pack for $framework cannot be restored ($(grep -o 'error NU[0-9]*' "$log" | head -1)); publishing for net9.0 instead"
    framework=net9.0
    restore $framework || {
        cat "$log" >&2
        fail "the packages for $framework cannot be restored either, see above"
    }
fi

publish $framework || {
    cat "$log" >&2
    grep -q 'cannot find -lz' "$log" && fail "the linker misses zlib: apt-get install -y $packages"
    fail "publishing failed, see above"
}
# Those of the trimmer, the compiler and the SDK. OpenSSL's shim is compiled in between, and its C compiler warns of that code, which is not ours.
if grep -E 'warning (IL|CS|NETSDK)[0-9]+' "$log" >&2; then
    fail "publishing gave warnings, see above"
fi

for name in "${binaries[@]}"; do
    # Replaced by renaming: a copy that is running goes on as it is.
    cp "$work/$framework/out/$name" "$out/.$name.new" && mv -f "$out/.$name.new" "$out/$name" || fail "$out is not writable"
done
echo "published for $framework, linux-x64, OpenSSL $($static_openssl && echo linked in || echo "of the machine")"
for name in "${binaries[@]}"; do
    echo "$out/$name"
done
