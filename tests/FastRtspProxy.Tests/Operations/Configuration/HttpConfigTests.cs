using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>The keys of <c>http</c>, and what may not be reached from elsewhere.</summary>
public sealed class HttpConfigTests
{
    private const string Stream = "streams: {a: {source: rtsp://192.0.2.9/a}}\n";
    private const string Token = "token: 0123456789abcdef";
    private const string Admin = "auth: {users: [{name: a, password: b, roles: [boss]}], roles: {boss: {may: [api]}}}\n";
    private const string Viewer = "auth: {users: [{name: a, password: b, roles: [view]}], roles: {view: {may: [read]}}}\n";

    [Theory]
    [InlineData("", "")]
    [InlineData("http: {}\n", "127.0.0.1:9554")]
    [InlineData("http: {dashboard: false}\n", "127.0.0.1:9554")]
    [InlineData("http: {listen: \"[::1]:80\"}\n", "[::1]:80")]
    [InlineData("http: {listen: [\"127.0.0.1:81\", \"127.0.0.1:82\"]}\n", "127.0.0.1:81 127.0.0.1:82")]
    public void Listen_IsLoopbackWhereThereIsASection(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', ConfigBench.Good(Stream + text).Http.Listen));

    [Theory]
    [InlineData("http: {listen: \":9554\"}\n", "can be reached from other machines, and nobody would have to log in: set http.token")]
    [InlineData("http: {listen: \"192.0.2.1:9554\"}\n" + Viewer, "nobody would have to log in")]
    [InlineData("http: {listen: \":9554\", " + Token + "}\n", "would cross the network in the clear: set http.tls: true")]
    [InlineData("http: {listen: \":9554\"}\n" + Admin, "would cross the network in the clear")]
    [InlineData("http: {tls: true}\n", "http.tls: TLS needs a certificate")]
    [InlineData("http: {token: short}\n", "http.token: a token has 16 characters or more")]
    [InlineData("http: {listen: []}\n", "the list is empty")]
    [InlineData("http: {listen: \"127.0.0.1:8554\"}\nrtsp: {listen: \":8554\"}\n", "port 8554 is in rtsp.listen, too")]
    [InlineData("http: {listen: \"127.0.0.1:81\", metrics: {listen: \"127.0.0.1:81\"}}\n", "is in http.listen, too, where one has to log in")]
    [InlineData("http: {hosts: [\"a b\"]}\n", "this is a host name without a port")]
    [InlineData("http: {allowOrigins: [\"https://a/b\"]}\n", "an origin is a scheme and a host")]
    [InlineData("http: {metrics: {perStream: some}}\n", "the choices are true, false and all")]
    public void Load_WhatCannotBe_IsRefusedWithTheRemedy(string text, string expected)
    {
        LoadedConfig loaded = new ConfigBench().Load(Stream + text);

        Assert.Null(loaded.Config);
        Assert.Contains(expected, string.Join('\n', loaded.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("short", string.Join('\n', loaded.Lines), StringComparison.Ordinal);
    }

    /// <summary>A browser says a name with letters beyond ASCII in A-labels (RFC 5890), and one that ends with the dot of the root without it.</summary>
    [Theory]
    [InlineData("Cameras.Example", "cameras.example")]
    [InlineData("cameras.example.", "cameras.example")]
    [InlineData("Kamera.M\u00FCller.example", "kamera.xn--mller-kva.example")]
    public void Hosts_AreThoseThatBrowsersSend(string written, string expected) =>
        Assert.Equal(expected, Assert.Single(ConfigBench.Good(Stream + $"http: {{hosts: [\"{written}\"]}}\n").Http.Hosts));

    [Theory]
    [InlineData("https://Cameras.example", "https://cameras.example")]
    [InlineData("http://[::1]:8080", "http://[::1]:8080")]
    [InlineData("https://kamera.m\u00FCller.example", "https://kamera.xn--mller-kva.example")]
    [InlineData("https://kamera.m\u00FCller.example:8443", "https://kamera.xn--mller-kva.example:8443")]
    public void AllowOrigins_AreThoseThatBrowsersSend(string written, string expected) =>
        Assert.Equal(expected, Assert.Single(ConfigBench.Good(Stream + $"http: {{allowOrigins: [\"{written}\"]}}\n").Http.AllowOrigins));

    [Theory]
    [InlineData("http: {listen: \":9554\", allowPlain: true, " + Token + "}\n")]
    [InlineData("http: {listen: \":9554\", allowPlain: true}\n" + Admin)]
    [InlineData("http: {listen: \":9554\", tls: true, " + Token + "}\nrtsps: {certificates: [{certificate: a.pem}]}\n")]
    [InlineData("http: {metrics: {listen: \":9555\", perStream: all}}\n")]
    public void Load_WithALogIn_MayBeReached(string text) => Assert.True(ConfigBench.Good(Stream + text).Http.IsOn);

    [Fact]
    public void Engine_KeepsDescriptorsAndReadsCertificatesWhereHttpNeedsThem()
    {
        ProxyConfig on = ConfigBench.Good(Stream + "http: {tls: true}\nrtsps: {certificates: [{certificate: a.pem}]}\n");

        Assert.True(EngineOptions.Of(on).NeedsCertificates);
        Assert.True(EngineOptions.Of(on).KeptDescriptors > 500);
        Assert.Equal(0, EngineOptions.Of(ConfigBench.Good(Stream)).KeptDescriptors);
    }

    /// <summary>Strangers make us ask the external decision: what that opens is none of the cameras'.</summary>
    [Theory]
    [InlineData("auth: {external: {url: \"https://auth.example/\"}}\n", 64)]
    [InlineData("hooks: [{url: \"https://a.example/\", events: [stream.up]}, {url: \"https://b.example/\", events: [stream.up]}]\n", 8)]
    public void Engine_KeepsDescriptorsForServersThatAreAsked(string text, int count) =>
        Assert.Equal(count, EngineOptions.Of(ConfigBench.Good(Stream + text)).KeptDescriptors);
}
