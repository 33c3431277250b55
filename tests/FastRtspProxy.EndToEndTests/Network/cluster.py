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


class Cluster:
    """Everything of one scenario, made anew for each."""

    def __init__(self, hosts, proxy, simulator, folder, streams=3, single=False, ttl=2, election=1000, boxes=BOXES, static=False, secure=False):
        self.hosts, self.proxy, self.simulator, self.folder = hosts, proxy, simulator, folder
        self.streams, self.single, self.ttl, self.election, self.boxes = streams, single, ttl, election, boxes
        self.static, self.secure = static, secure
        self.etcds, self.proxies, self.viewers = {}, {}, {}
        os.makedirs(folder, exist_ok=True)
        hosts.folder = folder

    has_users = False

    def path(self, name):
        return os.path.join(self.folder, name)

    def begin(self):
        if self.secure:
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
                                       "--video", "h264", "--audio", "none", "--gop", "25", "--bitrate", "300k", "--no-sei", *fail)
        self.hosts.wait_for("cameras", lambda: self.hosts.log("camera").count("rtsp://") >= self.streams, START_SECONDS, "camera")
        for box in self.boxes:
            self.start_proxy(box)
        self.hosts.wait_for("boxes", lambda: all("the engine answers" in self.log(box) for box in self.boxes), START_SECONDS, *(f"proxy-{box}" for box in self.boxes))

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
        engine = f"{{kind: static, nodes: {{{nodes}}}}}" if self.static else f"{{kind: etcd, endpoints: [{endpoints}], ttl: {self.ttl}s" + (
            f", ca: ca.pem, certificate: {box}.pem, key: {box}.key, username: root, password: geheim456}}" if self.secure else "}")
        with open(self.path(f"{box}.yaml"), "w") as file:
            file.write(f"""rtsp: {{listen: [":8554"]}}
http: {{listen: ["127.0.0.1:9554"]}}
log: {{level: debug}}
cluster:
  name: test
  node: {box}
  advertise: rtsp://{ADDRESS[box]}:8554
  secret: {SECRET}
  engine: {engine}
defaults: {{transport: tcp, linger: 2s}}
streams:
""" + "".join(f"  cam{n}: {{source: \"rtsp://{ADDRESS['cam']}:8554/cam{n}\", singleSession: {str(self.single).lower()}}}\n" for n in range(1, self.streams + 1)))
        self.proxies[box] = self.hosts.start(box, f"proxy-{box}", self.proxy, "--config", self.path(f"{box}.yaml"))

    def owners(self):
        """The box of each stream, as etcd has it."""
        for box in self.boxes:
            told = self.etcdctl(box, "get", "--prefix", "/frp/test/owners/", "-w", "json")
            if told.returncode == 0:
                import base64
                return {base64.b64decode(pair["key"]).decode().rsplit("/", 1)[1]: json.loads(base64.b64decode(pair["value"]))["node"] for pair in json.loads(told.stdout).get("kvs", [])}
        return {}

    def watch(self, name, box, *streams):
        """Viewers of those streams at a box."""
        urls = [f"rtsp://{ADDRESS[box]}:8554/{stream}" for stream in streams]
        self.viewers[name] = (self.path(f"viewers-{name}.json"), len(urls))
        self.hosts.start("client", f"viewers-{name}", sys.executable, VIEWERS, self.viewers[name][0], *urls)

    def seen(self, name):
        path, count = self.viewers[name]
        try:
            with open(path) as file:
                lines = file.read().splitlines()
            return json.loads(lines[-1])["viewers"]
        except (OSError, IndexError, ValueError):
            return []

    def wait_playing(self, *names):
        for name in names:
            count = self.viewers[name][1]
            self.hosts.wait_for(f"pictures of {name}", lambda: len(self.seen(name)) == count and all(v["packets"] > 30 for v in self.seen(name)), START_SECONDS,
                                f"viewers-{name}", *(f"proxy-{box}" for box in self.boxes))

    def wait_quiet(self, seconds, *names):
        """Until all have had pictures without a pause for some seconds."""
        for name in names:
            since = [time.monotonic()]
            gaps = [None]

            def calm():
                seen = self.seen(name)
                state = [len(v["gaps"]) for v in seen]
                if state != gaps[0] or not seen or any(v["silent"] > 1 for v in seen):
                    gaps[0], since[0] = state, time.monotonic()
                return time.monotonic() - since[0] > seconds

            self.hosts.wait_for(f"calm pictures of {name}", calm, START_SECONDS, f"viewers-{name}", *(f"proxy-{box}" for box in self.boxes))

    def gaps(self, name, after):
        """The longest gap of each viewer that began after that moment, or shortly before; one that goes on counts."""
        return [max([length for began, length in v["gaps"] if began > after - 1] + ([v["silent"]] if v["silent"] > 1 else []), default=0.0) for v in self.seen(name)]

    def ended(self, name):
        return sum(v["ended"] is not None for v in self.seen(name))

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
    owner = cluster.owners()[stream]
    return owner, [box for box in cluster.boxes if box != owner]


def after(cluster, began, survivors, seconds=4):
    cluster.wait_quiet(seconds, *survivors)
    gaps = [gap for box in survivors for gap in cluster.gaps(box, began)]
    return {"gaps": gaps, "mostGap": max(gaps), "ended": sum(cluster.ended(box) for box in survivors), "owners": cluster.owners()}


def owner_killed(make):
    cluster = make()
    owner, others = owner_with_viewers(cluster)
    relays = len(set(cluster.sessions()))
    began = time.monotonic()
    cluster.proxies[owner].kill()
    return {"owner": owner, "boxesAtTheCamera": relays, **after(cluster, began, others)}


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
    return {"owner": owner, "setupsAfter": setups_at_the_camera(cluster, owner) - before, **result}


def setups_at_the_camera(cluster, box):
    """Sessions that a box began to set up with the camera itself, and not with another box."""
    count, described = 0, ""
    for line in cluster.log(box).splitlines():
        if line.startswith("cam1 (rtsp://") and "track(s)" in line:
            described = line
        count += line.startswith("cam1: back-end session") and line.endswith("-> SettingUp") and ADDRESS["cam"] in described
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
    cluster.hosts.wait_for("owners", lambda: len(cluster.owners()) > 0, START_SECONDS)  # an etcd that has just gone on may not answer at once
    owners = cluster.owners()
    cluster.wait_quiet(seconds, *cluster.boxes)
    gaps = [gap for box in cluster.boxes for gap in cluster.gaps(box, began)]
    return {"mostGap": max(gaps), "owners": owners, "takeovers": sum(cluster.log(b).count("this box owns the stream now") for b in cluster.boxes)}


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
    return {"before": before, "gapWithout": frozen, "gapWhenBack": back, "saidFrozen": said, "owners": cluster.owners(),
            "pulls": len(set(cluster.sessions()) & {ADDRESS[b] for b in BOXES}), "moves": sum(cluster.log(b).count("this box owns the stream now") for b in cluster.boxes) - moves}


def many(make, count=int(os.environ.get("CLUSTER_STREAMS", "500"))):
    """Many streams, a viewer of each at the box that survives: its owner dies."""
    cluster = make(streams=count)
    cluster.begin()
    cluster.hosts.wait_for("owners", lambda: len(cluster.owners()) == count, START_SECONDS, *(f"proxy-{b}" for b in BOXES))
    owners = cluster.owners()
    victim = "a"
    cluster.watch("b", "b", *(stream for stream, box in owners.items() if box == victim))
    cluster.wait_playing("b")
    cluster.wait_quiet(4, "b")
    began = time.monotonic()
    cluster.proxies[victim].kill()
    cluster.wait_quiet(6, "b")
    gaps = sorted(cluster.gaps("b", began))
    return {"streams": count, "ofTheDeadBox": len(gaps), "p50": gaps[len(gaps) // 2], "p99": gaps[int(len(gaps) * 0.99)], "most": gaps[-1], "ended": cluster.ended("b"),
            "owned": {box: list(cluster.owners().values()).count(box) for box in BOXES}}


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
    return {"gaps": gaps, "owners": cluster.owners(), "ended": sum(cluster.ended(b) for b in BOXES)}


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
    return {"gapWhileCutOff": gap, "readAgain": cluster.log(box).count("the engine"), **after(cluster, killed, others)}


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
    """A stream that the API of one box made is known on all; what stands in etcd shows nothing of it."""
    cluster = make()
    cluster.begin()
    cluster.hosts.wait_for("owners", lambda: len(cluster.owners()) == 3, START_SECONDS, *(f"proxy-{b}" for b in BOXES))
    api("a", "PUT", "/api/v1/streams/yard", {"source": f"rtsp://{ADDRESS['cam']}:8554/cam1", "username": "u", "password": "geheim123", "transport": "tcp"})
    cluster.hosts.wait_for("the stream on all boxes", lambda: all(has(box, "yard") for box in BOXES), 20, *(f"proxy-{b}" for b in BOXES))
    stored = cluster.etcdctl("a", "get", "--prefix", "/frp/test/streams/", "-w", "json").stdout
    import base64
    raw = base64.b64decode(json.loads(stored)["kvs"][0]["value"])
    cluster.watch("c", "c", "yard")
    cluster.wait_playing("c")
    api("b", "DELETE", "/api/v1/streams/yard")
    cluster.hosts.wait_for("its end on all boxes", lambda: not any(has(box, "yard") for box in BOXES), 20, *(f"proxy-{b}" for b in BOXES))
    return {"shownInEtcd": b"geheim123" in raw or b"cam1" in raw, "bytes": len(raw)}


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


def has_owner(box, stream, owner):
    told = api(box, "GET", f"/api/v1/streams/{stream}", expected=None)
    return told is not None and told.get("cluster", {}).get("owner") == owner


SCENARIOS = {one.__name__: one for one in (
    owner_killed, owner_and_leader_killed, owner_and_leader_killed_tight, owner_stopped, cut_off, cut_off_single, election, without_etcd, many, drain, compaction, starts, streams,
    two_boxes, secured)}


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

            try:
                print(json.dumps({"scenario": scenario, **SCENARIOS[scenario](make)}), flush=True)
            finally:
                if made:
                    made[-1].end()


if __name__ == "__main__":
    main()
