#!/bin/bash
# Tests the Debian package, as root:
#     packaging/deb/test.sh BINARIES [ARM64-BINARIES]
# BINARIES are those of packaging/publish.sh --system-openssl, as a release has them. Their package (amd64) is built twice, looked at by lintian, and
# installed by apt into a root of its own, which is made anew from the machine's own mirror: only what is essential, without systemd, so what the package
# needs it has to say itself. There its service's configuration is checked and run, --demo and a camera are played by a player outside, configuration
# files are changed by the administrator and by the package, and a purge leaves nothing.
# That of ARM64-BINARIES is built and looked at.
# Ends with 0, or with the first thing that is not as it should be.
#
# Needs
#     apt-get install -y --no-install-recommends debhelper lintian mmdebstrap ffmpeg iproute2 util-linux
set -eu -o pipefail
export LC_ALL=C.UTF-8 XZ_LEVEL=1 SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date +%s)}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 1
}
binaries=$1
arm64=${2:-}

fail() {
    echo "test.sh: $*" >&2
    exit 1
}
[ "$(id -u)" = 0 ] || fail "only root may make a root"
for program in dh_builddeb lintian mmdebstrap ffprobe ip unshare; do
    command -v $program >/dev/null || fail "$program is missing: apt-get install -y --no-install-recommends debhelper lintian mmdebstrap ffmpeg iproute2 util-linux"
done

work=$(mktemp -d)
root=$work/root
end() {
    local pid
    for pid in $(jobs -p); do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap end EXIT

started=$SECONDS
say() { echo "-- $* ($((SECONDS - started)) s)"; }
inside() { chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/ "$@"; }
status_of() { inside dpkg-query -W -f '${db:Status-Abbrev}' fastrtspproxy 2>/dev/null || true; }

# The distribution that this machine is: where its packages come from, without those of others.
sources() {
    apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
        sed -n 's/^\(.*\) \(Debian\|Ubuntu\)$/\1/p' | "$here/../mirrors.sh" | sort -u | sed 's/^/deb /'
}

# repack DEB VERSION CONFIG: the package at another version, with that line more in its configuration; no line: the same one. Prints its path.
repack() {
    local tree=$work/repack deb=$work/fastrtspproxy_$2_amd64.deb
    rm -rf "$tree"
    dpkg-deb -R "$1" "$tree"
    sed -i "s/^Version: .*/Version: $2/" "$tree/DEBIAN/control"
    [ -z "$3" ] || echo "$3" >>"$tree/etc/fastrtspproxy/config.yaml"
    dpkg-deb --root-owner-group -Zgzip -z1 -b "$tree" "$deb" >/dev/null
    echo "$deb"
}

# install DEB [OPTION...]: by dpkg, with nobody to answer.
install_deb() {
    local deb=$1
    shift
    cp "$deb" "$root/tmp"
    inside dpkg "$@" -i "/tmp/$(basename "$deb")" </dev/null >"$work/dpkg.log" 2>&1
}

root_made() {
    sources >"$work/sources.list"
    [ -s "$work/sources.list" ] || {
        apt-get update -q >/dev/null && sources >"$work/sources.list"
    }
    [ -s "$work/sources.list" ] || fail "the apt sources of this machine name no Debian and no Ubuntu"
    mmdebstrap --quiet --variant=apt --skip=cleanup/apt/lists "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "$work/sources.list"
}
root_made >"$work/root.log" 2>&1 &
root_job=$!

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$here/../../Directory.Build.props")
"$here/build.sh" --arch amd64 --binaries "$binaries" --version $version --out "$work/one" >"$work/one.log" 2>&1 &
one_job=$!
"$here/build.sh" --arch amd64 --binaries "$binaries" --version $version --out "$work/two" >"$work/two.log" 2>&1 || fail "$(cat "$work/two.log")"
wait $one_job || fail "$(cat "$work/one.log")"
deb=$(tail -n 1 "$work/one.log")
cmp "$work"/one/*.deb "$work"/two/*.deb || fail "built twice, the package is not the same"
[[ "$(dpkg-deb -f "$deb" Depends)" == *", libssl3 | libssl3t64,"* ]] || fail "$binaries have OpenSSL inside, and the package that is released has not: packaging/publish.sh --system-openssl"
say "built twice, the same bytes: $(basename "$deb"), $(($(stat -c %s "$deb") / 1000)) kB; $(dpkg-deb -f "$deb" Depends)"

debs=("$deb")
if [ -n "$arm64" ]; then
    "$here/build.sh" --arch arm64 --binaries "$arm64" --version $version --out "$work/one" >"$work/arm64.log" 2>&1 || fail "$(cat "$work/arm64.log")"
    debs+=("$(tail -n 1 "$work/arm64.log")")
fi
for one in "${debs[@]}"; do
    remarks=$(lintian --allow-root --fail-on none --tag-display-limit 0 "$one" 2>&1 | grep -v '^running with root privileges' || true)
    ! grep -E '^[EW]:' <<<"$remarks" || fail "lintian has something against $(basename "$one")"
done
say "lintian: ${#debs[@]} without errors and warnings"

wait $root_job || fail "no root could be made: $(cat "$work/root.log")"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$deb" "$root/tmp"
# What it depends on first, so that what is left behind by a purge is its own.
needed=$(inside apt-get install -s --no-install-recommends "/tmp/$(basename "$deb")" | awk '$1 == "Inst" && $2 != "fastrtspproxy" { print $2 }')
# shellcheck disable=SC2086 # a list of names
[ -z "$needed" ] || inside apt-get install -y -q --no-install-recommends $needed >"$work/needed.log" 2>&1 || fail "$(cat "$work/needed.log")"
say "a root of $(inside dpkg-query -W | wc -l) packages"

files() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o -print | sort); }
files >"$work/before"

inside apt-get install -y -q "/tmp/$(basename "$deb")" >"$work/install.log" 2>&1 || fail "$(cat "$work/install.log")"
! grep -iE 'error|warning|failed|not found' "$work/install.log" | grep -v debconf || fail "the installation complains"
[ "$(status_of)" = "ii " ] || fail "after the installation dpkg says \"$(status_of)\""
[ -L "$root/etc/systemd/system/multi-user.target.wants/fastrtspproxy.service" ] || fail "the service is not enabled"
grep -qF 'net.core.rmem_max = 8388608' "$root/usr/lib/sysctl.d/50-fastrtspproxy.conf" || fail "the kernel's buffers are not set"
for program in fastrtspproxy rtspsim; do
    inside $program --version >/dev/null || fail "$program does not run where only the packages are that the package names"
done
inside fastrtspproxy --version -v | grep -qE '^OpenSSL: 3[0-9.]+ of this machine ' || fail "it does not take the machine's OpenSSL: $(inside fastrtspproxy --version -v)"
inside fastrtspproxy --config /etc/fastrtspproxy/config.yaml --check || fail "the configuration that is installed has errors"
say "installed"

# As somebody who may nothing, in the root; the network is one where only the programs and this script's player are.
cat >"$work/play.sh" <<'END'
set -eu
root=$1 work=$2
ip link set lo up
run() { exec chroot --userspec=65534:65534 "$root" env HOME=/ "$@"; } # in the background, so that its process is the program's
fail() { echo "test.sh: $*" >&2; cat "$work/run.log" >&2; exit 1; }
# until FILE TEXT
until_said() {
    for i in $(seq 300); do
        grep -qF "$2" "$1" && return 0
        kill -0 $pid 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}
stopped() {
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    [ $status = 0 ] || fail "SIGTERM ended it with $status"
}

# The service without its manager: it runs with nothing to serve, says what to do, and takes the first stream when the file is saved.
chroot "$root" install -d -o 65534 /var/lib/private/fastrtspproxy/streams
ln -s private/fastrtspproxy "$root/var/lib/fastrtspproxy"
run fastrtspproxy --config /etc/fastrtspproxy/config.yaml >"$work/run.log" 2>&1 &
pid=$!
until_said "$work/run.log" 'There is no stream yet: name one under "streams" in /etc/fastrtspproxy/config.yaml' || fail "the service does not say that there is nothing to serve"
stopped

run fastrtspproxy --demo -p 8554 >"$work/run.log" 2>&1 &
pid=$!
until_said "$work/run.log" 'A page with the live picture' || fail "--demo does not start"
plays() {
    for transport in tcp udp; do
        pictures=$(ffprobe -v error -rtsp_transport $transport -read_intervals %+2 -select_streams v -count_packets -show_entries stream=codec_name,nb_read_packets -of csv=p=0 rtsp://127.0.0.1:8554/proxyStream </dev/null)
        [ "${pictures%%,*}" = h264 ] && [ "${pictures##*,}" -gt 10 ] || fail "a player over $transport got \"$pictures\""
    done
}
plays
stopped

# README's other command, with the camera that the package brings.
run rtspsim camera --port 8600 >"$work/camera.log" 2>&1 &
camera=$! pid=$!
until_said "$work/camera.log" 'rtsp://' || fail "rtspsim does not start: $(cat "$work/camera.log")"
run fastrtspproxy -p 8554 "$(grep -m1 -o 'rtsp://[^ ]*' "$work/camera.log")" >"$work/run.log" 2>&1 &
pid=$!
until_said "$work/run.log" 'Play this stream using the URL: ' || fail "with a camera it does not start"
plays
stopped
kill $camera
END
timeout 120 unshare --net --mount sh "$work/play.sh" "$root" "$work" || fail "the installed program does not serve"
say "run as the service is; --demo, and a camera, played over TCP and UDP"

config=$root/etc/fastrtspproxy/config.yaml
config_is() { # config_is what: TEXT...
    local text what=$1
    shift
    for text in "$@"; do
        case $text in
            !*) ! grep -qF "${text#!}" "$config" || fail "$what: the configuration has \"${text#!}\"" ;;
            *) grep -qF "$text" "$config" || fail "$what: the configuration has no \"$text\"" ;;
        esac
    done
}
install_deb "$(repack "$deb" "$version-2" '# packaged 2')" || fail "$(cat "$work/dpkg.log")"
config_is "upgrade, nobody but the package changed it" "# packaged 2"
echo '# changed by the administrator' >>"$config"
install_deb "$(repack "$deb" "$version-3" '# packaged 2')" || fail "$(cat "$work/dpkg.log")"
config_is "upgrade, only the administrator changed it" "# packaged 2" "# changed by the administrator"
changed=$(repack "$deb" "$version-4" '# packaged 4')
! install_deb "$changed" || fail "both changed it, and nobody was asked"
grep -qF 'config.yaml' "$work/dpkg.log" && grep -qiE 'conffile prompt|end of file on stdin' "$work/dpkg.log" || fail "both changed it, and it ended otherwise than with a question: $(cat "$work/dpkg.log")"
install_deb "$changed" --force-confold || fail "$(cat "$work/dpkg.log")"
config_is "upgrade, both changed it, --force-confold" "# changed by the administrator" "!# packaged 4"
grep -qF '# packaged 4' "$config.dpkg-dist" || fail "the package's configuration is not beside the kept one"
say "upgraded with every configuration kept that is the administrator's"

inside dpkg -r fastrtspproxy >"$work/dpkg.log" 2>&1 || fail "$(cat "$work/dpkg.log")"
[ ! -e "$root/usr/bin/fastrtspproxy" ] || fail "removed, and the program is there"
config_is "removed" "# changed by the administrator"
[ -d "$root/var/lib/private/fastrtspproxy" ] || fail "removed, and the streams that the API made are gone: that is for a purge"
inside dpkg -P fastrtspproxy >"$work/dpkg.log" 2>&1 || fail "$(cat "$work/dpkg.log")"
# A folder that was not there before and is the system's own.
files | grep -vxF ./var/lib/private >"$work/after"
diff "$work/before" "$work/after" || fail "purged, and this is not as it was before"
say "purged: nothing is left"
