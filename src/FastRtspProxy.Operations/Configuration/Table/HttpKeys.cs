using System.Net;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>http</c>.</summary>
internal static class HttpKeys
{
    private static readonly ConfigShape<MetricsConfig> s_metrics = new(
        new MetricsConfig(),
        new ValueKey<MetricsConfig, bool>("enabled", ConfigTypes.Flag, static c => c.Enabled, static (c, v) => c with { Enabled = v })
        {
            Text = "serve /metrics, in the text format of Prometheus",
        },
        new ValueKey<MetricsConfig, ListenPoint?>(
            "listen", HttpTypes.ListenPointOrNull, static c => c.Listen, static (c, v) => c with { Listen = v })
        {
            Text = "an address for metrics and health alone, where nobody has to log in",
            DefaultWords = "that of http.listen only",
            Sample = "\"192.0.2.10:9555\"",
        },
        new ValueKey<MetricsConfig, MetricsDetail>(
            "perStream",
            ConfigTypes.Word(
                "WHICH", "the choices", ("true", MetricsDetail.Configured), ("false", MetricsDetail.None), ("all", MetricsDetail.All)),
            static c => c.PerStream,
            static (c, v) => c with { PerStream = v })
        {
            Text = "series for each stream: true (those of wildcards, and registered ones, are summed up: clients invent their names), false "
                + "(one sum), all",
        });

    public static ConfigShape<HttpConfig> Shape { get; } = new(
        new HttpConfig(),
        new ValuesKey<HttpConfig, ListenPoint>("listen", ConfigTypes.ListenPoint, static c => c.Listen, static (c, v) => c with { Listen = v })
        {
            Text = "where to listen for HTTP: each of them; another address than loopback needs a token or users who may use the API",
            DefaultWords = "127.0.0.1:9554 where there is a section http, else off",
            CountMin = 1,
            Option = new("--http")
            {
                Text = "serve health, metrics, API and a page with the live picture by HTTP at this address (127.0.0.1:9554)",
                DefaultText = "off",
            },
            Sample = "[\"127.0.0.1:9554\"]",
        },
        new ValueKey<HttpConfig, bool>("tls", ConfigTypes.Flag, static c => c.Tls, static (c, v) => c with { Tls = v })
        {
            Text = "by HTTPS, with the certificates of rtsps",
        },
        new ValueKey<HttpConfig, bool>("allowPlain", ConfigTypes.Flag, static c => c.AllowPlain, static (c, v) => c with { AllowPlain = v })
        {
            Text = "let passwords and the token cross a network in the clear: where something else encrypts it",
        },
        new ValueKey<HttpConfig, bool>("dashboard", ConfigTypes.Flag, static c => c.Dashboard, static (c, v) => c with { Dashboard = v })
        {
            Text = "serve the page",
        },
        new SectionKey<HttpConfig, MetricsConfig>("metrics", s_metrics, static c => c.Metrics, static (c, v) => c with { Metrics = v })
        {
            Text = "for Prometheus",
        },
        new ValueKey<HttpConfig, Secret?>("token", HttpTypes.TokenOrNull, static c => c.Token, static (c, v) => c with { Token = v })
        {
            Text = "whoever shows it (Authorization: Bearer) may do everything; 16 characters or more (openssl rand -hex 32)",
            DefaultWords = "none",
            Sample = "${file:api-token}",
        },
        new ValuesKey<HttpConfig, string>("hosts", HttpTypes.HostName, static c => c.Hosts, static (c, v) => c with { Hosts = v })
        {
            Text = "names of this server, beside its addresses and localhost: a request for another one is refused (DNS rebinding)",
            DefaultWords = "none",
            Sample = "[cameras.example]",
        },
        new ValuesKey<HttpConfig, string>(
            "allowOrigins", HttpTypes.Origin, static c => c.AllowOrigins, static (c, v) => c with { AllowOrigins = v })
        {
            Text = "pages of other servers that may use the API (CORS), with a token",
            DefaultWords = "none",
            Sample = "[\"https://dashboard.example\"]",
        },
        new ValuesKey<HttpConfig, IPNetwork>(
            "trustedProxies", ConfigTypes.Network, static c => c.TrustedProxies, static (c, v) => c with { TrustedProxies = v })
        {
            Text = "reverse proxies: what they say in X-Forwarded-For is the client's address",
            DefaultWords = "none",
            Sample = "[127.0.0.1]",
        });
}
