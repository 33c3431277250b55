using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Auth;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Operations.Configuration;

public sealed class GoodConfigTests
{
    private const string Stream = "streams: {a: {source: rtsp://192.0.2.9/a}}\n";

    [Fact]
    public void Load_StreamAlone_HasTheDefaultsOfTheProgram()
    {
        ProxyConfig config = ConfigBench.Good(Stream);

        ProxyOptions engine = EngineOptions.Of(config);
        ProxyOptions defaults = new();
        Assert.Equal(defaults.RtspPorts, engine.RtspPorts);
        Assert.Equal(defaults.CommonSettings, engine.Streams[0].Settings);
        Assert.Equal(defaults.CommonSettings, engine.CommonSettings);
        IReadOnlyList<int> ports = [];
        Assert.Equal(
            defaults with { RtspPorts = ports, RtspsPorts = ports, Certificates = [], Streams = [], ClientCredentials = [], RegisterCredentials = [], RegisterFrom = [], ProxyProtocolFrom = [], TunnelPorts = ports },
            engine with { RtspPorts = ports, RtspsPorts = ports, Certificates = [], Streams = [], ClientCredentials = [], RegisterCredentials = [], RegisterFrom = [], ProxyProtocolFrom = [], TunnelPorts = ports });
    }

    /// <summary>Players have passwords stored under it.</summary>
    [Fact]
    public void Realm_ByDefault_IsWhatTheEngineAlwaysSaid() => Assert.Equal(FastRtspProxy.Engine.Access.AccessRules.Live555Realm, new AuthConfig().Realm);

    [Fact]
    public void Load_Defaults_AreEveryStreamsUnlessItSaysOtherwise()
    {
        ProxyConfig config = ConfigBench.Good("""
            streams:
              a: {source: rtsp://192.0.2.9/a}
              b: {source: rtsp://192.0.2.9/b, linger: 3s, keep: {bytes: 1M}, username: null, password: null, allow: {from: 192.0.2.0/24}}
            defaults: {linger: 1m, hold: 2m, username: u, password: p, keep: {time: 5s}, tls: {verify: false}}
            """);

        StreamConfig a = config.Streams[0];
        StreamConfig b = config.Streams[1];
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), "u", new Secret("p")), (a.Linger, a.Hold, a.UserName, a.Password));
        Assert.Equal(new KeepConfig { Bytes = 16 << 20, Time = TimeSpan.FromSeconds(5) }, a.Keep);
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(2), null, null), (b.Linger, b.Hold, b.UserName, b.Password));
        Assert.Equal(new KeepConfig { Bytes = 1 << 20, Time = TimeSpan.FromSeconds(5) }, b.Keep);
        Assert.False(b.Tls.Verify);
        Assert.Equal([IPNetwork.Parse("192.0.2.0/24")], b.Allow.From);
    }

    [Theory]
    [InlineData("instant", StartMode.Instant, false, "\"instant\"")]
    [InlineData("{mode: instant}", StartMode.Instant, false, "\"instant\"")]
    [InlineData("{recorders: true}", StartMode.Auto, true, "{\"mode\":\"auto\",\"recorders\":true}")]
    [InlineData("{mode: past, recorders: true}", StartMode.Past, true, "{\"mode\":\"past\",\"recorders\":true}")]
    public void Load_Start_IsAModeOrASection(string written, StartMode mode, bool recorders, string shown)
    {
        StreamConfig stream = ConfigBench.Good($"streams: {{a: {{source: \"rtsp://192.0.2.1/a\", start: {written}}}}}").Streams[0];

        Assert.Equal((mode, recorders), (stream.Start.Mode, stream.Start.Recorders));
        Assert.Equal(shown, StreamKeys.Stream.Show(stream)["start"]!.ToJsonString());
    }

    [Fact]
    public void Load_JsonAndYaml_AreTheSame()
    {
        const string Json = """
            {
              "rtsp": {"listen": [":9554", 8554], "bind": null, "udpPorts": "7000-7099"},
              "limits": {"viewers": 10, "memory": 67108864, "slowTimeout": 7.5},
              "egress": {"perViewer": 2.5, "total": null},
              "defaults": {"alwaysOn": true, "dscp": 46, "start": "instant"},
              "streams": {"gate\/1": {"source": "rtsp:\/\/192.0.2.9\/a", "maxViewers": 5}}
            }
            """;
        const string Yaml = """
            rtsp:
              listen: [ ":9554", ":8554" ]
              udpPorts: 7000-7099
            limits: {viewers: 10, memory: 64M, slowTimeout: 7500ms}
            egress:
              perViewer: 2.5
            defaults:
              alwaysOn: true
              dscp: EF
              start: instant
            streams:
              gate/1:
                source: rtsp://192.0.2.9/a
                maxViewers: 5
            """;

        Assert.Equal(ConfigBench.Good(Yaml), ConfigBench.Good(Json));
    }

    [Fact]
    public void Load_AnchorsAndAliases_AreRead()
    {
        ProxyConfig config = ConfigBench.Good("""
            auth: {roles: {view: {may: [read], from: &lan [10.0.0.0/8, 192.0.2.0/24]}}}
            streams:
              a: {source: rtsp://192.0.2.9/a, keep: &k {bytes: 1M}, allow: {from: *lan}}
              b: {source: rtsp://192.0.2.9/b, keep: *k}
            """);

        Assert.Equal(config.Auth.Roles[0].From, config.Streams[0].Allow.From);
        Assert.Equal(config.Streams[0].Keep, config.Streams[1].Keep);
    }

    [Fact]
    public void Load_UsersAndRoles_BecomeTheModel()
    {
        ProxyConfig config = ConfigBench.Good(Stream + """
            log: {level: debug, format: json, addresses: network}
            shutdown: {drain: 1m}
            auth:
              realm: Gate
              digest: [sha-256, md5]
              users:
                - {name: plain, password: "s", roles: [view, ops]}
                - {name: hashed, roles: view, password: ["ha1:md5:0123456789ABCDEF0123456789abcdef", "ha1:sha-256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"]}
              roles:
                view: {may: read, streams: ["gate/*", "**"], from: [10.0.0.0/8, "2001:db8::1"]}
                ops: {may: [status, api, register]}
              anonymous: [view]
              external: {url: "https://auth.example/frp", actions: [read, register], headers: {X-Secret: s}, timeout: 500ms, cache: {allow: 1m, deny: 0}, onError: lastKnown}
            """);

        Assert.Equal(new LogConfig { Level = LogLevel.Debug, Format = LogFormat.Json, Addresses = AddressDetail.Network }, config.Log);
        Assert.Equal(TimeSpan.FromMinutes(1), config.Shutdown.Drain);
        AuthConfig expected = new()
        {
            Realm = "Gate",
            Digest = [DigestAlgorithm.Sha256, DigestAlgorithm.Md5],
            Users =
            [
                new UserConfig { Name = "plain", Passwords = [new UserPassword(null, new Secret("s"))], Roles = ["view", "ops"] },
                new UserConfig
                {
                    Name = "hashed",
                    Passwords =
                    [
                        new UserPassword(DigestAlgorithm.Md5, new Secret("0123456789abcdef0123456789abcdef")),
                        new UserPassword(DigestAlgorithm.Sha256, new Secret("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")),
                    ],
                    Roles = ["view"],
                },
            ],
            Roles =
            [
                new RoleConfig { Name = "view", May = [AccessRight.Read], Streams = ["gate/*", "**"], From = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::1/128")] },
                new RoleConfig { Name = "ops", May = [AccessRight.Status, AccessRight.Api, AccessRight.Register] },
            ],
            Anonymous = ["view"],
            External = new ExternalAuthConfig
            {
                Url = "https://auth.example/frp",
                Actions = [AccessRight.Read, AccessRight.Register],
                Headers = [new HeaderConfig("X-Secret", new Secret("s"))],
                Timeout = TimeSpan.FromMilliseconds(500),
                Cache = new AnswerCacheConfig { Allow = TimeSpan.FromMinutes(1), Deny = TimeSpan.Zero },
                OnError = ExternalOnError.LastKnown,
            },
        };
        Assert.Equal(expected, config.Auth);
    }

    [Theory]
    [InlineData("EF", 46)]
    [InlineData("cs3", 24)]
    [InlineData("AF41", 34)]
    [InlineData("AF13", 14)]
    [InlineData("0", 0)]
    [InlineData("63", 63)]
    public void Load_Dscp_IsANumberOrAName(string written, int expected)
    {
        Assert.Equal(expected, ConfigBench.Good($"dscp: {{viewers: {written}}}\n{Stream}").Dscp.Viewers);
    }

    [Theory]
    [InlineData("\":8554\"", ":8554")]
    [InlineData("8554", ":8554")]
    [InlineData("\"192.0.2.7:8554\"", "192.0.2.7:8554")]
    [InlineData("\"[2001:db8::1]:8554\"", "[2001:db8::1]:8554")]
    public void Load_ListenPoint_IsAPortWithOrWithoutAnAddress(string written, string expected)
    {
        Assert.Equal(expected, Assert.Single(ConfigBench.Good($"rtsp: {{listen: {written}}}\n{Stream}").Rtsp.Listen).ToString());
    }

    /// <summary>What a configuration prints of itself, in a log or a debugger, has no password in it.</summary>
    [Fact]
    public void ToString_OfAConfigurationWithSecrets_MasksThem()
    {
        ProxyConfig config = ConfigBench.Good("""
            defaults: {username: u, password: geheim}
            auth: {users: [{name: a, password: geheim}], external: {url: "https://auth.example/", headers: {X: geheim}}}
            register: {users: [{name: r, password: geheim}]}
            streams: {a: {source: rtsp://192.0.2.9/a}}
            """);

        Assert.DoesNotContain("geheim", config.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ArgumentsBesideTheFile_Win()
    {
        ConfigMap settings = new(
            ConfigPlace.WholeFile,
            [
                new ConfigEntry(
                    "defaults", default,
                    new ConfigMap(default, [new ConfigEntry("linger", default, new ConfigScalar(ConfigPlace.OfOption("--linger"), "5s"))])),
            ]);
        ConfigArguments arguments = new(settings, config => config with
        {
            Defaults = config.Defaults with { Dead = TimeSpan.FromSeconds(3) },
            Streams = [config.Defaults with { Name = "c", Sources = ["rtsp://192.0.2.9/c"] }],
        });

        LoadedConfig loaded = new ConfigBench().Load(
            "defaults: {linger: 1s, dead: 2s, hold: 4s}\nstreams:\n  a: {source: rtsp://192.0.2.9/a}\n  b: {source: rtsp://192.0.2.9/b, linger: 7s}\n",
            arguments);

        Assert.Equal(["a", "b", "c"], loaded.Config!.Streams.Select(static stream => stream.Name));
        Assert.Equal([5, 7, 5], loaded.Config.Streams.Select(static stream => stream.Linger.TotalSeconds));
        Assert.Equal([3, 3, 2], loaded.Config.Streams.Select(static stream => stream.Dead.TotalSeconds));
        Assert.Equal([4, 4, 4], loaded.Config.Streams.Select(static stream => stream.Hold.TotalSeconds));
    }
}
