#!/bin/bash
# Makes fastrtspproxy_VERSION-1_ARCH.deb in DIR and prints its path as the last line:
#     packaging/deb/build.sh --arch amd64|arm64 --binaries DIR --version VERSION --out DIR
# BINARIES has fastrtspproxy and rtspsim for that architecture, from packaging/publish.sh --system-openssl: the distribution's updates reach OpenSSL
# then. The package depends on what the binaries need (depends.sh), so that those with OpenSSL inside can be packaged, too.
#
# Run twice it makes the same bytes. SOURCE_DATE_EPOCH dates them; without it the newest commit does. The maintainer is DEBFULLNAME <DEBEMAIL>.
#
# XZ_LEVEL (6): 1 is enough to try it.
#
# Needs (nothing of the other architecture)
#     apt-get install -y --no-install-recommends debhelper python3
set -eu -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
fail() {
    echo "build.sh: $*" >&2
    exit 1
}

arch='' binaries='' version='' out=''
while [ $# -gt 0 ]; do
    case $1 in
        --arch) arch=${2:-} ;;
        --binaries) binaries=${2:-} ;;
        --version) version=${2:-} ;;
        --out) out=${2:-} ;;
        *)
            sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
            exit 1
            ;;
    esac
    [ -n "${2:-}" ] || fail "$1 needs a value"
    shift 2
done
case $arch in
    amd64) machine='X86-64' ;;
    arm64) machine='AArch64' ;;
    *) fail "--arch \"$arch\": amd64 and arm64 can be made" ;;
esac
[ -n "$binaries" ] && [ -n "$version" ] && [ -n "$out" ] || fail "--binaries, --version and --out are needed"
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "--version \"$version\": three numbers, 1.2.3, and for a preview a word behind a hyphen, 1.2.3-rc.1"
for program in fastrtspproxy rtspsim; do
    [ -f "$binaries/$program" ] || fail "no $binaries/$program: packaging/publish.sh --system-openssl makes it"
    readelf -h "$binaries/$program" | grep -q "Machine:.*$machine" || fail "$binaries/$program is not for $arch"
done
command -v dh_installsystemd >/dev/null || fail "debhelper is missing: apt-get install -y --no-install-recommends debhelper"
[ -n "${SOURCE_DATE_EPOCH:-}" ] || SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct) || fail "no commit to date the package by: set SOURCE_DATE_EPOCH"
mkdir -p "$out"
out=$(cd "$out" && pwd)
binaries=$(cd "$binaries" && pwd)
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8 TZ=UTC DEB_HOST_ARCH=$arch
# Of a build that this one is part of.
unset DH_OPTIONS DH_VERBOSE DEB_BUILD_OPTIONS DEB_BUILD_PROFILES
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/debian"
cp "$root"/packaging/deb/debian/* "$work/debian"
cd "$work"

# A preview comes before its release.
debian_version=${version/-/\~}-1
maintainer="${DEBFULLNAME:-FastRtspProxy authors} <${DEBEMAIL:-fastrtspproxy@users.noreply.github.com}>"
MAINTAINER=$maintainer perl -pi -e 's/\@MAINTAINER\@/$ENV{MAINTAINER}/' debian/control
cat >debian/changelog <<END
fastrtspproxy ($debian_version) unstable; urgency=medium

  * Version $version; what it changes is in changelog.gz beside this file.

 -- $maintainer  $(date -R -d "@$SOURCE_DATE_EPOCH")
END
"$root/packaging/deb/copyright.py" "$root/LICENSE" "$root/THIRD-PARTY-NOTICES.txt" >debian/copyright
echo "binaries:Depends=$("$root/packaging/deb/depends.sh" "$binaries/fastrtspproxy" "$binaries/rtspsim")" >debian/fastrtspproxy.substvars

tree=debian/fastrtspproxy
put() { # put FILE PATH [MODE]
    install -D -m "${3:-644}" "$1" "$tree/$2"
}
for program in fastrtspproxy rtspsim; do
    put "$binaries/$program" "usr/bin/$program" 755
    put "$root/docs/$program.1" "usr/share/man/man1/$program.1"
    put "$root/packaging/completions/$program.bash" "usr/share/bash-completion/completions/$program"
    put "$root/packaging/completions/_$program" "usr/share/zsh/vendor-completions/_$program"
    put "$root/packaging/completions/$program.fish" "usr/share/fish/vendor_completions.d/$program.fish"
done
put "$root/docs/fastrtspproxy.yaml.5" usr/share/man/man5/fastrtspproxy.yaml.5
put "$root/packaging/config.yaml" etc/fastrtspproxy/config.yaml
# Numbered: what the administrator says in /etc/sysctl.d counts.
put "$root/packaging/systemd/fastrtspproxy.sysctl.conf" usr/lib/sysctl.d/50-fastrtspproxy.conf
put "$root/THIRD-PARTY-NOTICES.txt" usr/share/doc/fastrtspproxy/THIRD-PARTY-NOTICES.txt
put "$root/docs/fastrtspproxy.sample.yaml" usr/share/doc/fastrtspproxy/examples/fastrtspproxy.sample.yaml
put "$root/docs/config.schema.json" usr/share/doc/fastrtspproxy/examples/config.schema.json
for unit in "$root"/packaging/systemd/*.{service,socket}; do
    [ ! -f "$unit" ] || cp "$unit" debian
done

dh_installdocs
dh_installchangelogs "$root/CHANGELOG.md"
# Started and enabled, as a Debian administrator expects; it serves nothing before it is told what. The socket is the administrator's choice.
dh_installsystemd fastrtspproxy.service
[ ! -f debian/fastrtspproxy.socket ] || dh_installsystemd --no-enable --no-start fastrtspproxy.socket
dh_lintian
dh_compress -X/examples/
dh_fixperms
dh_installdeb
dh_gencontrol
dh_md5sums
# dpkg-deb makes younger files as old as this, and leaves older ones: those of a tree that was made before its commit.
find "$tree" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
dh_builddeb --destdir="$out" -- -Zxz "-z${XZ_LEVEL:-6}"
echo "$out/fastrtspproxy_${debian_version}_$arch.deb"
