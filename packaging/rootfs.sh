#!/bin/sh
# Lays the whole root file system of the container image into DIR: the program (the build with OpenSSL inside), loader and C library, the certificates of the
# authorities, a user, a configuration, the licences. Nothing else: no shell, no package manager.
#     packaging/rootfs.sh [--arch amd64|arm64] [--files ROOT] BINARY DIR
# packaging/Containerfile runs it, and whoever has no container engine runs what it makes by chroot or unshare. Loader, C library and certificates are this
# machine's; --files names the folder to take those of another architecture from (that of sysroot-arm64.sh).
# As root the folders get the image's owner, 65532.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
arch=$(uname -m)
files=
fail() {
    echo "rootfs.sh: $*" >&2
    exit 1
}
while [ $# -gt 0 ]; do
    case "$1" in
        --arch) arch=${2:-}; shift 2 ;;
        --files) files=${2:-}; shift 2 ;;
        *) break ;;
    esac
done
[ $# -eq 2 ] || {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"
    exit 1
}
binary=$1
root=$2
case "$arch" in
    amd64 | x86_64) libraries=x86_64-linux-gnu loader=/lib64/ld-linux-x86-64.so.2 machine=62 ;;
    arm64 | aarch64) libraries=aarch64-linux-gnu loader=/lib/ld-linux-aarch64.so.1 machine=183 ;;
    *) fail "--arch $arch: amd64 and arm64 can be made" ;;
esac
[ -f "$binary" ] || fail "no $binary: make it with packaging/publish.sh"
# elf(5): e_ident begins with 7F 45 4C 46, e_machine stands at 18.
is_for() { [ "$(od -An -tx1 -N4 "$1" | tr -d ' ')" = 7f454c46 ] && [ "$(od -An -tu2 -j18 -N2 "$1" | tr -d ' ')" = "$machine" ]; }
is_for "$binary" || fail "$binary is no program for $arch: make it with packaging/publish.sh --rid, or name its architecture by --arch"
[ ! -e "$root" ] || [ -z "$(ls -A "$root")" ] || fail "$root is not empty: name another folder, or remove it"
certificates=/etc/ssl/certs/ca-certificates.crt
[ -f $certificates ] || fail "no $certificates: apt-get install -y ca-certificates"

umask 022
# put MODE FILE AT: a file with that mode at a path of the root.
put() {
    [ -f "$2" ] || fail "$2 is missing"
    mkdir -p "$root$(dirname "$3")"
    cp "$2" "$root$3"
    chmod "$1" "$root$3"
}

put 755 "$binary" /fastrtspproxy
is_for "$files$loader" || fail "$files$loader is not of $arch: name the folder that has it by --files"
put 755 "$files$loader" "$loader"
for library in libc.so.6 libm.so.6; do
    put 755 "$files/lib/$libraries/$library" "/lib/$libraries/$library"
done
put 644 $certificates $certificates
for file in passwd group nsswitch.conf; do
    put 644 "$here/packaging/container/$file" "/etc/$file"
done
put 644 "$here/packaging/container/config.yaml" /etc/fastrtspproxy/config.yaml
put 644 "$here/LICENSE" /usr/share/doc/fastrtspproxy/LICENSE
put 644 "$here/THIRD-PARTY-NOTICES.txt" /usr/share/doc/fastrtspproxy/THIRD-PARTY-NOTICES.txt
put 644 "$files/usr/share/doc/libc6/copyright" /usr/share/doc/libc6/copyright
put 644 /usr/share/doc/ca-certificates/copyright /usr/share/doc/ca-certificates/copyright
# Texts of 0.2 MB, for whoever copies them out: nothing in the image reads them.
gzip -n9 "$root/usr/share/doc/fastrtspproxy/THIRD-PARTY-NOTICES.txt" "$root/usr/share/doc/libc6/copyright" "$root/usr/share/doc/ca-certificates/copyright"
# Where an engine mounts its own; streams that the API made; what a test or a person mounts.
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/var/lib/fastrtspproxy/streams"
chmod 1777 "$root/tmp"
chmod 700 "$root/var/lib/fastrtspproxy" "$root/var/lib/fastrtspproxy/streams"
[ "$(id -u)" != 0 ] || chown -R 65532:65532 "$root/var/lib/fastrtspproxy"
