#!/bin/bash
# Runs systemd as the first process of namespaces of its own (processes, mounts, network, names, cgroups), with the proxy installed as its package does
# it, and a script in it; what that prints is printed, and its status is the status. Nothing outside is changed: /etc, /usr and /var are overlays, /tmp
# and /run are its own, the kernel's settings cannot be written, and of the machine's own units none is there (they would empty /tmp, set the clock).
#     machine.sh UNITS BINARY SIMULATOR SCRIPT      UNITS is packaging/systemd; as root
set -e -u -o pipefail
work=$(mktemp -d /tmp/frp-machine-XXXXXX)
# A cgroup of its own, which is the root of what systemd sees.
kind=$(stat -f -c %T /sys/fs/cgroup)
roots=(/sys/fs/cgroup)
[ "$kind" = cgroup2fs ] || roots=(/sys/fs/cgroup/systemd /sys/fs/cgroup/unified)
name=frp-machine-$$
machine=
for root in "${roots[@]}"; do
    mkdir "$root/$name"
    echo $$ > "$root/$name/cgroup.procs"
done
clean() {
    [ -z "$machine" ] || kill -KILL "$machine" 2> /dev/null || true
    wait
    for root in "${roots[@]}"; do
        echo $$ > "$root/cgroup.procs"
        for _ in $(seq 50); do # until the last process of it is gone
            find "$root/$name" -depth -type d -exec rmdir {} \; 2> /dev/null || true
            [ -d "$root/$name" ] || break
            sleep 0.1
        done
    done
    rm -rf "$work"
}
trap clean EXIT
cat > "$work/begin" <<'E'
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
root=/mnt
mount -t tmpfs tmpfs $root
mkdir $root/out
mount --bind "$WORK" $root/out
cp "$UNITS"/fastrtspproxy.{service,socket} $root
cp "$BINARY" $root/fastrtspproxy
cp "$SIMULATOR" $root/rtspsim
cp "$SCRIPT" $root/check
for folder in etc usr var; do
    mkdir -p $root/$folder/upper $root/$folder/work
    mount -t overlay -o lowerdir=/$folder,upperdir=$root/$folder/upper,workdir=$root/$folder/work overlay /$folder
done
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
chmod 1777 /tmp
install -m 755 $root/fastrtspproxy $root/rtspsim /usr/bin
rm -rf /etc/systemd/system/* /etc/fastrtspproxy
mkdir -p /etc/fastrtspproxy $root/units $root/none
echo 0123456789abcdef0123456789abcdef > /etc/machine-id
install -m 644 $root/fastrtspproxy.{service,socket} $root/units
for unit in sysinit basic sockets shutdown network-online multi-user umount; do
    printf '[Unit]\nDefaultDependencies=no\n' > $root/units/$unit.target
done
printf '[Unit]\nDefaultDependencies=no\nWants=frp-check.service\n' > $root/units/frp.target
cat > $root/units/frp-check.service <<U
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=-/bin/bash -c '/bin/bash $root/check; echo \$\$? > $root/out/status.new; mv $root/out/status.new $root/out/status'
StandardOutput=file:$root/out/output
StandardError=inherit
TimeoutStartSec=infinity
U
ip link set lo up
umount -R /sys/fs/cgroup
if [ "$KIND" = cgroup2fs ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
else
    mount -t tmpfs tmpfs /sys/fs/cgroup
    mkdir /sys/fs/cgroup/unified /sys/fs/cgroup/systemd
    mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
    mount -t cgroup -o none,name=systemd systemd /sys/fs/cgroup/systemd
fi
mount --make-rshared / # among its own namespaces: credentials are mounted in one, and seen in another
export container=lxc SYSTEMD_UNIT_PATH=/etc/systemd/system:$root/units SYSTEMD_GENERATOR_PATH=$root/none SYSTEMD_ENVIRONMENT_GENERATOR_PATH=$root/none
exec /lib/systemd/systemd --system --unit=frp.target --log-target=console --show-status=no < /dev/null > $root/out/manager 2>&1
E
export WORK=$work UNITS=$1 BINARY=$2 SIMULATOR=$3 SCRIPT=$4 KIND=$kind
unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child=KILL bash "$work/begin" &
machine=$!
for _ in $(seq 2400); do
    [ -e "$work/status" ] && break
    kill -0 "$machine" 2> /dev/null || break
    sleep 0.1
done
cat "$work/manager" "$work/output" || true
exit "$(cat "$work/status" 2> /dev/null || echo 99)"
