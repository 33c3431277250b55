using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>defaults</c> and of each stream.</summary>
internal static class StreamKeys
{
    private static readonly (string Word, CameraWay Way)[] s_ways = [("auto", CameraWay.Auto), ("tcp", CameraWay.Tcp), ("http", CameraWay.Http)];

    private static readonly ConfigShape<StartConfig> s_start = new(
        new StartConfig(),
        new ValueKey<StartConfig, StartMode>(
            "mode", ConfigTypes.Word("MODE", "the modes", [.. StartModes.Words]), static c => c.Mode, static (c, v) => c with { Mode = v })
        {
            Text = "what a joining viewer gets first: auto (as suits the player: ffmpeg's kind gets the past while that is not older than some 2 s, "
                + "GStreamer's an instant start, another FastRtspProxy the past, everybody else keyframe while the camera sends a key frame "
                + "every 4 s or sooner, and live else), past (the cached pictures and sound from the last key frame on, with their true times), "
                + "instant (the cached pictures from the last key frame on, squeezed into no time), "
                + "keyframe (nothing before the next key frame), live (whatever comes next, as LIVE555); ?start=MODE at the end of a play URL "
                + "chooses for one viewer",
            Option = new("--start"),
        },
        new ValueKey<StartConfig, bool>("recorders", ConfigTypes.Flag, static c => c.Recorders, static (c, v) => c with { Recorders = v })
        {
            Text = "with auto, ffmpeg's kind gets the past however old it is, unless a key frame is due within 0.3 s: a recorder then begins before "
                + "it asked",
        });

    private static readonly ConfigShape<KeepConfig> s_keep = new(
        new KeepConfig(),
        new ValueKey<KeepConfig, long>("bytes", ConfigTypes.Size(0, 1L << 30), static c => c.Bytes, static (c, v) => c with { Bytes = v })
        {
            Text = "so much at the most",
        },
        new ValueKey<KeepConfig, TimeSpan?>("time", ConfigTypes.DurationOrNull, static c => c.Time, static (c, v) => c with { Time = v })
        {
            Text = "so long, whether anybody needs it or not, as far as bytes and limits.memory go: ?start=-10s and Range: clock= then begin in it; "
                + "more than 12s, which no joiner needs otherwise, has the camera pulled all the time",
            DefaultWords = "what a joiner needs, 12s at the most",
            Sample = "null",
        });

    private static readonly ConfigShape<CameraTlsConfig> s_tls = new(
        new CameraTlsConfig(),
        new ValueKey<CameraTlsConfig, bool>("verify", ConfigTypes.Flag, static c => c.Verify, static (c, v) => c with { Verify = v })
        {
            Text = "check the certificates of rtsps:// cameras",
            Effect = ConfigEffect.Session,
            Option = new("--insecure-tls") { Text = "do not check the certificates of rtsps:// cameras", ValueName = "", Sets = ["false"] },
        },
        new ValueKey<CameraTlsConfig, string?>(
            "fingerprint", FingerprintType.OrNull, static c => c.Fingerprint, static (c, v) => c with { Fingerprint = v })
        {
            Text = "take this one certificate, whoever signed it: its SHA-256, in hexadecimal digits",
            DefaultWords = "null",
            Effect = ConfigEffect.Session,
            Sample = "null",
        });

    private static readonly ConfigShape<StreamAllowConfig> s_allow = new(
        new StreamAllowConfig(),
        new ValuesKey<StreamAllowConfig, string>("roles", NameTypes.Role, static c => c.Roles, static (c, v) => c with { Roles = v })
        {
            Text = "only who has one of these roles",
            DefaultWords = "any",
            Sample = "[view]",
        },
        new ValuesKey<StreamAllowConfig, IPNetwork>("from", ConfigTypes.Network, static c => c.From, static (c, v) => c with { From = v })
        {
            Text = "only from these addresses",
            DefaultWords = "any",
            Sample = "[10.0.0.0/8]",
        },
        new ValueKey<StreamAllowConfig, bool>(
            "secureOnly", ConfigTypes.Flag, static c => c.SecureOnly, static (c, v) => c with { SecureOnly = v })
        {
            Text = "only by TLS (rtsps, wss, https): who comes in the clear is refused (403), and there is no multicast",
        });

    private static readonly ConfigShape<SourceTlsConfig> s_sourceTls = new(
        new SourceTlsConfig(),
        new ValueKey<SourceTlsConfig, bool?>("verify", ConfigTypes.FlagOrNull, static c => c.Verify, static (c, v) => c with { Verify = v })
        {
            Text = "check its certificate",
            DefaultWords = "as the stream",
            Effect = ConfigEffect.Session,
            Sample = "null",
        },
        new ValueKey<SourceTlsConfig, string?>(
            "fingerprint", FingerprintType.OrNull, static c => c.Fingerprint, static (c, v) => c with { Fingerprint = v })
        {
            Text = "take this one certificate, whoever signed it: its SHA-256, in hexadecimal digits",
            DefaultWords = "as the stream, unless verify is there",
            Effect = ConfigEffect.Session,
            Sample = "null",
        });

    private static readonly ConfigShape<SourceConfig> s_source = new(
        new SourceConfig(),
        new ValueKey<SourceConfig, string>("url", UrlTypes.Camera, static c => c.Url, static (c, v) => c with { Url = v })
        {
            Text = "the URL of the camera",
            DefaultWords = "",
            Effect = ConfigEffect.Session,
            IsRequired = true,
            Sample = "rtsp://192.0.2.12/main",
        },
        new ValueKey<SourceConfig, string?>("username", ConfigTypes.TextOrNull, static c => c.UserName, static (c, v) => c with { UserName = v })
        {
            Text = "for this camera; credentials in its URL win",
            DefaultWords = "as the stream",
            Effect = ConfigEffect.Session,
            Sample = "null",
        },
        new ValueKey<SourceConfig, Secret?>("password", ConfigTypes.SecretOrNull, static c => c.Password, static (c, v) => c with { Password = v })
        {
            Text = "for this camera; no other one hears it",
            DefaultWords = "as the stream, unless there is a username beside it",
            Effect = ConfigEffect.Session,
            Sample = "null",
        },
        new ValueKey<SourceConfig, CameraWay?>(
            "transport", ConfigTypes.WordOrNull("WAY", "the ways", s_ways), static c => c.Transport, static (c, v) => c with { Transport = v })
        {
            Text = "how its media comes",
            DefaultWords = "as the stream",
            Effect = ConfigEffect.Session,
            Sample = "tcp",
        },
        new ValueKey<SourceConfig, int?>("tunnelPort", ConfigTypes.PortOrNull, static c => c.TunnelPort, static (c, v) => c with { TunnelPort = v })
        {
            Text = "of transport http: the camera's port for it",
            DefaultWords = "as the stream",
            Effect = ConfigEffect.Session,
            Sample = "null",
        },
        new SectionKey<SourceConfig, SourceTlsConfig>("tls", s_sourceTls, static c => c.Tls, static (c, v) => c with { Tls = v })
        {
            Text = "how this rtsps:// camera is known",
        },
        new ValueKey<SourceConfig, bool?>(
            "keyFrameRequests", ConfigTypes.FlagOrNull, static c => c.KeyFrameRequests, static (c, v) => c with { KeyFrameRequests = v })
        {
            Text = "ask this camera for key frames",
            DefaultWords = "as the stream",
            Effect = ConfigEffect.Session,
            Sample = "null",
        },
        new ValueKey<SourceConfig, int?>("dscp", ConfigTypes.DscpOrNull, static c => c.Dscp, static (c, v) => c with { Dscp = v })
        {
            Text = "the DSCP of what is sent to this camera",
            DefaultWords = "as the stream",
            Effect = ConfigEffect.Session,
            Sample = "null",
        },
        new ValueKey<SourceConfig, bool?>("probe", ConfigTypes.FlagOrNull, static c => c.Probe, static (c, v) => c with { Probe = v })
        {
            Text = "look by a session of its own whether it delivers while a worse one is in use",
            DefaultWords = "as the stream",
            Sample = "null",
        });

    public static ConfigShape<StreamConfig> Defaults { get; } = new(new StreamConfig(), Common());

    public static ConfigShape<StreamConfig> Stream { get; } = new(
        new StreamConfig(),
        [
            new ValueKey<StreamConfig, string>(
                "source", UrlTypes.Camera, static c => IsSingle(c) ? c.Sources[0].Url : "", static (c, v) => c with { Sources = [v] })
            {
                Text = "the URL of the camera; of a wildcard, with ${1} for its *, in the path or the query",
                DefaultWords = "",
                Effect = ConfigEffect.Session,
                Sample = "rtsp://192.0.2.11/Streaming/Channels/101",
            },
            new SectionsKey<StreamConfig, SourceConfig>(
                "sources", s_source, static () => new SourceConfig(), static one => BackendUrl.Redact(one.Url),
                static c => IsSingle(c) ? [] : c.Sources, static (c, v) => c with { Sources = v })
            {
                Text = "several cameras, or ways to one, in place of a source, the best first; each is a URL, or has keys of its own. The first that "
                    + "delivers is used; when it is lost the next is tried at once, and a better one is used again when it has delivered for 60 s",
                DefaultWords = "",
                Effect = ConfigEffect.Session,
                CountMin = 1,
                Shorthand = "url",
                Sample = "[\"rtsp://192.0.2.12/main\", \"rtsp://192.0.2.99/backup\"]",
            },
            new ValueKey<StreamConfig, bool>(
                "acrossSizes", ConfigTypes.Flag, static c => c.AcrossSizes, static (c, v) => c with { AcrossSizes = v })
            {
                Text = "of several sources: viewers play on though the pictures of another one are of another size; else their sessions end then",
            },
            new ValueKey<StreamConfig, bool>("probe", ConfigTypes.Flag, static c => c.Probe, static (c, v) => c with { Probe = v })
            {
                Text = "of several sources: look whether better ones than that in use deliver again, by a session with each that nobody sees; false "
                    + "where a camera allows one session: it is tried when the one in use is lost, or the stream is opened anew",
            },
            .. Common(),
            new ValueKey<StreamConfig, int>(
                "maxInstances", ConfigTypes.Count(1, 100_000), static c => c.MaxInstances, static (c, v) => c with { MaxInstances = v })
            {
                Text = "of a wildcard: streams at once",
            },
            new ValueKey<StreamConfig, bool>(
                "singleSession", ConfigTypes.Flag, static c => c.SingleSession, static (c, v) => c with { SingleSession = v })
            {
                Text = "the camera allows one RTSP session: in a cluster its owner stops in time when it is cut off (whenAlone)",
            },
            new ValueKey<StreamConfig, bool>(
                "backChannel", ConfigTypes.Flag, static c => c.BackChannel, static (c, v) => c with { BackChannel = v })
            {
                Text = "two-way audio: ask the camera for its back channel (ONVIF), for viewers that ask for it and may talk; "
                    + "some cameras do not bear the question",
                Effect = ConfigEffect.Session,
            },
            new ValueKey<StreamConfig, bool>("replay", ConfigTypes.Flag, static c => c.Replay, static (c, v) => c with { Replay = v })
            {
                Text = "a recorder: each viewer has a session of its own with it, as many as maxViewers allows, in which it plays, pauses and seeks "
                    + "(ONVIF replay: Range: clock=, Scale, Rate-Control, Immediate); a change ends its viewers' sessions",
                Effect = ConfigEffect.Session,
            },
            new ValueKey<StreamConfig, WhenAlone?>(
                "whenAlone", ClusterTypes.WhenAloneOrNull, static c => c.WhenAlone, static (c, v) => c with { WhenAlone = v })
            {
                Text = "in a cluster: what the stream's owner does when it is cut off from the others, stop or keep",
                DefaultWords = "cluster.whenAlone",
                Sample = "null",
            },
        ]);

    private static bool IsSingle(StreamConfig stream) => stream.Sources is [{ IsPlain: true }];

    /// <summary>Those that a stream has from the defaults where it does not have them itself.</summary>
    private static OwnedKey<StreamConfig>[] Common() =>
    [
        new ValueKey<StreamConfig, string?>("username", ConfigTypes.TextOrNull, static c => c.UserName, static (c, v) => c with { UserName = v })
        {
            Text = "for the camera; credentials in its URL win",
            DefaultWords = "null",
            Effect = ConfigEffect.Session,
            Sample = "proxy",
        },
        new ValueKey<StreamConfig, Secret?>("password", ConfigTypes.SecretOrNull, static c => c.Password, static (c, v) => c with { Password = v })
        {
            Text = "for the camera",
            DefaultWords = "null",
            Effect = ConfigEffect.Session,
            Sample = "${file:cameras}",
        },
        new ValueKey<StreamConfig, CameraWay>(
            "transport",
            ConfigTypes.Word("WAY", "the ways", s_ways),
            static c => c.Transport,
            static (c, v) => c with { Transport = v })
        {
            Text = "how the media comes: auto (multicast where it is described, UDP, TCP: what brings media), tcp (in the RTSP connection), "
                + "http (RTSP over HTTP)",
            Effect = ConfigEffect.Session,
        },
        new ValueKey<StreamConfig, int?>("tunnelPort", ConfigTypes.PortOrNull, static c => c.TunnelPort, static (c, v) => c with { TunnelPort = v })
        {
            Text = "of transport http: the camera's port for it",
            DefaultWords = "80",
            Effect = ConfigEffect.Session,
            Sample = "80",
        },
        new SectionKey<StreamConfig, CameraTlsConfig>("tls", s_tls, static c => c.Tls, static (c, v) => c with { Tls = v })
        {
            Text = "how rtsps:// cameras are known",
        },
        new ValueKey<StreamConfig, bool>("alwaysOn", ConfigTypes.Flag, static c => c.AlwaysOn, static (c, v) => c with { AlwaysOn = v })
        {
            Text = "pull every camera from the start, viewers or not",
            Sample = "true",
            Option = new("--always-on") { ValueName = "" },
        },
        new ValueKey<StreamConfig, TimeSpan>("linger", ConfigTypes.Duration, static c => c.Linger, static (c, v) => c with { Linger = v })
        {
            Text = "go on pulling a camera for so long after its last viewer has gone",
            Option = new("--linger"),
        },
        new ValueKey<StreamConfig, TimeSpan>("hold", ConfigTypes.Duration, static c => c.Hold, static (c, v) => c with { Hold = v })
        {
            Text = "keep the viewers of a lost camera for so long, from its loss until media is back; they play on then",
            Option = new("--hold"),
        },
        new ValueKey<StreamConfig, TimeSpan>("dead", ConfigTypes.Duration, static c => c.Dead, static (c, v) => c with { Dead = v })
        {
            Text = "a camera that sends nothing for so long is lost and tried again; 0: never (-D)",
        },
        new ValueKey<StreamConfig, TimeSpan>(
            "answerTimeout",
            ConfigTypes.DurationWithin(
                TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(10), "an answer is waited for from 500ms to 10m (the default is 30s)"),
            static c => c.AnswerTimeout,
            static (c, v) => c with { AnswerTimeout = v })
        {
            Text = "wait so long for a camera's answer to DESCRIBE, SETUP and PLAY (500ms to 10m); a viewer's PLAY is answered after 5 s all "
                + "the same, and its picture comes when the camera's does",
            Option = new("--answer-timeout"),
        },
        new SectionKey<StreamConfig, StartConfig>("start", s_start, static c => c.Start, static (c, v) => c with { Start = v })
        {
            Text = "what a joining viewer gets first",
            Shorthand = "mode",
        },
        new ValueKey<StreamConfig, bool?>(
            "keyFrameRequests", ConfigTypes.FlagOrNull, static c => c.KeyFrameRequests, static (c, v) => c with { KeyFrameRequests = v })
        {
            Text = "ask the camera for a key frame (RTCP PLI or FIR) when a viewer comes into a long group of pictures, when packets were lost, and "
                + "when a viewer asks for one; once a second at the most",
            DefaultWords = "where its description offers it",
            Effect = ConfigEffect.Session,
            Sample = "true",
        },
        new SectionKey<StreamConfig, KeepConfig>("keep", s_keep, static c => c.Keep, static (c, v) => c with { Keep = v })
        {
            Text = "what is kept in memory for those who join, of each stream",
            Option = new("--gop-cache") { ValueName = "SIZE[,DURATION]", DefaultText = "16M", Parts = ["bytes", "time"] },
        },
        new ValueKey<StreamConfig, int?>(
            "maxViewers", ConfigTypes.CountOrNull(1, 1_000_000), static c => c.MaxViewers, static (c, v) => c with { MaxViewers = v })
        {
            Text = "viewers of this stream at most",
            DefaultWords = "limits.viewersPerStream",
            Sample = "50",
        },
        new SectionKey<StreamConfig, MulticastConfig>(
            "multicast", MulticastKeys.Shape, static c => c.Multicast, static (c, v) => c with { Multicast = v })
        {
            Text = "multicast to viewers",
            Shorthand = "group",
        },
        new SectionKey<StreamConfig, StreamAllowConfig>("allow", s_allow, static c => c.Allow, static (c, v) => c with { Allow = v })
        {
            Text = "who may watch, of those whose roles let them",
        },
        new ValueKey<StreamConfig, int?>("dscp", ConfigTypes.DscpOrNull, static c => c.Dscp, static (c, v) => c with { Dscp = v })
        {
            Text = "the DSCP of what is sent to the camera",
            DefaultWords = "dscp.cameras",
            Effect = ConfigEffect.Session,
            Sample = "CS3",
        },
    ];
}
