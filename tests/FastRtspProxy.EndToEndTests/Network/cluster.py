#!/usr/bin/python3
"""Three boxes with an etcd each, cameras and viewers on hosts of their own; prints what was seen as a line of JSON for each scenario.

    unshare --mount --net cluster.py PROXY_BINARY SIMULATOR_BINARY FOLDER SCENARIO...

    a, b, c: a proxy and an etcd      cam: cameras      client: viewers      all on one switch
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

from hosts import Hosts

VIEWERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cluster_viewers.py")
ADDRESS = {"a": "10.9.0.1", "b": "10.9.0.2", "c": "10.9.0.3", "cam": "10.9.0.10", "client": "10.9.0.20"}
BOXES = ("a", "b", "c")
SECRET = "0123456789abcdef0123456789abcdef"
START_SECONDS = 90
TTL = int(os.environ.get("CLUSTER_TTL", "2"))
ELECTION = int(os.environ.get("CLUSTER_ELECTION", "1000" if TTL > 1 else "500"))
VIP = "10.9.0.100"


class Cluster:
    """Everything of one scenario, made anew for each."""

    def __init__(self, hosts, proxy, simulator, folder, streams=3, single=False, ttl=TTL, election=ELECTION, boxes=BOXES, static=False, secure=False, encrypted=False,
                 always=False, capacity=None, fps=25, extra=None):
        self.hosts, self.proxy, self.simulator, self.folder = hosts, proxy, simulator, folder
        self.streams, self.single, self.ttl, self.election, self.boxes = streams, single, ttl, election, boxes
        self.static, self.secure, self.encrypted = static, secure, encrypted
        self.always, self.capacity, self.fps, self.extra = always, capacity or {}, fps, extra or {}
        self.etcds, self.proxies, self.viewers = {}, {}, {}
        os.makedirs(folder, exist_ok=True)
        hosts.folder = folder

    has_users = False

    def path(self, name):
        return os.path.join(self.folder, name)

    def begin(self, first=None):
        """With those boxes alone at FIRST; None: all of them."""
        if self.secure or self.encrypted:
            self.make_certificates()
        for box in () if self.static else self.boxes:
            self.start_etcd(box)
        self.hosts.wait_for("etcd", lambda: self.static or all(self.healthy(box) for box in self.boxes), START_SECONDS, *(f"etcd-{box}" for box in self.boxes))
        if self.secure:
            for command in (("user", "add", "root:geheim456"), ("user", "grant-role", "root", "root"), ("auth", "enable")):
                told = self.etcdctl(self.boxes[0], *command)
                if told.returncode != 0 and command[0] != "role":
                    raise SystemExit(f"{command[:2]}: {told.stderr}")
            self.has_users = True
        fail = ["--fail", "one-session"] if self.single else []
        self.camera = self.hosts.start("cam", "camera", self.simulator, "camera", "--bind", ADDRESS["cam"], "--port", "8554", "--streams", str(self.streams), "--path", "cam{0}",
                                       "--video", "h264", "--audio", "none", "--fps", str(self.fps), "--gop", str(self.fps), "--bitrate", f"{12 * self.fps}k", "--size", "320x180", "--no-sei", *fail)
        self.hosts.wait_for("cameras", lambda: self.hosts.log("camera").count("rtsp://") >= self.streams, START_SECONDS, "camera")
        self.start_proxies(first or self.boxes)

    def start_proxies(self, boxes):
        for box in boxes:
            self.start_proxy(box)
        self.hosts.wait_for("boxes", lambda: all("the engine answers" in self.log(box) for box in boxes), START_SECONDS, *(f"proxy-{box}" for box in boxes))

    def make_certificates(self):
        """An authority, and a certificate of it for each box: without a common name, which etcd's gateway does not take while log-ins are on."""
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True)

        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test authority", "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"))
        for box in self.boxes:
            with open(self.path(f"{box}.ext"), "w") as file:
                file.write(f"subjectAltName=IP:{ADDRESS[box]},IP:127.0.0.1\n")
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/", "-keyout", self.path(f"{box}.key"), "-out", self.path(f"{box}.csr"))
            openssl("x509", "-req", "-days", "2", "-in", self.path(f"{box}.csr"), "-CA", self.path("ca.pem"), "-CAkey", self.path("ca.key"), "-CAcreateserial", "-extfile", self.path(f"{box}.ext"),
                    "-out", self.path(f"{box}.pem"))

    def start_etcd(self, box):
        members = ",".join(f"{name}=http://{ADDRESS[name]}:2380" for name in self.boxes)
        address = ADDRESS[box]
        scheme = "https" if self.secure else "http"
        tls = ["--cert-file", self.path(f"{box}.pem"), "--key-file", self.path(f"{box}.key"), "--client-cert-auth", "--trusted-ca-file", self.path("ca.pem")] if self.secure else []
        self.etcds[box] = self.hosts.start(
            box, f"etcd-{box}", "etcd", "--name", box, "--data-dir", self.path(f"etcd-{box}.data"), "--listen-client-urls", f"{scheme}://{address}:2379,{scheme}://127.0.0.1:2379",
            "--advertise-client-urls", f"{scheme}://{address}:2379", "--listen-peer-urls", f"http://{address}:2380", "--initial-advertise-peer-urls", f"http://{address}:2380",
            "--initial-cluster", members, "--initial-cluster-token", "frp", "--election-timeout", str(self.election), "--heartbeat-interval", str(max(100, self.election // 10)),
            "--log-level", "warn", *tls)

    def etcdctl(self, box, *arguments):
        secure = ["--cacert", self.path("ca.pem"), "--cert", self.path(f"{box}.pem"), "--key", self.path(f"{box}.key"), *(["--user", "root:geheim456"] if self.has_users else [])] if self.secure else []
        scheme = "https" if self.secure else "http"
        return subprocess.run(["ip", "netns", "exec", box, "etcdctl", "--endpoints", f"{scheme}://127.0.0.1:2379", "--command-timeout=3s", *secure, *arguments],
                              capture_output=True, text=True, env={**os.environ, "ETCDCTL_API": "3"})

    def healthy(self, box):
        return self.etcdctl(box, "endpoint", "health").returncode == 0

    def leader(self):
        """The box of etcd's leader."""
        for box in self.boxes:
            told = self.etcdctl(box, "endpoint", "status", "-w", "json")
            if told.returncode == 0:
                status = json.loads(told.stdout)[0]["Status"]
                if status["leader"] == status["header"]["member_id"]:
                    return box
        return None

    def start_proxy(self, box):
        others = [name for name in self.boxes if name != box]
        scheme = "https" if self.secure else "http"
        endpoints = ", ".join(f'"{scheme}://{address}:2379"' for address in ["127.0.0.1", *(ADDRESS[name] for name in others)])
        nodes = ", ".join(f'{name}: "rtsp://{ADDRESS[name]}:8554"' for name in self.boxes)
        advertise = f"rtsps://{ADDRESS[box]}:8322" if self.encrypted else f"rtsp://{ADDRESS[box]}:8554"
        tls = f"rtsps: {{listen: [\":8322\"], certificates: [{{certificate: {box}.pem, key: {box}.key}}]}}\n" if self.encrypted else ""
        authority = "  ca: ca.pem\n" if self.encrypted else ""
        capacity = f"  capacity: {self.capacity[box]}\n" if box in self.capacity else ""
        streams = {f"cam{n}": f"cam{n}" for n in range(1, self.streams + 1)} | self.extra.get(box, {})
        engine = f"{{kind: static, nodes: {{{nodes}}}}}" if self.static else f"{{kind: etcd, endpoints: [{endpoints}], ttl: {self.ttl}s" + (
            f", ca: ca.pem, certificate: {box}.pem, key: {box}.key, username: root, password: geheim456}}" if self.secure else "}")
        with open(self.path(f"{box}.yaml"), "w") as file:
            file.write(f"""rtsp: {{listen: [":8554"]}}
http: {{listen: ["127.0.0.1:9554"]}}
log: {{level: debug}}
{tls}cluster:
  name: test
  node: {box}
  advertise: {advertise}
  secret: {SECRET}
{authority}{capacity}  engine: {engine}
defaults: {{transport: tcp, linger: 2s, alwaysOn: {str(self.always).lower()}}}
streams:
""" + "".join(f"  {name}: {{source: \"rtsp://{ADDRESS['cam']}:8554/{path}\", singleSession: {str(self.single).lower()}}}\n" for name, path in streams.items()))
        self.proxies[box] = self.hosts.start(box, f"proxy-{box}", self.proxy, "--config", self.path(f"{box}.yaml"))

    def owners(self):
        """The box of each stream, as etcd has it."""
        for box in self.boxes:
            told = self.etcdctl(box, "get", "--prefix", "/frp/test/owners/", "-w", "json")
            if told.returncode == 0:
                import base64
                return {base64.b64decode(pair["key"]).decode().rsplit("/", 1)[1]: json.loads(base64.b64decode(pair["value"]))["node"] for pair in json.loads(told.stdout).get("kvs", [])}
        return {}

    def wait_owner(self, stream, other_than=None):
        """The box that has it, which is another one than that; an etcd that elects says nothing for a while."""
        owner = []
        self.hosts.wait_for(f"an owner of {stream}", lambda: owner.append(self.owners().get(stream)) or owner[-1] not in (None, other_than), START_SECONDS,
                            *(f"proxy-{box}" for box in self.boxes), every=0.25)
        return owner[-1]

    def watch(self, name, box, *streams):
        """Viewers of those streams at a box."""
        urls = [f"rtsp://{ADDRESS[box]}:8554/{stream}" for stream in streams]
        self.viewers[name] = (self.path(f"viewers-{name}.json"), len(urls))
        self.hosts.start("client", f"viewers-{name}", sys.executable, VIEWERS, self.viewers[name][0], *urls)

    def seen(self, name):
        return self.moment(name)[1]

    def moment(self, name):
        """What was seen of the viewers last, and when, on the one monotonic clock of the machine."""
        try:
            with open(self.viewers[name][0]) as file:
                text = file.read()
            last = json.loads(text[:text.rindex("\n")].rsplit("\n", 1)[-1])
            return last["now"], last["viewers"]
        except (OSError, ValueError):
            return 0.0, []

    def wait_playing(self, *names):
        for name in names:
            count = self.viewers[name][1]
            self.hosts.wait_for(f"pictures of {name}", lambda: len(self.seen(name)) == count and all(v["packets"] > 30 for v in self.seen(name)), START_SECONDS,
                                f"viewers-{name}", *(f"proxy-{box}" for box in self.boxes))

    def wait_quiet(self, seconds, *names):
        """Until all have had pictures without a pause of a second for some seconds, which are those that the viewers saw: one that stands still saw nothing."""
        begun = time.monotonic()
        for name in names:
            since, gaps = [begun], [None]

            def calm():
                now, seen = self.moment(name)
                state = [sum(length > 1 for _, length in v["gaps"]) for v in seen]
                if state != gaps[0] or not seen or any(v["silent"] > 1 for v in seen):
                    gaps[0], since[0] = state, max(now, begun)
                return now - since[0] > seconds

            self.hosts.wait_for(f"calm pictures of {name}", calm, START_SECONDS, f"viewers-{name}", *(f"proxy-{box}" for box in self.boxes))

    def gaps(self, name, after):
        """The longest gap of each viewer that began after that moment, or shortly before; one that goes on counts."""
        return [max([length for began, length in v["gaps"] if began > after - 1] + ([v["silent"]] if v["silent"] > 1 else []), default=0.0) for v in self.seen(name)]

    def ended(self, name):
        return sum(v["ended"] is not None for v in self.seen(name))

    def revision(self, box):
        """How often etcd has written."""
        told = self.etcdctl(box, "endpoint", "status", "-w", "json")
        return json.loads(told.stdout)[0]["Status"]["header"]["revision"]

    def sessions(self):
        """Connections to the cameras by box, of those that are there now."""
        told = subprocess.run(["ip", "netns", "exec", "cam", "ss", "-Htn", "state", "established", "sport", "=", ":8554"], capture_output=True, text=True, check=True).stdout
        return re.findall(r"(10\.9\.0\.\d+):\d+\s*$", told, re.MULTILINE)

    def log(self, box):
        return self.hosts.log(f"proxy-{box}")

    def end(self):
        for process in reversed(self.hosts.processes):
            process.kill()
        for process in self.hosts.processes:
            process.wait()
        self.hosts.processes.clear()


def owner_with_viewers(cluster, stream="cam1"):
    """Viewers of that stream at all boxes; gives its owner and the others."""
    cluster.begin()
    for box in cluster.boxes:
        cluster.watch(box, box, stream)
    cluster.wait_playing(*cluster.boxes)
    cluster.wait_quiet(3, *cluster.boxes)
    owner = cluster.wait_owner(stream)
    return owner, [box for box in cluster.boxes if box != owner]


def after(cluster, began, survivors, seconds=4):
    cluster.wait_quiet(seconds, *survivors)
    gaps = [gap for box in survivors for gap in cluster.gaps(box, began)]
    return {"gaps": gaps, "mostGap": max(gaps), "ended": sum(cluster.ended(box) for box in survivors), "owners": cluster.owners()}


def owner_killed(make):
    cluster = make()
    owner_with_viewers(cluster)
    alone = []  # a box that stood still for as long as its lease may have lost the stream to another one meanwhile
    cluster.hosts.wait_for("its owner alone at the camera", lambda: alone.append(cluster.owners().get("cam1")) or set(cluster.sessions()) == {ADDRESS.get(alone[-1])}, START_SECONDS,
                           *(f"proxy-{box}" for box in cluster.boxes), every=0.25)
    owner = alone[-1]
    others = [box for box in cluster.boxes if box != owner]
    began = time.monotonic()
    cluster.proxies[owner].kill()
    heir = cluster.wait_owner("cam1", other_than=owner)
    result = after(cluster, began, others)
    cluster.hosts.wait_for("one box at the camera", lambda: len(set(cluster.sessions())) == 1, START_SECONDS, *(f"proxy-{box}" for box in others))
    return {"owner": owner, "boxesAtTheCamera": 1, **result, "owners": {"cam1": heir}}


def owner_and_leader_killed(make):
    cluster = make()
    owner, others = owner_with_viewers(cluster)
    move_leader(cluster, owner)
    began = time.monotonic()
    cluster.etcds[owner].kill()
    cluster.proxies[owner].kill()
    return {"owner": owner, **after(cluster, began, others)}


def owner_and_leader_killed_tight(make):
    return owner_and_leader_killed(lambda: make(ttl=1, election=500))


def owner_stopped(make):
    """For 5 s, of cameras that allow one session; then it goes on."""
    cluster = make(single=True, streams=1)
    owner, others = owner_with_viewers(cluster)
    setups = cluster.log(owner).count("SettingUp")
    began = time.monotonic()
    cluster.proxies[owner].send_signal(signal.SIGSTOP)
    end, most = began + 5, 0
    while time.monotonic() < end:
        most = max(most, sum(address != ADDRESS["client"] for address in cluster.sessions()))
        time.sleep(0.1)
    before = setups_at_the_camera(cluster, owner)
    cluster.proxies[owner].send_signal(signal.SIGCONT)
    result = after(cluster, began, others, 8)
    return {"owner": owner, "setupsAfter": setups_at_the_camera(cluster, owner) - before, "mostSessions": most, **result}


def setups_at_the_camera(cluster, box):
    """Sessions that a box began to set up with the camera itself, and not with another box."""
    count, described = 0, ""
    for line in cluster.log(box).splitlines():
        if line.startswith("cam1 (rtsp://") and "track(s)" in line:
            described = line
        count += line.startswith("cam1: session with the camera") and line.endswith("-> SettingUp") and ADDRESS["cam"] in described
    return count


def cut_off(make, single=False):
    """The owner is cut off from the other boxes and their etcds, and not from the camera."""
    cluster = make(single=single, streams=1)
    owner, others = owner_with_viewers(cluster)
    began = time.monotonic()
    cut(cluster, owner, others)
    double, samples = 0.0, time.monotonic()
    while time.monotonic() < began + 12:
        time.sleep(0.05)
        boxes = {a for a in cluster.sessions() if a in (ADDRESS[b] for b in BOXES)}
        now = time.monotonic()
        double, samples = double + (now - samples if len(boxes) > 1 else 0), now
    result = after(cluster, began, others, 3)
    own = cluster.gaps(owner, began)
    mend(cluster, owner)
    cluster.wait_quiet(4, *cluster.boxes)
    return {"owner": owner, "secondsOfTwoPulls": round(double, 2), "gapsAtTheCutOff": own, "pullsInTheEnd": len(set(cluster.sessions()) & {ADDRESS[b] for b in BOXES}), **result}


def cut_off_single(make):
    return cut_off(make, single=True)


def cut(cluster, box, others):
    filtered(box, [f"ip {end} {ADDRESS[other]} drop" for other in others for end in ("saddr", "daddr")])


def filtered(box, rules):
    chains = "".join(f"chain {hook} {{\ntype filter hook {hook} priority 0;\n" + "\n".join(rules) + "\n}\n" for hook in ("input", "output"))
    subprocess.run(["ip", "netns", "exec", box, "nft", "-f", "-"], check=True, text=True, input="table inet cut {\n" + chains + "}\n")


def mend(cluster, box):
    subprocess.run(["ip", "netns", "exec", box, "nft", "delete", "table", "inet", "cut"], check=True)


def move_leader(cluster, box):
    if cluster.leader() != box:
        member = cluster.etcdctl(box, "endpoint", "status", "-w", "json")
        number = json.loads(member.stdout)[0]["Status"]["header"]["member_id"]
        told = cluster.etcdctl(cluster.leader(), "move-leader", format(number, "x"))
        if told.returncode != 0:
            raise SystemExit(told.stderr)
    cluster.hosts.wait_for(f"etcd's leader on {box}", lambda: cluster.leader() == box, 20)
    time.sleep(2.5)


def undisturbed(cluster, began, seconds=4):
    cluster.wait_quiet(seconds, *cluster.boxes)
    owners = {}
    while not owners and time.monotonic() < began + START_SECONDS:  # a lease may have ended that nobody could renew: whoever owned it claims it again
        owners = cluster.owners()
    gaps = [gap for box in cluster.boxes for gap in cluster.gaps(box, began)]
    return {"gaps": gaps, "mostGap": max(gaps), "owners": owners, "takeovers": sum(cluster.log(b).count("this box owns the stream now") for b in cluster.boxes)}


def election(make):
    """etcd's leader is killed, a member restarts, and a leader's disk stalls for 2 s: nothing moves, cameras of one session included."""
    cluster = make(single=True, streams=1)
    owner_with_viewers(cluster)
    began = time.monotonic()
    before, moves = cluster.owners(), sum(cluster.log(b).count("this box owns the stream now") for b in cluster.boxes)
    leader = cluster.leader()
    cluster.etcds[leader].kill()
    time.sleep(6)
    cluster.start_etcd(leader)
    cluster.hosts.wait_for("etcd again", lambda: cluster.healthy(leader), 30)
    time.sleep(2)
    leader = cluster.leader()
    cluster.etcds[leader].send_signal(signal.SIGSTOP)
    time.sleep(2)
    cluster.etcds[leader].send_signal(signal.SIGCONT)
    result = undisturbed(cluster, began, 5)
    return {"before": before, **result, "moves": result.pop("takeovers") - moves}


def without_etcd(make):
    """No etcd at all for 12 s, cameras of one session; then it comes back, and then comes back empty."""
    cluster = make(single=True, streams=1)
    owner_with_viewers(cluster)
    before, moves = cluster.owners(), sum(cluster.log(b).count("this box owns the stream now") for b in cluster.boxes)
    began = time.monotonic()
    for box in cluster.boxes:
        cluster.etcds[box].kill()
        cluster.etcds[box].wait()
    time.sleep(12)
    frozen = max(gap for box in cluster.boxes for gap in cluster.gaps(box, began))
    said = sum(cluster.log(b).count("the other boxes say the same") for b in cluster.boxes)
    for box in cluster.boxes:
        cluster.start_etcd(box)
    cluster.hosts.wait_for("etcd again", lambda: all(cluster.healthy(box) for box in cluster.boxes), START_SECONDS)
    cluster.wait_quiet(5, *cluster.boxes)
    back = max(gap for box in cluster.boxes for gap in cluster.gaps(box, began))
    for box in cluster.boxes:
        cluster.etcds[box].kill()
        cluster.etcds[box].wait()
        subprocess.run(["rm", "-rf", cluster.path(f"etcd-{box}.data")], check=True)
    for box in cluster.boxes:
        cluster.start_etcd(box)
    cluster.hosts.wait_for("an empty etcd", lambda: all(cluster.healthy(box) for box in cluster.boxes), START_SECONDS)
    cluster.hosts.wait_for("owners in the empty etcd", lambda: "cam1" in cluster.owners(), START_SECONDS)
    cluster.wait_quiet(5, *cluster.boxes)
    return {"gaps": [gap for box in cluster.boxes for gap in cluster.gaps(box, began)], "before": before, "gapWithout": frozen, "gapWhenBack": back, "saidFrozen": said, "owners": cluster.owners(),
            "pulls": len(set(cluster.sessions()) & {ADDRESS[b] for b in BOXES}), "moves": sum(cluster.log(b).count("this box owns the stream now") for b in cluster.boxes) - moves}


def many(make, count=int(os.environ.get("CLUSTER_STREAMS", "500"))):
    """One box has all of many streams, and two more want them, too; 20 are watched there. It dies."""
    cluster = make(streams=count, always=True, fps=5)
    victim, others = "a", ("b", "c")
    cluster.begin(first=victim)
    cluster.hosts.wait_for("owners", lambda: len(cluster.owners()) == count and len(cluster.sessions()) >= count, START_SECONDS, f"proxy-{victim}", every=0.5)
    cluster.start_proxies(others)
    cluster.hosts.wait_for("relays", lambda: connections(victim, 8554) >= 2 * count, START_SECONDS, *(f"proxy-{b}" for b in BOXES), every=0.5)
    of_victim = [stream for stream, box in cluster.owners().items() if box == victim]
    for number, box in enumerate(others):
        cluster.watch(box, box, *of_victim[number::len(of_victim) // 10][:10])
    cluster.wait_playing(*others)
    cluster.wait_quiet(4, *others)
    revision = cluster.revision("b")
    began = time.monotonic()
    cluster.proxies[victim].kill()
    owned = cluster.hosts.wait_for("new owners", lambda: len(owners := cluster.owners()) == count and victim not in owners.values(), START_SECONDS, *(f"proxy-{b}" for b in others), every=0.25)
    writes = cluster.revision("b") - revision
    read = cluster.hosts.wait_for("all cameras", lambda: len(cluster.sessions()) >= count, START_SECONDS, *(f"proxy-{b}" for b in others), every=0.25)
    result = after(cluster, began, others, 6)
    return {"streams": count, "ofTheDeadBox": len(of_victim), "secondsToOwners": round(owned, 2), "secondsToCameras": round(owned + read, 2), "writesOfEtcd": writes,
            "leasesLost": sum(cluster.log(b).count("has given up this box") for b in others), "owned": {box: list(cluster.owners().values()).count(box) for box in BOXES},
            **{key: value for key, value in result.items() if key != "owners"}}


def drain(make):
    """Each box in turn is emptied, and lets its streams go; viewers at the others lose a group at the most."""
    cluster = make(streams=6)
    cluster.begin()
    names = [f"cam{n}" for n in range(1, 7)]
    for box in BOXES:
        cluster.watch(box, box, *names)
    cluster.wait_playing(*BOXES)
    cluster.wait_quiet(3, *BOXES)
    gaps, left = {}, {}
    for box in BOXES:
        began = time.monotonic()
        api(box, "POST", "/api/v1/drain")
        cluster.hosts.wait_for(f"{box} empty", lambda: box not in cluster.owners().values() and len(cluster.owners()) == 6, 60, *(f"proxy-{b}" for b in BOXES))
        cluster.wait_quiet(3, *BOXES)
        gaps[box] = max(gap for other in BOXES for gap in cluster.gaps(other, began))
        api(box, "DELETE", "/api/v1/drain")
        time.sleep(1)
    return {"gaps": list(gaps.values()), "owners": cluster.owners(), "ended": sum(cluster.ended(b) for b in BOXES)}


def drain_together(make):
    """Two boxes of three are emptied at once, with viewers at both and none at the third: what one reads it reads on. Then somebody comes to the third."""
    cluster = make()
    cluster.begin(first=("a", "b"))
    names = [f"cam{n}" for n in range(1, 4)]
    for box in ("a", "b"):
        cluster.watch(box, box, *names)
    cluster.wait_playing("a", "b")
    cluster.start_proxies(["c"])
    cluster.wait_quiet(3, "a", "b")

    def moves():
        return sum(cluster.log(box).count("this box owns it now") for box in BOXES)

    before, began, owners = moves(), time.monotonic(), cluster.owners()
    for box in ("a", "b"):
        api(box, "POST", "/api/v1/drain")
    time.sleep(20)
    moved = moves() - before
    cluster.watch("c", "c", *names)
    cluster.wait_playing("c")
    cluster.hosts.wait_for("the third box to own all", lambda: set(cluster.owners().values()) == {"c"} and len(cluster.owners()) == 3, 60, *(f"proxy-{b}" for b in BOXES))
    cluster.wait_quiet(3, *BOXES)
    return {"owners": owners, "moves": moved, "gaps": [gap for box in ("a", "b") for gap in cluster.gaps(box, began)], "ended": sum(cluster.ended(b) for b in BOXES)}


def compaction(make):
    """A box that was cut off from etcd for a while finds that etcd has forgotten where it was: it reads all again."""
    cluster = make()
    owner, others = owner_with_viewers(cluster)
    began = time.monotonic()
    box = others[0]
    filtered(box, ["tcp dport 2379 drop"])
    time.sleep(1)
    for n in range(20):
        cluster.etcdctl(owner, "put", "/frp/test/other", str(n))
    told = cluster.etcdctl(owner, "endpoint", "status", "-w", "json")
    cluster.etcdctl(owner, "compact", str(json.loads(told.stdout)[0]["Status"]["header"]["revision"]))
    time.sleep(4)
    mend(cluster, box)
    time.sleep(3)
    gap = max(cluster.gaps(box, began))
    killed = time.monotonic()
    cluster.proxies[owner].kill()
    return {"gapWhileCutOff": gap, "readAgain": cluster.log(box).count("the engine has forgotten"), **after(cluster, killed, others)}


def starts(make, count=int(os.environ.get("CLUSTER_STREAMS", "1000"))):
    """Three boxes begin at once and want every stream: each has one owner in the end, and all boxes say the same."""
    cluster = make(streams=count)
    cluster.begin()
    cluster.hosts.wait_for("owners", lambda: len(cluster.owners()) == count, START_SECONDS, *(f"proxy-{b}" for b in BOXES))
    time.sleep(3)
    told = {box: {one["name"]: one.get("cluster", {}).get("owner") for one in api(box, "GET", "/api/v1/cluster")["streams"]} for box in BOXES}
    differ = [name for name in told["a"] if len({told[box].get(name) for box in BOXES}) > 1]
    return {"streams": count, "owned": {box: list(cluster.owners().values()).count(box) for box in BOXES}, "boxesThatDiffer": len(differ)}


def streams(make):
    """A stream that the API of one box made is known on all; what stands in etcd shows nothing of it. The file of one box differs from the others', which is said."""
    cluster = make(extra={"c": {"extra": "cam1"}})
    cluster.begin()
    cluster.hosts.wait_for("owners", lambda: len(cluster.owners()) == 4, START_SECONDS, *(f"proxy-{b}" for b in BOXES))
    api("a", "PUT", "/api/v1/streams/yard", {"source": f"rtsp://{ADDRESS['cam']}:8554/cam1", "username": "u", "password": "geheim123", "transport": "tcp"})
    cluster.hosts.wait_for("the stream on all boxes", lambda: all(has(box, "yard") for box in BOXES), START_SECONDS, *(f"proxy-{b}" for b in BOXES))
    stored = []
    cluster.hosts.wait_for("etcd's answer", lambda: stored.append(cluster.etcdctl("a", "get", "--prefix", "/frp/test/streams/", "-w", "json")) or stored[-1].returncode == 0, START_SECONDS)
    import base64
    raw = base64.b64decode(json.loads(stored[-1].stdout)["kvs"][0]["value"])
    cluster.watch("c", "c", "yard")
    cluster.wait_playing("c")
    api("b", "DELETE", "/api/v1/streams/yard")
    cluster.hosts.wait_for("its end on all boxes", lambda: not any(has(box, "yard") for box in BOXES), START_SECONDS, *(f"proxy-{b}" for b in BOXES))
    differs = {"a": "box c differ", "b": "box c differ", "c": "box a differ"}
    cluster.hosts.wait_for("a word of the files that differ", lambda: all(text in cluster.log(box) for box, text in differs.items()), START_SECONDS, *(f"proxy-{b}" for b in BOXES))
    return {"shownInEtcd": b"geheim123" in raw or b"cam1" in raw, "passwordsInLogs": sum(cluster.log(box).count("geheim123") for box in BOXES), "bytes": len(raw),
            "saidOfTheSame": cluster.log("a").count("box b differ") + cluster.log("b").count("box a differ")}


def has(box, stream):
    return api(box, "GET", f"/api/v1/streams/{stream}", expected=None) is not None


def api(box, method, path, body=None, expected=(200, 201, 204)):
    command = ["ip", "netns", "exec", box, "curl", "-s", "-o", "-", "-w", "\n%{http_code}", "-X", method, "http://127.0.0.1:9554" + path, "-H", "Content-Type: application/json", "-H", "X-Requested-With: cluster"]
    told = subprocess.run(command + (["-d", json.dumps(body)] if body else []), capture_output=True, text=True)
    text, _, status = told.stdout.rpartition("\n")
    if expected is None:
        return json.loads(text) if status == "200" else None
    if int(status or 0) not in expected:
        raise SystemExit(f"{method} {path} at {box}: {status} {text}")
    return json.loads(text) if text.strip() else None


def two_boxes(make):
    """The list of boxes in the place of an etcd."""
    cluster = make(boxes=("a", "b"), static=True)
    cluster.begin()
    for box in cluster.boxes:
        cluster.watch(box, box, "cam1")
    cluster.wait_playing(*cluster.boxes)
    cluster.wait_quiet(3, *cluster.boxes)
    owner = next(one["cluster"]["owner"] for one in api("a", "GET", "/api/v1/cluster")["streams"] if one["name"] == "cam1")
    pulls = len(set(cluster.sessions()) & {ADDRESS[b] for b in BOXES})
    survivor = "b" if owner == "a" else "a"
    began = time.monotonic()
    cluster.proxies[owner].kill()
    cluster.wait_quiet(4, survivor)
    gaps = cluster.gaps(survivor, began)
    cluster.start_proxy(owner)
    cluster.hosts.wait_for("the box that returned", lambda: has_owner(owner, "cam1", survivor), START_SECONDS, f"proxy-{owner}")
    return {"owner": owner, "pulls": pulls, "gaps": gaps, "mostGap": max(gaps), "ended": cluster.ended(survivor)}


def secured(make):
    """An etcd that speaks TLS alone, with a certificate of an authority of its own, and asks for a client certificate of it and for a log-in."""
    cluster = make(secure=True)
    owner, others = owner_with_viewers(cluster)
    began = time.monotonic()
    cluster.proxies[owner].kill()
    result = after(cluster, began, others)
    return {"owner": owner, "passwordsInLogs": sum(cluster.log(box).count("geheim456") for box in BOXES), **result}


def encrypted(make):
    """The boxes read from each other by TLS, with certificates of an authority of their own (cluster.ca)."""
    cluster = make(encrypted=True)
    owner, others = owner_with_viewers(cluster)
    plain = established(owner, 8554) & {ADDRESS[box] for box in others}
    relays = established(owner, 8322) & {ADDRESS[box] for box in others}
    began = time.monotonic()
    cluster.proxies[owner].kill()
    result = after(cluster, began, others)
    return {"owner": owner, "relaysByTls": len(relays), "relaysInTheClear": len(plain), **result}


def peers(box, port):
    """The addresses of the connections to that port of a box."""
    told = subprocess.run(["ip", "netns", "exec", box, "ss", "-Htn", "state", "established", "sport", "=", f":{port}"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(10\.9\.0\.\d+)\]?:\d+\s*$", told, re.MULTILINE)


def established(box, port):
    return set(peers(box, port))


def connections(box, port):
    return len(peers(box, port))


def vip(make):
    """One address that moves (keepalived, with what docs/cluster.md has): a viewer of the dead box connects to it again, and is at another one."""
    cluster = make()
    cluster.begin()
    page = os.environ.get("CLUSTER_PAGE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../docs/cluster.md")
    with open(page) as file:
        example = re.search(r"```\n(global_defs.*?)```", file.read(), re.DOTALL)[1]
    for box, priority in zip(BOXES, (102, 101, 100)):
        check = self_check(cluster, box)
        with open(cluster.path(f"{box}.keepalived"), "w") as file:
            file.write(example.replace("10.0.0.100/24", VIP + "/24").replace("/usr/bin/fastrtspproxy --healthcheck", check).replace("priority 100", f"priority {priority}"))
        cluster.hosts.start(box, f"keepalived-{box}", "keepalived", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--use-file", cluster.path(f"{box}.keepalived"),
                            "--pid", cluster.path(f"{box}.pid"), "--vrrp_pid", cluster.path(f"{box}.vrrp.pid"), "--no-syslog")
    logs = [f"keepalived-{box}" for box in BOXES]
    cluster.hosts.wait_for("the address at box a", lambda: holders() == ["a"], START_SECONDS, *logs)
    ADDRESS["vip"] = VIP
    for box in ("b", "c"):
        cluster.watch(box, box, "cam1")
    cluster.wait_playing("b", "c")
    gaps, moved, at = [], {}, []
    for case, disturb in (("boxDies", lambda: cluster.proxies["a"].kill()), ("hostDies", lambda: subprocess.run(["ip", "link", "set", f"{holders()[0]}-eth0", "down"], check=True))):
        before = holders()[0]
        cluster.watch(case, "vip", "cam1")
        cluster.wait_playing(case)
        began = time.monotonic()
        disturb()
        moved[case] = round(cluster.hosts.wait_for(f"the address elsewhere ({case})", lambda: [box for box in holders() if box != before], START_SECONDS, *logs), 2)
        cluster.watch(case + "Again", "vip", "cam1")
        cluster.wait_playing(case + "Again")
        gaps.append(round(time.monotonic() - began, 2))
        at.append([before, [box for box in holders() if box != before][0]])
    return {"gaps": gaps, "mostGap": max(gaps), "secondsToMove": moved, "wentFromTo": at}


def self_check(cluster, box):
    return f"{cluster.proxy} --healthcheck --config {cluster.path(box)}.yaml"


def holders():
    """The boxes that have the address."""
    return [box for box in BOXES if f" {VIP}/" in subprocess.run(["ip", "-n", box, "-o", "address", "show", "dev", "eth0"], capture_output=True, text=True, check=True).stdout]


def has_owner(box, stream, owner):
    told = api(box, "GET", f"/api/v1/streams/{stream}", expected=None)
    return told is not None and told.get("cluster", {}).get("owner") == owner


SCENARIOS = {one.__name__: one for one in (
    owner_killed, owner_and_leader_killed, owner_and_leader_killed_tight, owner_stopped, cut_off, cut_off_single, election, without_etcd, many, drain, drain_together, compaction, starts, streams,
    two_boxes, secured, encrypted, vip)}

# What must hold whatever the machine does: counts, and no times.
CLAIMS = {
    "owner_killed": [("one box reads the camera", lambda f: f["boxesAtTheCamera"] == 1), ("no viewer of the others ends", lambda f: f["ended"] == 0),
                     ("another box has it", lambda f: f["owners"].get("cam1") not in (None, f["owner"]))],
    "owner_and_leader_killed": [("no viewer of the others ends", lambda f: f["ended"] == 0), ("another box has it", lambda f: f["owners"].get("cam1") not in (None, f["owner"]))],
    "owner_and_leader_killed_tight": [("no viewer of the others ends", lambda f: f["ended"] == 0)],
    "owner_stopped": [("not one more SETUP", lambda f: f["setupsAfter"] == 0), ("no viewer of the others ends", lambda f: f["ended"] == 0)],
    "cut_off": [("one pull in the end", lambda f: f["pullsInTheEnd"] == 1), ("no viewer of the others ends", lambda f: f["ended"] == 0)],
    "cut_off_single": [("never two pulls", lambda f: f["secondsOfTwoPulls"] == 0), ("one pull in the end", lambda f: f["pullsInTheEnd"] == 1)],
    "election": [("nothing moves", lambda f: f["moves"] == 0 and f["owners"] == f["before"])],
    "without_etcd": [("nothing moves", lambda f: f["moves"] == 0 and f["owners"] == f["before"]), ("one pull", lambda f: f["pulls"] == 1), ("it is said", lambda f: f["saidFrozen"] > 0)],
    "many": [("all have owners", lambda f: f["owned"]["b"] + f["owned"]["c"] == f["streams"]), ("no lease is lost", lambda f: f["leasesLost"] == 0),
             ("no viewer of the others ends", lambda f: f["ended"] == 0)],
    "drain": [("no viewer ends", lambda f: f["ended"] == 0), ("all have owners", lambda f: len(f["owners"]) == 6)],
    "drain_together": [("no stream moves more than once", lambda f: f["moves"] <= 3), ("no viewer ends", lambda f: f["ended"] == 0)],
    "compaction": [("all is read again", lambda f: f["readAgain"] > 0), ("another box has it", lambda f: f["owners"].get("cam1") is not None)],
    "starts": [("all boxes say the same", lambda f: f["boxesThatDiffer"] == 0)],
    "streams": [("etcd shows nothing", lambda f: not f["shownInEtcd"]), ("no passwords in logs", lambda f: f["passwordsInLogs"] == 0), ("the same files are the same", lambda f: f["saidOfTheSame"] == 0)],
    "two_boxes": [("one pull", lambda f: f["pulls"] == 1), ("no viewer of the other ends", lambda f: f["ended"] == 0)],
    "secured": [("no passwords in logs", lambda f: f["passwordsInLogs"] == 0), ("no viewer of the others ends", lambda f: f["ended"] == 0)],
    "encrypted": [("both others come by TLS alone", lambda f: (f["relaysByTls"], f["relaysInTheClear"]) == (2, 0)), ("no viewer of the others ends", lambda f: f["ended"] == 0)],
    "vip": [("the address moves", lambda f: all(before != behind for before, behind in f["wentFromTo"]))],
}


def main():
    proxy, simulator, folder, *scenarios = sys.argv[1:]
    with Hosts(folder) as hosts:
        hosts.add_switch("lan")
        for host, address in ADDRESS.items():
            hosts.plug("lan", host, f"{address}/24")
        for number, scenario in enumerate(scenarios):
            made = []

            def make(**options):
                made.append(Cluster(hosts, proxy, simulator, os.path.join(folder, f"{number}-{scenario}"), **options))
                return made[-1]

            began = time.monotonic()
            try:
                found = SCENARIOS[scenario](make)
                wrong = [text for text, holds in CLAIMS.get(scenario, []) if not holds(found)]
                print(json.dumps({"scenario": scenario, **found, "wrong": wrong, "seconds": round(time.monotonic() - began, 1)}), flush=True)
            finally:
                if made:
                    made[-1].end()


if __name__ == "__main__":
    main()
