#!/bin/bash
# The service as an administrator has it, from its start to its restarts. Runs where systemd is the first process (machine.sh), as root.
set -u -o pipefail
config=/etc/fastrtspproxy/config.yaml
token=a-token-of-sixteen-and-more
drop=/etc/systemd/system/fastrtspproxy.service.d
log=/var/log/frp.log

step() { echo "== $*"; }
fail() {
    echo "FAILED: $*"
    systemctl show fastrtspproxy -p ActiveState -p SubState -p Result -p StatusText -p NRestarts -p ExecMainStatus
    cat "$log"
    exit 1
}
# until WHAT COMMAND...: within a minute.
until_true() {
    local what=$1 i
    shift
    for i in $(seq 600); do
        "$@" > /dev/null 2>&1 && return
        sleep 0.1
    done
    fail "$what"
}
property() { systemctl show fastrtspproxy -p "$1" --value; }
is() { [ "$(property "$1")" = "$2" ]; }
has() { grep -q -- "$1" "$log"; }
ask() { curl -s -f -H "Authorization: Bearer $token" "$@"; }
plays() { rtspsim load rtsp://127.0.0.1/cam --clients 6 --transport udp,tcp --duration 3s --timeout 60s --verify --max-loss 0 --min-clients 6 --plain; }
options() {
    exec 9<> /dev/tcp/127.0.0.1/554 && printf 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n' >&9 && timeout 30 head -c 15 <&9
    exec 9>&-
}
write() {
    cat > $config <<C
rtsp: {listen: [":554"]}
http: {listen: "127.0.0.1:$1", token: "\${credential:api-token}"}
streamsDirectory: /var/lib/fastrtspproxy/streams
streams:
  cam: {source: "rtsp://127.0.0.1:8600/stream1", username: viewer, password: "\${file:/run/credentials/fastrtspproxy.service/cam-password}"}
C
    chmod 644 $config
}

write 9554
printf %s $token > /etc/fastrtspproxy/api-token
printf secret > /etc/fastrtspproxy/cam-password
chmod 600 /etc/fastrtspproxy/api-token /etc/fastrtspproxy/cam-password
mkdir -p $drop
cat > $drop/test.conf <<D
[Service]
LoadCredential=api-token:/etc/fastrtspproxy/api-token
LoadCredential=cam-password:/etc/fastrtspproxy/cam-password
StandardError=append:$log
D
touch $log
systemctl daemon-reload
rtspsim camera --port 8600 --user viewer:secret --video h264 --audio none --bitrate 1M --gop 25 > /var/log/camera.log 2>&1 &

step "started without the socket, it opens a port below 1024 itself"
systemctl start fastrtspproxy || fail "the start"
is ActiveState active || fail "not active"
options | grep -q "RTSP/1.0 200 OK" || fail "no answer"
plays || fail "viewers"
case $(property StatusText) in "1 stream"*) ;; *) fail "status: $(property StatusText)" ;; esac

step "who it is, and what it may"
pid=$(property MainPID)
grep -E '^(Uid|NoNewPrivs|Seccomp|CapEff|CapBnd):' /proc/"$pid"/status
grep -q '^Uid:.0' /proc/"$pid"/status && fail "it is root"
grep -q '^Seccomp:.2' /proc/"$pid"/status || fail "no filter"
grep -q '^CapEff:.0000000000000400$' /proc/"$pid"/status || fail "other capabilities than CAP_NET_BIND_SERVICE"
is LimitNOFILE 1048576 || fail "descriptors" # where systemd itself may raise them

step "what it keeps lies in its state directory"
ask -X PUT -H "Content-Type: application/json" -d '{"source":"rtsp://127.0.0.1:8600/stream1"}' http://127.0.0.1:9554/api/v1/streams/made > /dev/null || fail "PUT"
ls /var/lib/fastrtspproxy/streams | grep -q made || fail "no file"

step "a reload moves the HTTP server"
write 9555
systemctl reload fastrtspproxy || fail "the reload"
until_true "served at another address" ask http://127.0.0.1:9555/healthz
until_true "active again" is ActiveState active
[ "$(property MainPID)" = "$pid" ] || fail "another process"

step "it is killed, and is started again"
kill -KILL "$pid"
until_true "started again" is NRestarts 1
until_true "active again" is ActiveState active
[ "$(property MainPID)" != "$pid" ] || fail "the same process"
systemctl stop fastrtspproxy || fail "the stop"
is Result success || fail "the end: $(property Result)"

step "with the socket, who connects while it is stopped is served"
systemctl start fastrtspproxy.socket || fail "the socket"
: > $log
options | grep -q "RTSP/1.0 200 OK" || fail "the first client did not start it"
has "listens at no such address" && fail "the socket was not taken"
plays || fail "viewers by the held socket"

step "over a restart nobody is refused"
pid=$(property MainPID)
systemctl restart --no-block fastrtspproxy
for i in $(seq 20); do
    options | grep -q "RTSP/1.0 200 OK" || fail "refused, attempt $i"
    sleep 0.1
done
until_true "another process" eval '[ "$(property MainPID)" != "$pid" ] && is ActiveState active'
plays || fail "viewers after the restart"

step "it hangs, and the watchdog ends it"
printf '[Service]\nWatchdogSec=10s\nTimeoutAbortSec=2s\nLimitCORE=0\n' > $drop/watchdog.conf
systemctl daemon-reload
systemctl restart fastrtspproxy || fail "the restart"
pid=$(property MainPID)
for i in 1 2; do # twice is for as long as systemd waits
    said=$(property WatchdogTimestampMonotonic)
    until_true "no sign of life" eval '[ "$(property WatchdogTimestampMonotonic)" != "$said" ]'
done
[ "$(property MainPID)" = "$pid" ] || fail "it was ended though it lives"
kill -STOP "$pid"
until_true "another process" eval '[ "$(property MainPID)" != "$pid" ] && is ActiveState active'
options | grep -q "RTSP/1.0 200 OK" || fail "no answer after the watchdog"

step "the end"
systemctl stop fastrtspproxy.socket fastrtspproxy || fail "the stop"
is Result success || fail "the end: $(property Result)"
echo "everything held"
