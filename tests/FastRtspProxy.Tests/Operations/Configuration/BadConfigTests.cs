using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>
/// Wrong configurations and what is said of them. In the table a line end is written <c>|</c>; the stream that a good one needs is added where the
/// text has none, unless it begins with <c>=</c>.
/// </summary>
public sealed class BadConfigTests
{
    private const string Prefix = ConfigBench.File + ":";

    [Theory]
    // Unknown keys, with what was meant.
    [InlineData("limts: {viewers: 5}", "1:1: limts: there is no such key; did you mean \"limits\"?")]
    [InlineData("streams:|  a: {sourse: rtsp://192.0.2.9/a}", "2:7: streams.a.sourse: there is no such key; did you mean \"source\"?")]
    [InlineData("streams:|  a: {tarnsport: tcp, source: rtsp://192.0.2.9/a}", "2:7: streams.a.tarnsport: there is no such key; did you mean \"transport\"?")]
    [InlineData("defaults: {Linger: 5s}", "1:12: defaults.Linger: there is no such key; did you mean \"linger\"?")]
    [InlineData("linger: 5s", "1:1: linger: there is no such key here; did you mean \"defaults.linger\"?")]
    [InlineData("defaults: {gopcache: 5}", "1:12: defaults.gopcache: there is no such key; here are username, password, transport,")]
    [InlineData("auth: {users: [{name: a, pasword: geheim, password: b}]}", "1:26: auth.users[0].pasword: there is no such key; did you mean \"password\"?")]
    [InlineData("auth: {roles: {view: {mai: [read], may: [read]}}}", "1:23: auth.roles.view.mai: there is no such key; did you mean \"may\"?")]
    // What another version can do.
    [InlineData("hooks: [{events: [stream.up]}]", "hooks[0].url: it is missing")]
    [InlineData("hooks: [{url: ftp://a}]", "hooks[0].url \"ftp://a\"")]
    [InlineData("hooks: [{url: http://a, events: [stream.upp]}]", "hooks[0].events[0] \"stream.upp\": the events are stream.up, stream.down,")]
    [InlineData("streamsDirectory: ''", "1:19: streamsDirectory \"\": this is the path of a file or a directory")]
    [InlineData(
        "streams: {a: {source: rtsp://192.0.2.9/a, replay: true, alwaysOn: true}}",
        "streams.a.alwaysOn: with replay: true each viewer has a session of its own with the recorder: there is nothing to pull for nobody; take it out")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, replay: true, keep: {time: 10s}}}", "streams.a.keep: with replay: true each viewer")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, replay: true, multicast: 239.1.1.1}}", "streams.a.multicast: with replay: true")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, replay: true, backChannel: true}}", "streams.a.backChannel: a recorder does not hear")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, replay: true, singleSession: true}}", "say maxViewers: 1 in its place")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, rtsp://192.0.2.9/b], replay: true}}", "streams.a.sources: with replay: true")]
    [InlineData("rtsp: {webSocket: {allowOrigins: [nvr.example]}}", "1:35: rtsp.webSocket.allowOrigins[0] \"nvr.example\": an origin is a scheme and a host")]
    // Multicast to viewers.
    [InlineData("defaults: {multicast: {groups: 10.0.0.0/8}}", "1:32: defaults.multicast.groups \"10.0.0.0/8\": it is no network of multicast groups: 239.192.0.0/16")]
    [InlineData("defaults: {multicast: {groups: 0.0.0.0/0}}", "defaults.multicast.groups \"0.0.0.0/0\": it is no network of multicast groups")]
    [InlineData("defaults: {multicast: {groups: 239.192.0.1/16}}", "defaults.multicast.groups \"239.192.0.1/16\": a network is written")]
    [InlineData("defaults: {multicast: {ttl: 0}}", "defaults.multicast.ttl \"0\": a number from 1 to 255")]
    [InlineData("defaults: {multicast: {interface: eth0/1}}", "defaults.multicast.interface \"eth0/1\": an interface is given by its name")]
    [InlineData("defaults: {multicast: 239.192.0.7}", "1:23: defaults.multicast.group: a group is one stream's: give a network of them")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 192.0.2.1}}", "1:54: streams.a.multicast \"192.0.2.1\": it is no multicast address: groups for one's own use are 239.0.0.0")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 224.0.0.251}}", "streams.a.multicast \"224.0.0.251\": it is a group that network protocols use")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 232.0.0.9}}", "streams.a.multicast \"232.0.0.9\": 232.0.0.0 to 232.0.0.255 are reserved")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 'ff02::1'}}", "streams.a.multicast \"ff02::1\": it is a well-known group")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 'fd00::1'}}", "streams.a.multicast \"fd00::1\": it is no multicast address: IPv6 groups begin with ff")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: {group: 239.1.1.1, port: 5005}}}", "streams.a.multicast.port \"5005\": a group's first port is even, from 1024 to 65472")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: {group: 239.1.1.1, port: 65500}}}", "streams.a.multicast.port \"65500\": a group's first port is even")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 239.1.1.1}, b: {source: rtsp://192.0.2.9/b, multicast: 239.1.1.1}}",
        "streams.b.multicast.group: 239.1.1.1 is the group of a, from port 5004 on: give it another one, or a port at least 64 away")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 239.1.1.1}, b: {source: rtsp://192.0.2.9/b, multicast: {group: 239.1.1.1, port: 5066}}}",
        "streams.b.multicast.group: 239.1.1.1 is the group of a, from port 5004 on")]
    [InlineData("streams: {'a*': {source: 'rtsp://192.0.2.9/${1}', multicast: 239.1.1.1}}", "streams.a*.multicast.group: all streams of the wildcard would be sent to it")]
    [InlineData("defaults: {multicast: {groups: 239.1.1.1/32}}|streams: {a: {source: rtsp://192.0.2.9/a}, b: {source: rtsp://192.0.2.9/b}}",
        "defaults.multicast.groups: 239.1.1.1/32 has 1 groups, and 2 streams want one: give a larger network")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 239.1.1.1, maxViewers: 5}}", "streams.a.multicast: it has maxViewers, and a group has no access control: add open: true")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, multicast: 239.1.1.1, allow: {from: [10.0.0.0/8]}}}", "streams.a.multicast: it is not for everybody, and a group has no access control")]
    [InlineData("auth: {users: [{name: a, password: b, roles: [v]}], roles: {v: {may: [read]}}}|streams: {a: {source: rtsp://192.0.2.9/a, multicast: 239.1.1.1}}",
        "streams.a.multicast: it is not for everybody, and a group has no access control")]
    // Types, ranges and units.
    [InlineData("defaults: {linger: 5x}", "1:20: defaults.linger \"5x\": a duration is a number of seconds, or a number with ms, s, m or h, up to 24h")]
    [InlineData("defaults: {linger: -1}", "1:20: defaults.linger \"-1\": a duration")]
    [InlineData("defaults: {linger: 25h}", "1:20: defaults.linger \"25h\": a duration")]
    [InlineData("defaults: {linger: [5s]}", "1:20: defaults.linger: this is a list, and it has to be DURATION")]
    [InlineData("defaults: {linger: {a: b}}", "1:20: defaults.linger: this is a section (keys with values), and it has to be DURATION")]
    [InlineData("defaults: {linger: }", "defaults.linger: it has no value: write one, or take the key out")]
    [InlineData("defaults:|  linger:", "defaults.linger: it has no value")]
    [InlineData("defaults: {linger: null}", "1:20: defaults.linger: it has no value")]
    [InlineData("defaults: {answerTimeout: 0}", "1:27: defaults.answerTimeout \"0\": an answer is waited for from 500ms to 10m")]
    [InlineData("defaults: {alwaysOn: yes}", "1:22: defaults.alwaysOn \"yes\": write true or false")]
    [InlineData("defaults: {alwaysOn: 1}", "defaults.alwaysOn \"1\": write true or false")]
    [InlineData("defaults: {start: {recorder: true}}", "1:20: defaults.start.recorder: there is no such key; did you mean \"recorders\"?")]
    [InlineData("defaults: {start: instnat}", "1:19: defaults.start \"instnat\": the modes are auto, past, instant, keyframe and live; did you mean \"instant\"?")]
    [InlineData("defaults: {transport: udp}", "1:23: defaults.transport \"udp\": the ways are auto, tcp and http")]
    [InlineData("defaults: {tunnelPort: 70000}", "defaults.tunnelPort \"70000\": a port is a number from 1 to 65535")]
    [InlineData("defaults: {keep: 8M}", "1:18: defaults.keep: this is a single value, and it has to be a section with keys like \"bytes\"")]
    [InlineData("defaults: {keep: {bytes: 8MB}}", "defaults.keep.bytes \"8MB\": a size is a number of bytes, or a number with K, M or G, from 0 to 1G")]
    [InlineData("defaults: {maxViewers: 0}", "defaults.maxViewers \"0\": a number from 1 to 1000000")]
    [InlineData("defaults: {dscp: 64}", "defaults.dscp \"64\": a DSCP is a number from 0 to 63, or a name")]
    [InlineData("defaults: {dscp: AF44}", "defaults.dscp \"AF44\": a DSCP is")]
    [InlineData("defaults: {tls: {fingerprint: abc}}", "defaults.tls.fingerprint \"abc\": a fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits")]
    [InlineData("defaults: {allow: {from: [10.0.0.0/33]}}", "1:27: defaults.allow.from[0] \"10.0.0.0/33\": a network is written 192.0.2.0/24")]
    [InlineData("defaults: {allow: {from: [10.0.0.1/8]}}", "defaults.allow.from[0] \"10.0.0.1/8\": a network is written")]
    [InlineData("defaults: {allow: {from: }}", "defaults.allow.from: it has no value")]
    [InlineData("limits: {viewers: many}", "1:19: limits.viewers \"many\": a number from 1 to 1000000")]
    [InlineData("limits: {memory: 1K}", "limits.memory \"1K\": a size is a number of bytes, or a number with K, M or G, from 16M to 1024G")]
    [InlineData("egress: {total: 100M}", "egress.total \"100M\": a rate is a number of Mbit/s from 0.1 to 1000000")]
    [InlineData("threads: 257", "1:10: threads \"257\": a number from 1 to 256")]
    [InlineData("log: {level: verbose}", "log.level \"verbose\": the levels are error, warning, info, debug and trace")]
    [InlineData("log: {level: DEBUG}", "did you mean \"debug\"?")]
    [InlineData("log: {format: xml}", "log.format \"xml\": the formats are text and json")]
    [InlineData("log: {addresses: some}", "log.addresses \"some\": the choices are full, network and none")]
    [InlineData("rtsp: {listen: [554x]}", "1:17: rtsp.listen[0] \"554x\": where to listen is written :8554")]
    [InlineData("rtsp: {listen: [\"host:554\"]}", "rtsp.listen[0] \"host:554\": where to listen")]
    [InlineData("rtsp: {listen: [\"::1:554\"]}", "rtsp.listen[0] \"::1:554\": where to listen")]
    [InlineData("rtsp: {listen: []}", "1:16: rtsp.listen: the list is empty: it needs at least one")]
    [InlineData("rtsp: {listen: [\"192.0.2.1:554\", \":8554\"]}", "rtsp.listen: \":8554\" is of another address than the others")]
    [InlineData("rtsp: {listen: [\"192.0.2.1:554\"], bind: 192.0.2.2}", "rtsp.bind: it differs from the address in rtsp.listen")]
    [InlineData("rtsps: {listen: [\":322\"]}", "1:17: rtsps.listen: TLS needs a certificate: name its file under rtsps.certificates (--certificate FILE)")]
    [InlineData("rtsps: {certificates: [{certificate: a.pem}]}", "1:38: rtsps.certificates[0].certificate: no viewer is shown it: name a port for TLS under rtsps.listen")]
    [InlineData("rtsps: {listen: \":322\", certificates: [{key: a.pem}]}", "rtsps.certificates[0].certificate: it is missing")]
    [InlineData("rtsps: {listen: \":322\", certificates: [{certificate: \"\"}]}", "rtsps.certificates[0].certificate \"\": this is the path of a file")]
    [InlineData("rtsps: {listen: \":322\", certificates: a.pem}", "rtsps.certificates: this is a single value, and it has to be a list, each item with keys like \"certificate\"")]
    [InlineData("rtsps: {listen: \":322\", certificates: [{certificate: a, kez: b}]}", "rtsps.certificates[0].kez: there is no such key; did you mean \"key\"?")]
    [InlineData("rtsps: {listen: [322x], certificates: [{certificate: a}]}", "rtsps.listen[0] \"322x\": where to listen is written :8554")]
    [InlineData("rtsps: {listen: \":8554\", certificates: [{certificate: a}]}", "rtsps.listen: port 8554 is in rtsp.listen, too, and those are in the clear")]
    [InlineData("rtsp: {httpTunnelPorts: 443}|rtsps: {listen: \":443\", certificates: [{certificate: a}]}", "rtsps.listen: port 443 is in rtsp.httpTunnelPorts, too")]
    [InlineData("rtsps: {listen: \"192.0.2.1:322\", certificates: [{certificate: a}]}", "rtsps.listen: \"192.0.2.1:322\" is of another address than rtsp.listen: write \":322\"")]
    [InlineData("rtsps: {minVersion: tls11}", "1:21: rtsps.minVersion \"tls11\": the versions are tls12 and tls13; did you mean \"tls12\"?")]
    [InlineData("rtsp: {bind: localhost}", "rtsp.bind \"localhost\": an address is written")]
    [InlineData("rtsp: {udpPorts: 7001-7002}", "rtsp.udpPorts \"7001-7002\": a port range is written FIRST-LAST")]
    [InlineData("rtsp: {proxyProtocol: {from: [10.0.0.1/8]}}", "1:31: rtsp.proxyProtocol.from[0] \"10.0.0.1/8\": a network is written 192.0.2.0/24")]
    [InlineData("rtsp: {proxyProtocol: {form: [10.0.0.0/8]}}", "1:24: rtsp.proxyProtocol.form: there is no such key; did you mean \"from\"?")]
    [InlineData("rtsp: {proxyProtocol: [10.0.0.0/8]}", "rtsp.proxyProtocol: this is a list, and it has to be a section with keys like \"from\"")]
    [InlineData("rtsp: [a]", "1:7: rtsp: this is a list, and it has to be a section with keys like \"listen\"")]
    [InlineData("rtsp:", "rtsp: the section is empty")]
    [InlineData("shutdown: {drain: x}", "shutdown.drain \"x\": a duration")]
    // Streams.
    [InlineData("streams:", "streams: the section is empty")]
    [InlineData("streams: [rtsp://192.0.2.9/a]", "1:10: streams: this is a list, and it has to be a section with names")]
    [InlineData("streams: {a: rtsp://192.0.2.9/a}", "1:14: streams.a: this is a single value, and it has to be a section with keys like \"source\"")]
    [InlineData("streams: {a: {}}", "streams.a: the stream has no source: the rtsp:// URL of its camera")]
    [InlineData("streams: {a: {source: http://192.0.2.9/a}}", "streams.a.source \"http://192.0.2.9/a\": it is not the URL of a camera")]
    [InlineData("streams: {a: {source: \"rtsp://u:geheim@:1/a\"}}", "streams.a.source \"rtsp://u:***@:1/a\": it cannot be used")]
    [InlineData("streams: {a: {source: \"rstp://u:geheim@192.0.2.9/a\"}}", "streams.a.source \"rstp://u:***@192.0.2.9/a\": it is not the URL")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, sources: [rtsp://192.0.2.9/b]}}", "streams.a.sources: there is a source beside it")]
    [InlineData("streams: {a: {sources: []}}", "streams.a.sources: the list is empty")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, rtsp://192.0.2.9:554/a]}}", "streams.a.sources[1]: it is the same as one before it")]
    [InlineData(
        "streams: {a: {sources: [rtsp://192.0.2.9/a, {url: 'rtsp://u:p@192.0.2.9/a', transport: tcp}]}}",
        "streams.a.sources[1]: it is the same as one before it")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, {transport: tcp}]}}", "streams.a.sources[1].url: it is missing")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, {url: 'rtsp://192.0.2.9/b', trasport: tcp}]}}", "did you mean \"transport\"?")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, {url: 'rtsp://192.0.2.9/b', transport: udp}]}}", "the ways are auto, tcp and http")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, http://192.0.2.9/b]}}", "streams.a.sources[1] ")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, null]}}", "streams.a.sources[1]: ")]
    [InlineData("streams: {a: {sources: {url: rtsp://192.0.2.9/a}}}", "streams.a.sources: this is a section (keys with values), and it has to be a list")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a, 'rtsp://192.0.2.9/${1}']}}", "streams.a.sources[1]")]
    [InlineData("streams: {'a-*': {sources: ['rtsp://192.0.2.9/${1}', rtsp://192.0.2.9/b]}}", "sources[1]: without ${1}")]
    [InlineData(
        "streams: {a: {sources: [rtsp://192.0.2.9/a, {url: 'rtsp://192.0.2.9/b', password: x}]}}", "streams.a.sources[1].password: there is no username for it")]
    [InlineData(
        "streams: {a: {sources: [rtsp://192.0.2.9/a, {url: 'rtsp://192.0.2.9/b', tls: {fingerprint: "
            + "'0000000000000000000000000000000000000000000000000000000000000000'}}]}}",
        "streams.a.sources[1].tls.fingerprint: ")]
    [InlineData("streams: {/a: {source: rtsp://192.0.2.9/a}}", "1:11: streams./a: the name of a stream has no slash at either end")]
    [InlineData("streams: {a b: {source: rtsp://192.0.2.9/a}}", "streams.a b: the name of a stream has no blanks")]
    [InlineData("streams: {a/./b: {source: rtsp://192.0.2.9/a}}", "streams.\"a/./b\": the name of a stream has no \".\" and no \"..\" between slashes")]
    [InlineData("streams: {a/../b: {source: rtsp://192.0.2.9/a}}", "streams.\"a/../b\": the name of a stream has no \".\" and no \"..\" between slashes")]
    [InlineData("streams: {\"\": {source: rtsp://192.0.2.9/a}}", "a stream needs a name")]
    [InlineData("streams: {\"a-*-*\": {source: rtsp://192.0.2.9/a}}", "a wildcard has one * only")]
    [InlineData("streams:|  a: {source: rtsp://192.0.2.9/a}|  a: {source: rtsp://192.0.2.9/b}", "3:3: \"a\" stands here a second time; the first one is in line 2")]
    [InlineData("streams:|  a/b: {source: rtsp://192.0.2.9/a}|  a%2Fb: {source: rtsp://192.0.2.9/b}", "streams.a%2Fb: another stream has the name already: \"a/b\"")]
    [InlineData("streams:|  a/b: {source: rtsp://192.0.2.9/a}|  a: {source: rtsp://192.0.2.9/b}", "2:3: streams.a/b: the name begins with that of another stream (\"a\") at a slash")]
    [InlineData("streams:|  a/b/c/d: {source: rtsp://192.0.2.9/a}|  a/b: {source: rtsp://192.0.2.9/b}", "streams.a/b/c/d: the name begins with that of another stream (\"a/b\")")]
    [InlineData("streams:|  \"a/*\": {source: \"rtsp://192.0.2.9/${1}\"}|  a: {source: rtsp://192.0.2.9/b}", "streams.a/*: the name begins with that of another stream (\"a\")")]
    [InlineData("streams:|  \"a-*\": {source: \"rtsp://192.0.2.9/${1}\"}|  a-1/x: {source: rtsp://192.0.2.9/b}", "streams.a-1/x: the name begins with that of another stream (\"a-*\")")]
    [InlineData(
        "streams: {a: {source: rtsp://192.0.2.9/a, tls: {fingerprint: \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}}}",
        "1:62: streams.a.tls.fingerprint: a camera at an rtsp:// URL shows no certificate")]
    [InlineData(
        "defaults: {tls: {fingerprint: \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}}|streams: {a: {source: rtsp://192.0.2.9/a}}",
        "1:31: streams.a.tls.fingerprint: a camera at an rtsp:// URL shows no certificate")]
    [InlineData("streams: {\"a-*\": {source: rtsp://192.0.2.9/a}}", "1:27: streams.a-*.source: without ${1} all streams of this wildcard would show the same camera")]
    [InlineData("streams: {\"a.b\": {source: rtsp://192.0.2.9/a, hold: 5x}}", "streams.\"a.b\".hold \"5x\": a duration")]
    [InlineData("streams:|  cam: {hold: 5s}|  \"cam.source\": {source: rtsp://192.0.2.9/a}", "2:3: streams.cam: the stream has no source")]
    [InlineData("streams:|  cam: {hold: 5s}|  \"cam\\\".source\": {source: rtsp://192.0.2.9/a}", "streams.cam: the stream has no source")]
    [InlineData("streams:|  a: {source: rtsp://192.0.2.9/a}|auth: {users: [{name: n, password: geheim, roles: r}], roles: {r: {may: [read, register]}}}|register: {users: [{name: n, password: geheim}]}", "3:7: auth: The user \"n\" is there twice")]
    [InlineData("streams: {a: {source: \"rtsp://192.0.2.9/${1}\"}}", "streams.a.source: ${1} is what the * in the name of a wildcard stands for, and this name has none")]
    [InlineData("streams: {\"a-*\": {source: \"rtsp://${1}.example/a\"}}", "${1} stands in the path or the query only")]
    [InlineData("streams: {\"a-*\": {source: \"rtsp://192.0.2.9:5${1}/a\"}}", "${1} stands in the path or the query only")]
    [InlineData("streams: {\"a-*\": {source: \"rtsp://u:${1}@192.0.2.9/a\"}}", "${1} stands in the path or the query only")]
    [InlineData("streams: {\"a-*\": {source: \"rtsp://${1}@192.0.2.9/a\"}}", "${1} stands in the path or the query only")]
    [InlineData("rtsp: {listen: [\":554\"]}|streams: {a: {source: rtsp://127.0.0.1/a}}", "2:23: streams.a.source: it points at this proxy itself (port 554 of this machine)")]
    [InlineData("rtsp: {listen: [\":8554\"]}|streams: {a: {source: \"rtsp://localhost:8554/a\"}}", "it points at this proxy itself")]
    [InlineData("rtsp: {listen: [\":8554\"]}|streams: {a: {source: \"rtsp://192.0.2.1:8554/a\"}}", "it points at this proxy itself")]
    [InlineData("rtsp: {listen: [\":8554\"]}|streams: {a: {source: \"rtsp://[::1]:8554/a\"}}", "it points at this proxy itself")]
    [InlineData("rtsp: {listen: [\"192.0.2.1:8554\"]}|streams: {a: {source: \"rtsp://192.0.2.1:8554/a\"}}", "it points at this proxy itself")]
    [InlineData("rtsp: {listen: [\":8554\"]}|streams: {a: {source: \"rtsp://127.9.9.9:8554/a\"}}", "it points at this proxy itself")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, password: geheim}}", "streams.a.password: there is no username for it")]
    [InlineData("defaults: {password: geheim}", "defaults.password: there is no username for it")]
    [InlineData("streams: {}", "there is no stream: name one under \"streams\"")]
    [InlineData("register: {enabled: false}|streams: {}", "there is no stream")]
    // Users and roles.
    [InlineData("auth: {users: [{name: a, password: geheim, roles: [viewr]}], roles: {view: {may: [read]}}}", "auth.users[0].roles: nobody has defined the role \"viewr\"; did you mean \"view\"?")]
    [InlineData("auth: {anonymous: [view]}", "1:20: auth.anonymous: nobody has defined the role \"view\"; define it under auth.roles")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, allow: {roles: [guard]}}}", "streams.a.allow.roles: nobody has defined the role \"guard\"")]
    [InlineData("defaults: {allow: {roles: [guard]}}", "defaults.allow.roles: nobody has defined the role \"guard\"")]
    [InlineData("auth: {roles: {\"a b\": {may: [read]}}}", "auth.roles.a b: the name of a role has letters")]
    [InlineData("auth: {roles: {view: {}}}", "auth.roles.view.may: it is missing")]
    [InlineData("auth: {roles: {view: {may: []}}}", "auth.roles.view.may: the list is empty")]
    [InlineData("auth: {roles: {view: {may: [reed]}}}", "auth.roles.view.may[0] \"reed\": the rights are read, status, api, register and talk; did you mean \"read\"?")]
    [InlineData("auth: {external: {url: \"https://192.0.2.9/\", actions: [read, status]}}", "auth.external.actions[1] \"status\": the rights that it is asked for (status, api and talk come by auth.roles alone) are read and register")]
    [InlineData("auth: {external: {url: \"https://192.0.2.9/\", actions: api}}", "\"api\": the rights that it is asked for (status, api and talk come by auth.roles alone) are read and register")]
    [InlineData("auth: {roles: {view: {may: [read], from: [nowhere]}}}", "auth.roles.view.from[0] \"nowhere\": a network is written")]
    [InlineData("auth: {roles: {view: {may: [read], streams: [\"/a\"]}}}", "auth.roles.view.streams[0] \"/a\": a pattern is the name of a stream")]
    [InlineData("auth: {users: [{password: geheim}]}", "auth.users[0].name: it is missing")]
    [InlineData("auth: {users: [{name: a}]}", "auth.users[0].password: it is missing")]
    [InlineData("auth: {users: [{name: \"a:b\", password: geheim}]}", "auth.users[0].name \"a:b\": the name of a user has a letter at least, no colon")]
    [InlineData("auth: {users: \"admin:geheim\"}", "auth.users: this is a single value, and it has to be a list")]
    [InlineData("auth: {users: [\"admin:geheim\"]}", "auth.users[0]: this is a single value, and it has to be a section")]
    [InlineData("auth: {users: [{name: a, password: \"\"}]}", "auth.users[0].password: a password cannot be empty")]
    [InlineData("auth: {users: [{name: a, password: [geheim, geheim2]}]}", "auth.users[0].password: several passwords of one user are hashes")]
    [InlineData("auth: {users: [{name: a, password: \"ha1:md5:geheim\"}]}", "auth.users[0].password: a hashed password is written ha1:md5: and 32")]
    [InlineData("auth: {users: [{name: a, password: \"ha1:sha-1:0123456789abcdef0123456789abcdef\"}]}", "auth.users[0].password: a hashed password is written")]
    [InlineData("auth: {users: [{name: a, password: \"ha1:0123456789abcdef0123456789abcdef\"}]}", "auth.users[0].password: a hashed password is written")]
    [InlineData("auth: {users: [{name: a, password: geheim}, {name: a, password: geheim}]}", "auth.users[1]: \"a\" stands here a second time")]
    [InlineData("register: {users: [{name: a, password: geheim}, {name: a, password: geheim}]}", "register.users[1]: \"a\" stands here a second time")]
    [InlineData("auth: {digest: [md5, sha1]}", "auth.digest[1] \"sha1\": the algorithms are md5, sha-256 and sha256")]
    [InlineData("auth: {digest: [md5, md5]}", "auth.digest[1]: \"md5\" stands here a second time")]
    [InlineData("auth: {realm: 'a\"b'}", "auth.realm \"a\"b\": a realm has a letter at least")]
    [InlineData("auth: {external: {timeout: 2s}}", "auth.external.url: it is missing")]
    [InlineData("auth: {external: {url: \"https://u:geheim@auth.example/\"}}", "auth.external.url \"https://u:***@auth.example/\": a URL is written http://host/path")]
    [InlineData("auth: {external: {url: \"ftp://auth.example/\"}}", "a URL is written http://host/path or https://host/path")]
    [InlineData("auth: {external: {url: \"https://auth.example/\", timeout: 1m}}", "auth.external.timeout \"1m\": an answer is waited for from 100ms to 10s")]
    [InlineData("auth: {external: {url: \"https://auth.example/\", onError: allow}}", "auth.external.onError \"allow\": the choices are deny and lastKnown")]
    [InlineData("auth: {external: {url: \"https://auth.example/\", headers: {\"X Y\": geheim}}}", "auth.external.headers.X Y: this is no name of a header")]
    [InlineData("auth: {external: {url: \"https://auth.example/\", headers: {X: \"a\\nb: geheim\"}}}", "auth.external.headers.X: it has no line ends")]
    // YAML.
    [InlineData("=a: [1, 2", "the file ends in the middle of something")]
    [InlineData("a: {b: 1|c: 2|", "is a bracket, a brace or a quotation mark not closed?")]
    [InlineData("a: \"abc", "1:4: the quotation mark that begins here is never closed")]
    [InlineData("a: 'x' y", "this is no \"key: value\"")]
    [InlineData("a: b: c", "1:5: \": \" within a value: put the value in quotation marks")]
    [InlineData("streams:|\ta: {source: rtsp://192.0.2.9/a}", "a tab cannot indent YAML: use blanks")]
    [InlineData("streams:|  a:|    source: rtsp://192.0.2.9/a|   alwaysOn: true", "4:4: this is no \"key: value\"")]
    [InlineData("defaults:|  linger: 1s|  linger: 2s", "3:3: \"linger\" stands here a second time; the first one is in line 2")]
    [InlineData("defaults: {username: a, linger}", "1:25: no value stands here behind a key; a value that holds a comma itself stands in quotation marks")]
    [InlineData("defaults: {password: geheim, lingr: 1s}", "1:30: defaults.***: there is no such key; a value that holds a comma")]
    [InlineData("a: @x", "1:4: a value cannot begin with this character")]
    [InlineData("a: \"C:\\q\"", "a backslash within double quotation marks")]
    [InlineData("- a|b: c", "2:1: within a list each line begins with \"- \"")]
    [InlineData("=- a", "1:1: the file is a list and not a section")]
    [InlineData("=just text", "1:1: the file is a single value and not a section")]
    [InlineData("=# nothing but this", "the file holds nothing but comments: is somebody writing it just now?")]
    [InlineData("=---|...", "the file holds nothing but comments")]
    [InlineData("a: 1|---|b: 2", "the file holds a second document (---): only one is read")]
    [InlineData("<<: {a: 1}", "1:1: merge keys (<<) are not read: what all streams have in common stands under \"defaults\"")]
    [InlineData("streams:|  a: {<<: *x, source: rtsp://192.0.2.9/a}", "2:11: this alias (*...) has no anchor before it; a text that begins with * stands in quotation marks")]
    [InlineData("a: &x [*x]", "1:8: this alias (*...) stands within what it stands for")]
    [InlineData("a: !!binary aGFsbG8=", "1:4: a tag (!...) is not read: leave it out")]
    [InlineData("a: !vault x", "1:4: a tag (!...) is not read: leave it out; a text that begins with ! stands in quotation marks")]
    [InlineData("? [a]|: b", "a key is a text, not a section or a list")]
    [InlineData("defaults: {linger: 1s, linger: 2s}", "1:24: this key stands here a second time; the first one is in line 1")]
    [InlineData("={\"defaults\": {\"linger\": \"5x\"}}", "1:25: defaults.linger \"5x\": a duration")]
    [InlineData("defaults: {username: ${env:X}}", "1:23: within brackets and braces ${...} stands in quotation marks")]
    [InlineData("streams:|  lobby-*: {source: rtsp://192.0.2.9/${1}}", "2:39: within brackets and braces ${...} stands in quotation marks")]
    [InlineData("streams:|  *: {source: rtsp://192.0.2.9/a}", "2:3: this alias (*...) has no anchor before it; a text that begins with * stands in quotation marks")]
    // References.
    [InlineData("defaults: {username: \"${env:NOBODY}\"}", "1:22: defaults.username: \"${env:NOBODY}\": the environment has no variable of that name")]
    [InlineData("defaults: {username: \"${file:nowhere}\"}", "defaults.username: \"${file:nowhere}\": \"/etc/frp/nowhere\" does not exist")]
    [InlineData("defaults: {username: \"${credential:cam}\"}", "defaults.username: \"${credential:cam}\": the environment has no CREDENTIALS_DIRECTORY")]
    [InlineData("defaults: {username: \"${envv:X}\"}", "1:22: defaults.username: the \"${...}\" in it is none of ${env:NAME}, ${file:PATH} and ${credential:NAME}")]
    [InlineData("defaults: {username: \"${X}\"}", "\"${...}\" in it is none of")]
    [InlineData("defaults: {username: \"${env:}\"}", "\"${...}\" in it is none of")]
    [InlineData("defaults: {username: \"${env:X\"}", "\"${\" has no \"}\" behind it")]
    public void Load_WrongConfiguration_IsToldWithPlaceAndRemedy(string text, string expected)
    {
        LoadedConfig loaded = Load(text);

        Assert.Null(loaded.Config);
        string lines = string.Join('\n', loaded.Lines);
        string wanted = char.IsAsciiDigit(expected[0]) ? Prefix + expected : expected;
        Assert.Contains(wanted, lines, StringComparison.Ordinal);
        Assert.All(loaded.Lines, static line => Assert.StartsWith(ConfigBench.File + ":", line, StringComparison.Ordinal));
        Assert.DoesNotContain("geheim", lines, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth: {users: [{name: a, password: geheim}]}", "1:16: warning: auth.users[0]: the user \"a\" has no roles, so he may do nothing")]
    [InlineData(
        "auth: {digest: [md5, sha-256], roles: {v: {may: read}}, users: [{name: a, roles: v, password: \"ha1:md5:0123456789abcdef0123456789abcdef\"}]}",
        "warning: auth.users[0].password: the user \"a\" cannot log in with sha-256, which auth.digest offers")]
    [InlineData(
        "rtsp: {proxyProtocol: {from: [192.0.2.1, \"::/0\"]}}",
        "1:42: warning: rtsp.proxyProtocol.from[1]: with ::/0 every viewer can claim any address: name the balancers alone")]
    [InlineData("rtsp: {proxyProtocol: {from: 0.0.0.0/0}}", "1:30: warning: rtsp.proxyProtocol.from: with 0.0.0.0/0 every viewer")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, acrossSizes: true}}", "warning: streams.a.acrossSizes: it is for streams with several sources")]
    [InlineData("streams: {a: {sources: [rtsp://192.0.2.9/a], probe: false}}", "warning: streams.a.probe: it is for streams with several sources")]
    [InlineData(
        "streams: {a: {sources: [rtsp://192.0.2.9/a, {url: 'rtsp://192.0.2.9/b', tunnelPort: 81}]}}",
        "warning: streams.a.sources[1].tunnelPort: it is used with transport: http only")]
    [InlineData("streams: {a: {source: \"rtsp://127.0.0.1:8554/a\"}}", "1:23: warning: streams.a.source: it points at this proxy itself, if that gets port 8554 of rtsp.listen")]
    [InlineData("auth: {external: {url: \"http://auth.example/x?token=geheim\"}}", "1:24: warning: auth.external.url is http://auth.example/x: questions, tokens and the secret headers go there in the clear")]
    [InlineData(
        "rtsp: {listen: [8554], httpTunnelPorts: [8000]}|streams: {a: {source: \"rtsp://127.0.0.1/a\", transport: http, tunnelPort: 8000}}",
        "2:23: warning: streams.a.source: it points at this proxy itself, if that gets port 8000 of rtsp.httpTunnelPorts")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, maxInstances: 5}}", "warning: streams.a.maxInstances: it is for wildcards")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, keep: {time: 30s}}}", "warning: streams.a.keep.time: the camera is pulled all the time, viewers or not, to have so much")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, keep: {time: 10s}}}", "warning: streams.a.keep.time: so much is there while the camera is pulled; alwaysOn: true has it before anybody watches")]
    [InlineData("{defaults: {keep: {time: 30s}}, streams: {a: {source: rtsp://192.0.2.9/a}}}", "warning: defaults.keep.time: the camera is pulled all the time, viewers or not, to have so much")]
    [InlineData("{limits: {memory: 64M}, streams: {a: {source: rtsp://192.0.2.9/a, alwaysOn: true, keep: {time: 30s}}, b: {source: rtsp://192.0.2.9/b}}}", "warning: limits.memory: of it each of the 2 streams may keep 14.7 MB at the most, not the 16.8 MB of a: keep.time may not be reached; the log and fastrtspproxy_stream_kept_seconds say what is")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, tunnelPort: 81}}", "warning: streams.a.tunnelPort: it is used with transport: http only")]
    [InlineData("auth: {basic: true}", "1:15: warning: auth.basic: Basic is offered for viewers who come by TLS alone, and nobody can: name a port for them under rtsps.listen")]
    [InlineData(
        "streams: {a: {source: rtsp://192.0.2.9/a, allow: {secureOnly: true}}}",
        "warning: streams.a.allow.secureOnly: the stream is there for viewers who come by TLS alone, and nobody can: name a port for them under rtsps.listen")]
    [InlineData(
        "{defaults: {allow: {secureOnly: true}}, streams: {a: {source: rtsp://192.0.2.9/a}, b: {source: rtsp://192.0.2.9/b}}}",
        "warning: defaults.allow.secureOnly: the stream is there for viewers who come by TLS alone, and nobody can: name a port for them under rtsps.listen")]
    public void Load_DoubtfulConfiguration_IsTakenWithAWarning(string text, string expected)
    {
        LoadedConfig loaded = Load(text);

        Assert.True(loaded.Config is not null, string.Join('\n', loaded.Lines));
        Assert.Contains(expected, Assert.Single(loaded.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsp: {listen: [\"192.0.2.7:8554\"]}|streams: {a: {source: \"rtsp://127.0.0.1:8554/a\"}}")]
    [InlineData("rtsp: {listen: [\":8554\"]}|streams: {a: {source: \"rtsp://127.0.0.1:8555/a\"}}")]
    [InlineData("rtsp: {listen: [\":8554\"]}|streams: {a: {source: \"rtsp://192.0.2.9:8554/a\"}}")]
    [InlineData("rtsp: {listen: [\":8554\"]}|streams: {a: {source: \"rtsp://camera:8554/a\"}}")]
    [InlineData("rtsp: {listen: [\":8554\"]}|streams: {a: {source: \"rtsp://127.0.0.1:8554/a\", transport: http}}")]
    [InlineData("rtsp: {listen: [\"127.0.0.2:8554\"]}|streams: {a: {source: \"rtsp://localhost:8554/a\"}}")]
    public void Load_SourceThatIsNotThisProxy_IsTaken(string text)
    {
        LoadedConfig loaded = Load(text);

        Assert.Empty(loaded.Remarks);
    }

    [Fact]
    public void Load_SeveralErrors_TellsAllInTheOrderOfTheFile()
    {
        LoadedConfig loaded = Load(
            "limts: {}\nlog: {level: loud}\ndefaults:\n  linger: 5x\n  hodl: 3s\nstreams:\n  a: {source: rtsp://192.0.2.9/a, dead: soon}\n  b: "
                + "{}\nhooks: {}\n");

        Assert.Equal([1, 2, 4, 5, 7, 8, 9], loaded.Remarks.Select(static remark => remark.Place.Line));
    }

    /// <summary>What follows from an error is not one more.</summary>
    [Theory]
    [InlineData("streams: [a]")]
    [InlineData("streams:")]
    [InlineData("streams:\n  a:\n")]
    [InlineData("streams:\n  a: rtsp://192.0.2.9/a\n")]
    [InlineData("streams:\n  a: {source: x}\n")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a}}\nauth: {users: [{name: a, password: [], roles: v}], roles: {v: {may: read}}}")]
    public void Load_OneMistake_IsOneError(string text) => Assert.Single(new ConfigBench().Load(text).Lines);

    [Fact]
    public void Load_ThousandsOfErrors_TellsSomeAndCountsTheRest()
    {
        LoadedConfig loaded = Load(string.Concat(Enumerable.Range(0, 3000).Select(static i => $"wrong{i}: 1\n")));

        Assert.Equal(201, loaded.Remarks.Count);
        Assert.Contains("more of the kind are not shown", loaded.Lines.Last(), StringComparison.Ordinal);
    }

    private static LoadedConfig Load(string text)
    {
        text = text.Replace('|', '\n');
        return new ConfigBench().Load(text switch
        {
            ['=', .. string whole] => whole,
            _ when text.Contains("streams", StringComparison.Ordinal) => text,
            _ => text + "\nstreams: {zz: {source: rtsp://192.0.2.9/zz}}\n",
        });
    }
}
