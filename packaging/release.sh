#!/bin/bash
# Makes everything of a release in artifacts/release/VERSION:
#     packaging/release.sh [--dry-run] [--only x64|arm64] VERSION
#   fastrtspproxy-VERSION-linux-{x64,arm64}.tar.gz   both programs with OpenSSL inside, documentation, licences
#   fastrtspproxy_VERSION-1_{amd64,arm64}.deb        the same with the distribution's OpenSSL
#   fastrtspproxy-VERSION.spdx.json                  what is in them: SPDX 2.3
#   NOTES.md                                         the entry of CHANGELOG.md
#   SHA256SUMS
# Run twice, it makes the same bytes: times are those of the commit, names are sorted, paths do not enter. Another SDK, linker or OpenSSL makes others.
#
# Refused: a version that Directory.Build.props or the newest entry of CHANGELOG.md does not name, and a tree that differs from its commit.
# --dry-run says what would be made; --only makes the files of one platform.
#
# Needs what publish.sh needs for each platform, debhelper and python3. Build on the oldest distribution that is to run it (the C library): Debian 12.
set -eu -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
platforms=(x64 arm64)
dry_run=false
while [ $# -gt 0 ]; do
    case "$1" in
        --dry-run) dry_run=true ;;
        --only)
            platforms=("${2:-}")
            [ "${2:-}" = x64 ] || [ "${2:-}" = arm64 ] || { echo "release.sh: --only \"${2:-}\": x64 and arm64 can be made" >&2; exit 1; }
            shift
            ;;
        *) break ;;
    esac
    shift
done
[ $# -eq 1 ] && [ "${1#-}" = "$1" ] || {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 1
}
version=$1

fail() {
    echo "release.sh: $*" >&2
    exit 1
}

cd "$root"
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "\"$version\" is no version: three numbers, 1.2.3"
named=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
[ "$named" = "$version" ] || fail "Directory.Build.props names version $named, not $version: change <Version> there, then UPDATE_DOCS=1 dotnet test tests/FastRtspProxy.Tests --filter MadeFile"
newest=$(grep -m1 '^## \[' CHANGELOG.md || true)
[[ $newest =~ ^"## [$version] - "[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] || fail "the newest entry of CHANGELOG.md is \"$newest\", not \"## [$version] - DATE\": give it that name"
command -v git >/dev/null && git rev-parse --git-dir >/dev/null 2>&1 || fail "no git repository in $root: releases are made of a commit"
[ -z "$(git status --porcelain)" ] || fail "the tree differs from its commit: commit or remove what \"git status\" lists"
if git rev-parse -q --verify "refs/tags/v$version" >/dev/null && [ "$(git rev-list -n 1 "v$version")" != "$(git rev-parse HEAD)" ]; then
    fail "the tag v$version is another commit than this one: git checkout v$version"
fi
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

out=$root/artifacts/release/$version
build=$root/artifacts/release/build
deb_name() { [ "$1" = x64 ] && echo amd64 || echo "$1"; }
names=()
for platform in "${platforms[@]}"; do
    names+=("fastrtspproxy-$version-linux-$platform.tar.gz" "fastrtspproxy_$version-1_$(deb_name "$platform").deb")
done
if $dry_run; then
    echo "version $version, commit $(git rev-parse --short HEAD) of $(date -d "@$SOURCE_DATE_EPOCH" +%F); into $out:"
    printf '%s\n' "${names[@]}" "fastrtspproxy-$version.spdx.json" NOTES.md SHA256SUMS
    exit 0
fi

# From nothing: what an earlier build left may be of another compiler.
rm -rf "$out" "$build" artifacts/aot-build artifacts/sysroot-arm64
mkdir -p "$out" "$build"

for platform in "${platforms[@]}"; do
    packaging/publish.sh --rid "linux-$platform" "$build/$platform"
    packaging/publish.sh --system-openssl --rid "linux-$platform" "$build/$platform-system"

    folder=fastrtspproxy-$version-linux-$platform
    mkdir -p "$build/$folder/systemd"
    cp "$build/$platform/fastrtspproxy" "$build/$platform/rtspsim" LICENSE THIRD-PARTY-NOTICES.txt README.md CHANGELOG.md SECURITY.md docs/fastrtspproxy.sample.yaml packaging/config.yaml "$build/$folder"
    mkdir "$build/$folder/man"
    cp docs/*.[15] "$build/$folder/man"
    cp packaging/systemd/* "$build/$folder/systemd"
    cp -r packaging/completions "$build/$folder"
    tar -C "$build" --sort=name --format=ustar --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w -cf - "$folder" |
        gzip -n9 >"$out/$folder.tar.gz"

    packaging/deb/build.sh --arch "$(deb_name "$platform")" --binaries "$build/$platform-system" --version "$version" --out "$out"
done

packaging/sbom.py "$version" "$out/fastrtspproxy-$version.spdx.json" "${platforms[@]}"
# The entry without its heading, to the next one.
awk '/^## \[/ { entries++; next } entries == 1' CHANGELOG.md | sed -e '/./,$!d' >"$out/NOTES.md"
(cd "$out" && sha256sum -- *.tar.gz *.deb *.json NOTES.md >SHA256SUMS)
echo "$out:"
cat "$out/SHA256SUMS"
