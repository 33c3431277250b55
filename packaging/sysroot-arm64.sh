#!/bin/bash
# Lays the arm64 files that a cross build links against, and that qemu-aarch64 runs its programs with, into DIR:
#     packaging/sysroot-arm64.sh DIR
# They are the distribution's own packages (libc, libgcc, OpenSSL with its static libraries), fetched and unpacked beside this machine's: it gets no foreign
# architecture, and nothing is installed. DIR/packages names them with their versions. A DIR that is complete is left as it is: remove it for newer ones.
#
# Needs apt-get, dpkg and gcc, whose version is that of the libgcc to fetch.
set -u -o pipefail

[ $# -eq 1 ] && [ "${1#-}" = "$1" ] || {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 1
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sysroot=$1
[ -e "$sysroot/packages" ] && exit 0

fail() {
    echo "sysroot-arm64.sh: $*" >&2
    exit 1
}

command -v apt-get >/dev/null && command -v gcc >/dev/null || fail "apt-get and gcc are needed: this takes arm64 packages of Debian or Ubuntu"
# For apt-get's own user, who may not look into a home.
fetch=$(mktemp -d /tmp/sysroot.XXXXXX) || exit 1
trap 'rm -rf "$fetch"' EXIT
chmod 755 "$fetch"
mkdir -p "$fetch/state/lists/partial" "$fetch/cache/archives/partial" "$fetch/debs" "$fetch/sources"

# The distribution's sources alone: others may have nothing for arm64. Ubuntu keeps that architecture on a host of its own.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    grep -qE '(debian|ubuntu)-archive-keyring|^deb .*(debian|ubuntu)' "$file" 2>/dev/null || continue
    "$here/mirrors.sh" "$file" |
        sed -E -e 's#https?://[a-z0-9.-]*(archive|security)\.ubuntu\.com/ubuntu#http://ports.ubuntu.com/ubuntu-ports#' >"$fetch/sources/${file##*/}" || exit 1
done

apt() {
    local command=$1
    shift
    (cd "$fetch/debs" && "apt-$command" -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State="$fetch/state" -o Dir::State::status=/dev/null \
        -o Dir::Cache="$fetch/cache" -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$fetch/sources" -o Acquire::Languages=none "$@")
}

apt get update >"$fetch/log" 2>&1 || { cat "$fetch/log" >&2; fail "the lists of arm64 packages cannot be fetched, see above"; }
# Its name has changed with the size of time_t.
openssl=$(apt cache depends libssl-dev | awk '/Depends: libssl3/ { print $2; exit }')
apt get download libc6 libc6-dev linux-libc-dev libgcc-s1 "libgcc-$(gcc -dumpversion)-dev" libssl-dev "$openssl" >"$fetch/log" 2>&1 ||
    { cat "$fetch/log" >&2; fail "the arm64 packages cannot be fetched, see above"; }

rm -rf "$sysroot"
mkdir -p "$sysroot" || exit 1
for package in "$fetch"/debs/*.deb; do
    dpkg -x "$package" "$sysroot" || fail "${package##*/} cannot be unpacked into $sysroot"
done
# An absolute link of theirs would lead to this machine's files, or nowhere.
find "$sysroot" -type l -lname '/*' | while read -r link; do
    ln -sfnr "$sysroot$(readlink "$link")" "$link"
done
for package in "$fetch"/debs/*.deb; do
    dpkg-deb -f "$package" Package Version | awk '{ printf "%s%s", $2, NR % 2 ? " " : "\n" }'
done >"$sysroot/packages.new"
mv "$sysroot/packages.new" "$sysroot/packages"
