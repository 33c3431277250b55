#!/bin/bash
# Publishes both programs as self-contained native binaries into DIR (default artifacts/aot) and prints the path of each as the last lines:
#     packaging/publish.sh [--system-openssl] [--rid linux-x64|linux-arm64] [DIR]
#
# OpenSSL is linked into them, so that they start on a machine without it, whatever version that machine has: random numbers, digests and TLS
# go through it. It is told to keep no buffers for a viewer over rtsps that is silent (src/FastRtspProxy.Net/Native), 17 KiB a viewer.
# With --system-openssl they load the machine's (4 MB less each, and the distribution's updates reach them), which keeps its buffers; where it
# is missing they say so and end.
#
# Needs the .NET SDK that global.json names, and a linker: gcc (or clang) and zlib's headers; for OpenSSL its static libraries, and cmake
# and make for what stands between it and the SDK. On Debian and Ubuntu
#     apt-get install -y gcc libc6-dev zlib1g-dev cmake make libssl-dev
# linux-arm64 is built on linux-x64, against the distribution's arm64 packages (sysroot-arm64.sh, in artifacts/sysroot-arm64), and needs
#     apt-get install -y gcc clang lld binutils-aarch64-linux-gnu cmake make
#
# The bytes are those of the sources: the same from another folder, or at another time, with the same SDK, linker and OpenSSL.
set -u -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages="gcc libc6-dev zlib1g-dev cmake make libssl-dev"
static_openssl=true
rid=linux-x64
while [ $# -gt 0 ]; do
    case "$1" in
        --system-openssl)
            packages="gcc libc6-dev zlib1g-dev"
            static_openssl=false
            shift
            ;;
        --rid)
            rid=${2:-}
            case "$rid" in
                linux-x64 | linux-arm64) ;;
                *)
                    echo "publish.sh: --rid \"$rid\": linux-x64 and linux-arm64 can be made" >&2
                    exit 1
                    ;;
            esac
            shift 2
            ;;
        -*)
            sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
            case "$1" in -h | --help) exit 0 ;; esac
            echo "publish.sh: $1: there is no such option" >&2
            exit 1
            ;;
        *) break ;;
    esac
done
out=${1:-$root/artifacts/aot}
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)
# Of its own, so that publishing neither disturbs nor reuses an ordinary build, which has neither PublishAot nor a runtime identifier. Both platforms share
# what is compiled once for all, and both kinds of OpenSSL what is compiled for a platform.
work=$root/artifacts/aot-build
log=$work/publish-$rid.log
projects=(src/FastRtspProxy/FastRtspProxy.csproj src/FastRtspProxy.Simulator/FastRtspProxy.Simulator.csproj)
binaries=(fastrtspproxy rtspsim)

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1

fail() {
    echo "publish.sh: $*" >&2
    exit 1
}

command -v dotnet >/dev/null || fail "dotnet is not in the PATH: install the .NET 10 SDK (https://dotnet.microsoft.com/download)"
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "this script makes binaries on linux-x64; here is $(uname -s)-$(uname -m)"
cross=()
if [ "$rid" = linux-arm64 ]; then
    packages="gcc clang lld binutils-aarch64-linux-gnu cmake make"
    for tool in clang ld.lld aarch64-linux-gnu-objcopy; do
        command -v $tool >/dev/null || fail "no $tool: apt-get install -y $packages"
    done
    compiler=clang
    export SYSROOT_ARM64=$root/artifacts/sysroot-arm64 CMAKE_TOOLCHAIN_FILE=$root/packaging/arm64.cmake
    "$root/packaging/sysroot-arm64.sh" "$SYSROOT_ARM64" || exit 1
    cross=("-p:SysRoot=$SYSROOT_ARM64" -p:LinkerFlavor=lld -p:ObjCopyName=aarch64-linux-gnu-objcopy "-p:CustomAfterMicrosoftCommonTargets=$root/packaging/arm64.targets")
else
    # Said to the SDK, which would take clang where there is one: the same binary on a machine that has both.
    compiler=$(command -v gcc || command -v clang) || fail "no linker: apt-get install -y $packages"
fi
if $static_openssl; then
    command -v cmake >/dev/null && command -v make >/dev/null || fail "no cmake or no make, which linking OpenSSL needs: apt-get install -y $packages (or use --system-openssl)"
    # The compiler driver names the file itself when it finds none.
    for library in libssl.a libcrypto.a; do
        [ "$rid" = linux-arm64 ] || [ -e "$("$compiler" -print-file-name=$library)" ] ||
            fail "no $library to link OpenSSL from: apt-get install -y $packages (or use --system-openssl)"
    done
fi

# PublishAot stands here and not in the projects: set there, a plain build fetches the native compiler, which it does not need.
properties=(-p:PublishAot=true "-p:StaticOpenSslLinking=$static_openssl" "-p:CppCompilerAndLinker=${compiler##*/}" "-p:PathMap=$root=/_" "${cross[@]}")
# The SDK's C code is compiled by cmake, which takes this. It stands in the folder of the packages.
export CFLAGS="-ffile-prefix-map=$root=/_ -ffile-prefix-map=${NUGET_PACKAGES:-$HOME/.nuget/packages}=/_/packages"

mkdir -p "$work"
: >"$log"
for project in "${projects[@]}"; do
    dotnet restore "$root/$project" -r "$rid" "${properties[@]}" --artifacts-path "$work" -v quiet >>"$log" 2>&1 || {
        cat "$log" >&2
        fail "the packages cannot be restored, see above"
    }
done
# Which OpenSSL it is to be is no input of the link that the SDK would notice.
rm -f "$work"/bin/*/release_"$rid"/native/*
for project in "${projects[@]}"; do
    # Without line numbers of C#, which nothing shows of a native binary: the framework's generator of log methods orders its source by chance, and
    # they would carry that into the binary, as another identity of the assembly.
    # A trimming or AOT warning (IL2xxx, IL3xxx) is an error: what it names fails at run time, and in the native binary only.
    dotnet publish "$root/$project" -c Release -r "$rid" --no-restore "${properties[@]}" --artifacts-path "$work" \
        -o "$work/out-$rid" -p:StripSymbols=true -p:TrimmerSingleWarn=false -p:RunAnalyzers=false -p:DebugType=none \
        -p:ILLinkTreatWarningsAsErrors=true -p:IlcTreatWarningsAsErrors=true -v minimal >>"$log" 2>&1 || {
        cat "$log" >&2
        grep -q 'cannot find -lz' "$log" && fail "the linker misses zlib: apt-get install -y $packages"
        fail "publishing failed, see above"
    }
done
# Those of the trimmer, the compiler and the SDK. OpenSSL's shim is compiled in between, and its C compiler warns of that code, which is not ours.
if grep -E 'warning (IL|CS|NETSDK)[0-9]+' "$log" >&2; then
    fail "publishing gave warnings, see above"
fi

for name in "${binaries[@]}"; do
    # Replaced by renaming: a copy that is running goes on as it is.
    cp "$work/out-$rid/$name" "$out/.$name.new" && mv -f "$out/.$name.new" "$out/$name" || fail "$out is not writable"
done
echo "published for $rid, OpenSSL $($static_openssl && echo linked in || echo "of the machine")"
for name in "${binaries[@]}"; do
    echo "$out/$name"
done
