using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>
/// The table: every key with its option, type, range, default, effect and text. <c>--help</c>, docs/options.md, docs/configuration.md,
/// docs/config.schema.json, docs/fastrtspproxy.sample.yaml, manual pages and completions are made from it, and tests hold them to it.
/// </summary>
internal static class RootKeys
{
    public const string StreamsKey = "streams";

    private static readonly ConfigShape<LogConfig> s_log = new(
        new LogConfig(),
        new ValueKey<LogConfig, LogLevel>(
            "level",
            ConfigTypes.Word(
                "LEVEL",
                "the levels",
                ("error", LogLevel.Error),
                ("warning", LogLevel.Warning),
                ("info", LogLevel.Information),
                ("debug", LogLevel.Debug),
                ("trace", LogLevel.Trace)),
            static c => c.Level,
            static (c, v) => c with { Level = v })
        {
            Text = "what is said: debug is -v, trace is -V",
        },
        new ValueKey<LogConfig, LogFormat>(
            "format", ConfigTypes.Word("FORMAT", "the formats", ("text", LogFormat.Text), ("json", LogFormat.Json)), static c => c.Format,
            static (c, v) => c with { Format = v })
        {
            Text = "plain lines, or one JSON object a line",
        },
        new ValueKey<LogConfig, AddressDetail>(
            "addresses",
            ConfigTypes.Word("DETAIL", "the choices", ("full", AddressDetail.Full), ("network", AddressDetail.Network), ("none", AddressDetail.None)),
            static c => c.Addresses,
            static (c, v) => c with { Addresses = v })
        {
            Text = "how much of viewers' addresses is written",
        });

    public static ConfigShape<ProxyConfig> Shape { get; } = new(
        new ProxyConfig(),
        new SectionKey<ProxyConfig, RtspConfig>("rtsp", RtspKeys.Shape, static c => c.Rtsp, static (c, v) => c with { Rtsp = v })
        {
            Text = "where viewers connect",
        },
        new SectionKey<ProxyConfig, RtspsConfig>("rtsps", RtspsKeys.Shape, static c => c.Rtsps, static (c, v) => c with { Rtsps = v })
        {
            Text = "RTSP over TLS for viewers",
        },
        new SectionKey<ProxyConfig, HttpConfig>("http", HttpKeys.Shape, static c => c.Http, static (c, v) => c with { Http = v })
        {
            Text = "the HTTP server with health, metrics, API and page",
        },
        new SectionKey<ProxyConfig, LogConfig>("log", s_log, static c => c.Log, static (c, v) => c with { Log = v })
        {
            Text = "what is said on standard error",
        },
        new SectionKey<ProxyConfig, LimitsConfig>("limits", LimitsKeys.Limits, static c => c.Limits, static (c, v) => c with { Limits = v })
        {
            Text = "what viewers may take",
        },
        new SectionKey<ProxyConfig, EgressConfig>("egress", LimitsKeys.Egress, static c => c.Egress, static (c, v) => c with { Egress = v })
        {
            Text = "how much may be sent to viewers",
        },
        new SectionKey<ProxyConfig, DscpConfig>("dscp", LimitsKeys.Dscp, static c => c.Dscp, static (c, v) => c with { Dscp = v })
        {
            Text = "how packets are marked for routers",
        },
        new ValueKey<ProxyConfig, int?>(
            "threads", ConfigTypes.CountOrNull(0, 256, "a number from 1 to 256, or 0 for one event loop a core"), static c => c.Threads,
            static (c, v) => c with { Threads = v == 0 ? null : v })
        {
            Text = "event loops",
            DefaultWords = "one for each core",
            Effect = ConfigEffect.Restart,
            Option = new("--threads"),
            Sample = "2",
        },
        new ValueKey<ProxyConfig, TimeSpan>(
            "coalesce", ConfigTypes.DurationWithin(TimeSpan.Zero, TimeSpan.FromMilliseconds(5), "give 0 to 5ms (1ms)"), static c => c.Coalesce,
            static (c, v) => c with { Coalesce = v })
        {
            Text = "while dozens of cameras are busy, what they send is gathered for so long, which costs less of the processor; 0: never",
            Effect = ConfigEffect.Restart,
            Option = new("--coalesce"),
        },
        new SectionKey<ProxyConfig, AuthConfig>("auth", AuthKeys.Shape, static c => c.Auth, static (c, v) => c with { Auth = v })
        {
            Text = "who may do what; without it everybody may watch",
        },
        new SectionKey<ProxyConfig, RegisterConfig>("register", RegisterKeys.Shape, static c => c.Register, static (c, v) => c with { Register = v })
        {
            Text = "streams that come by REGISTER",
        },
        new SectionsKey<ProxyConfig, HookConfig>(
            "hooks", HookKeys.Shape, static () => new HookConfig(), static hook => BackendUrl.Redact(hook.Url),
            static c => c.Hooks,
            static (c, v) => c with { Hooks = v })
        {
            Text = "servers that are told what happens",
        },
        new SectionKey<ProxyConfig, ClusterConfig>("cluster", ClusterKeys.Shape, static c => c.Cluster, static (c, v) => c with { Cluster = v })
        {
            Text = "several boxes that read each camera once between them",
        },
        new SectionKey<ProxyConfig, ShutdownConfig>("shutdown", LimitsKeys.Shutdown, static c => c.Shutdown, static (c, v) => c with { Shutdown = v })
        {
            Text = "the end",
        },
        new ValueKey<ProxyConfig, string?>(
            "streamsDirectory", ConfigTypes.FolderOrNull, static c => c.StreamsDirectory, static (c, v) => c with { StreamsDirectory = v })
        {
            Text = "where the streams are kept that the API makes, one file each; without it they go with the program",
            DefaultWords = "null",
            Effect = ConfigEffect.Restart,
            Sample = "/var/lib/fastrtspproxy/streams",
        },
        new SectionKey<ProxyConfig, StreamConfig>("defaults", StreamKeys.Defaults, static c => c.Defaults, static (c, v) => c with { Defaults = v })
        {
            Text = "for every stream that does not say otherwise",
        },
        new NamedSectionsKey<ProxyConfig, StreamConfig>(
            StreamsKey,
            StreamKeys.Stream,
            static (c, name) => c.Defaults with { Name = name },
            StreamRules.FindNameFault,
            static stream => stream.Name,
            static c => c.Streams,
            static (c, v) => c with { Streams = v })
        {
            Text = "the streams, by the path under which viewers find them; a name with one * is a wildcard: such streams are made when they "
                + "are asked for, and go when nobody watches",
            NameText = "NAME",
        });

    /// <summary>Every key by its path; what stands under names of the user has <c>NAME</c> there, and a list of sections <c>[]</c>.</summary>
    public static IReadOnlyList<string> Paths { get; } = [.. Walk("", Shape.Keys).Select(static row => row.Path)];

    /// <summary>Every row, outer ones before inner ones.</summary>
    public static IEnumerable<(string Path, ConfigKey Key)> Rows => Walk("", Shape.Keys);

    /// <summary>The keys that an option sets, by their paths, in the order of the table.</summary>
    public static IEnumerable<(string Path, ConfigKey Key)> WithOptions =>
        Rows.Where(static row => row.Key.Option is not null && !row.Path.StartsWith(StreamsKey, StringComparison.Ordinal));

    private static IEnumerable<(string Path, ConfigKey Key)> Walk(string parent, IReadOnlyList<ConfigKey> keys)
    {
        foreach (ConfigKey key in keys)
        {
            string path = ConfigReading.PathOf(parent, key.Name);
            yield return (path, key);
            string inner = key.Form switch
            {
                KeyForm.NamedSections => path + ".NAME",
                KeyForm.Sections => path + "[]",
                _ => path,
            };
            foreach ((string Path, ConfigKey Key) row in Walk(inner, key.Children))
            {
                yield return row;
            }
        }
    }
}
