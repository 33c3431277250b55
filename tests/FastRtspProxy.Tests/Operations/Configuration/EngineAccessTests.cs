using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>What a configuration's users, roles and `allow` mean to the engine.</summary>
public sealed class EngineAccessTests
{
    private const string House = """
        auth:
          realm: house
          digest: [md5, sha-256]
          users:
            - {name: viewer, password: v, roles: [view]}
            - {name: guard, password: ["ha1:md5:0123456789abcdef0123456789abcdef"], roles: [guard]}
            - {name: admin, password: a, roles: [admin]}
          roles:
            view: {may: [read]}
            guard: {may: [read], streams: ["gate/*", "hall/**"], from: [10.0.0.0/8]}
            admin: {may: [read, status, api, register]}
          external: {url: "https://auth.example/frp", headers: {X-Secret: s}, timeout: 1s, cache: {allow: 30s, deny: 1s}, onError: lastKnown}
        register: {enabled: true, users: [{name: cams, password: c}]}
        streams:
          gate/1: {source: rtsp://192.0.2.9/a}
          hall/2: {source: rtsp://192.0.2.9/b, allow: {roles: [guard, admin], from: [10.0.0.0/8]}}
        """;

    [Theory]
    [InlineData("viewer", "gate/1", "10.0.0.7", true)]
    [InlineData("viewer", "hall/2", "10.0.0.7", false)]
    [InlineData("guard", "gate/1", "10.0.0.7", true)]
    [InlineData("guard", "gate/1", "192.0.2.7", false)]
    [InlineData("guard", "hall/2", "10.0.0.7", true)]
    [InlineData("admin", "hall/2", "192.0.2.7", false)]
    [InlineData("cams", "gate/1", "10.0.0.7", false)]
    public void Of_House_LetsInWhomItSays(string user, string stream, string address, bool isAllowed)
    {
        AccessPolicy policy = new(EngineOptions.Of(ConfigBench.Good(House)).AccessInForce);

        Assert.Equal(isAllowed, policy.Decide(policy.Find(user, AccessRights.Read), Question(stream, address)).Verdict == AccessVerdict.Allow);
    }

    [Fact]
    public void Of_House_HasAllOfIt()
    {
        AccessRules rules = EngineOptions.Of(ConfigBench.Good(House)).Access!;

        Assert.Empty(rules.Defects());
        Assert.Equal("house", rules.Realm);
        Assert.Equal([DigestAlgorithm.Md5, DigestAlgorithm.Sha256], rules.Digest);
        Assert.Equal(UserSecret.TryOfHashes("0123456789abcdef0123456789abcdef", null), rules.Users.Single(static user => user.Name == "guard").Secret);
        Assert.Equal(
            new ExternalSettings(new Uri("https://auth.example/frp"))
            {
                Headers = [new("X-Secret", "s")],
                Timeout = TimeSpan.FromSeconds(1),
                AllowFor = TimeSpan.FromSeconds(30),
                DenyFor = TimeSpan.FromSeconds(1),
                OnError = ExternalOnError.LastKnown,
            },
            rules.External);
        AccessPolicy policy = new(rules);
        Assert.Equal(["cams", "admin"], ((string[])["viewer", "cams", "guard", "admin"]).Where(
            name => policy.Decide(policy.Find(name, AccessRights.Register), new AccessQuestion(AccessRights.Register, "x", true, IPAddress.Loopback)).Verdict == AccessVerdict.Allow));
    }

    [Theory]
    [InlineData("")]
    [InlineData("auth: {users: [{name: a, password: p, roles: [view]}], roles: {view: {may: [read]}}}\n")]
    [InlineData("register: {enabled: true, users: [{name: a, password: p}]}\n")]
    public void Of_WhatTwoListsCanSay_IsLeftToThem(string text)
    {
        ProxyConfig config = ConfigBench.Good(text + "streams: {a: {source: rtsp://192.0.2.9/a}}\n");

        Assert.Null(EngineOptions.Of(config).Access);
        Assert.Equal(config.Auth.Users.Count, EngineOptions.Of(config).ClientCredentials.Count);
    }

    [Theory]
    [InlineData("{basic: true}", true)]
    [InlineData("{basic: true, users: [{name: a, password: p, roles: [view]}], roles: {view: {may: [read]}}}", true)]
    [InlineData("{basic: false, anonymous: [view], roles: {view: {may: [read]}}}", false)]
    public void Of_Basic_IsOfferedWhereTheConfigurationSaysSo(string auth, bool isOffered)
    {
        AccessRules rules = EngineOptions.Of(ConfigBench.Good($"auth: {auth}\nstreams: {{a: {{source: rtsp://192.0.2.9/a}}}}\n")).Access!;

        Assert.Equal(isOffered, rules.OffersBasic);
        Assert.Empty(rules.Defects());
    }

    [Fact]
    public void Of_AllowOfTheDefaults_HoldsForEveryStreamThatDidNotTakeItBack()
    {
        AccessPolicy policy = new(EngineOptions.Of(ConfigBench.Good("""
            defaults: {allow: {from: [10.0.0.0/8]}}
            streams:
              a: {source: rtsp://192.0.2.9/a}
              b: {source: rtsp://192.0.2.9/b, allow: {from: []}}
            """)).AccessInForce);

        Assert.Equal(
            [false, true, false],
            ((string[])["a", "b", "registeredProxyStream-1"]).Select(stream => policy.Decide(null, Question(stream, "192.0.2.7")).Verdict == AccessVerdict.Allow));
        Assert.Equal(AccessVerdict.Allow, policy.Decide(null, Question("a", "10.0.0.7")).Verdict);
    }

    /// <summary>A stream goes by the rule of what it is made from: the wildcard that says most of its name, whatever their order in the file.</summary>
    [Theory]
    [InlineData("lobby-1", true)]
    [InlineData("lobby-vip-1", false)]
    [InlineData("lobby-boss", true)]
    public void Of_SeveralWildcards_TheOneThatMakesTheStreamRules(string stream, bool isAllowed)
    {
        AccessPolicy policy = new(EngineOptions.Of(ConfigBench.Good("""
            auth: {users: [{name: guest, password: g, roles: [guest]}], roles: {guest: {may: [read]}, vip: {may: [read]}}}
            streams:
              "lobby-*": {source: "rtsp://192.0.2.9/${1}", allow: {roles: [guest]}}
              "lobby-vip-*": {source: "rtsp://192.0.2.9/vip/${1}", allow: {roles: [vip]}}
              lobby-boss: {source: rtsp://192.0.2.9/boss}
            """)).AccessInForce);

        AccessDecision decision = policy.Decide(policy.Find("guest", AccessRights.Read), Question(stream, "192.0.2.7"));

        Assert.Equal(isAllowed, decision.Verdict == AccessVerdict.Allow);
    }

    [Theory]
    [InlineData("hall**")]
    [InlineData("**/x")]
    [InlineData("a//b")]
    public void Pattern_ThatMeansNothing_IsAnErrorOfItsPlace(string pattern)
    {
        string text = $"auth: {{roles: {{r: {{may: [read], streams: [\"{pattern}\"]}}}}}}\nstreams: {{a: {{source: rtsp://192.0.2.9/a}}}}\n";

        Assert.Contains(new ConfigBench().Load(text).Lines, line => line.Contains("auth.roles.r.streams", StringComparison.Ordinal));
    }

    private static AccessQuestion Question(string stream, string address) => new(AccessRights.Read, stream, IsKnown: true, IPAddress.Parse(address));
}
