using FastRtspProxy.Engine;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Tests.Net.Tls;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Operations.Reload;

/// <summary>What a reload of the configuration does to the certificates of an engine that runs.</summary>
public sealed class EngineTargetCertificateTests : IDisposable
{
    private readonly CertificateFolder _folder = new();

    [Fact]
    public async Task StartAsync_CertificateThatCannotBeUsed_IsRefusedWithASentence()
    {
        CertificateFiles files = new(_folder.Write("c.pem", "no certificate"), null);

        ProxyStartException refused = await Assert.ThrowsAsync<ProxyStartException>(() => StartAsync(files));

        Assert.StartsWith($"rtsps: the certificate file \"{files.Certificate}\" is not PEM", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_PortWithoutACertificate_IsRefusedWithASentence()
    {
        ProxyStartException refused = await Assert.ThrowsAsync<ProxyStartException>(() => StartAsync());

        Assert.Contains("--certificate FILE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OtherPair_IsShownFromThenOn()
    {
        CertificateFiles first = Pair("first");
        await using ProxyHost host = await StartAsync(first);
        ConfigDifference difference = Between([first], [Pair("second"), first]);

        Assert.Empty(Target(host).Objections(difference));
        Assert.Empty(await Target(host).ApplyAsync(difference));

        Assert.Equal(["second.example", "first.example"], host.Engine.Certificates!.States.Select(static state => state.Names[0]));
    }

    [Fact]
    public async Task Objections_NewPairThatCannotBeUsed_IsNamedAndNothingChanges()
    {
        CertificateFiles first = Pair("first");
        await using ProxyHost host = await StartAsync(first);
        ConfigDifference difference = Between([first], [first, new CertificateFiles(_folder.Write("empty.pem", ""), null)]);

        string objection = Assert.Single(Target(host).Objections(difference));

        Assert.StartsWith("rtsps.certificates[1]: the certificate file ", objection, StringComparison.Ordinal);
        Assert.Contains("empty.pem\" is empty", objection, StringComparison.Ordinal);
        Assert.Single(host.Engine.Certificates!.States);
    }

    /// <summary>A file that is half written at this moment is no reason to leave a stream as it was.</summary>
    [Fact]
    public async Task Apply_KnownPairIsHalfWritten_NothingIsSaidOfItAndItStays()
    {
        CertificateFiles first = Pair("first");
        await using ProxyHost host = await StartAsync(first);
        string text = await File.ReadAllTextAsync(first.Certificate);
        _folder.Write("first.pem", text[..^30]);
        ConfigDifference difference = Between([first], [first]);

        Assert.Empty(Target(host).Objections(difference));
        Assert.Empty(await Target(host).ApplyAsync(difference));

        Assert.Equal(["first.example"], host.Engine.Certificates!.States[0].Names);
    }

    [Fact]
    public async Task Apply_RtspsIsGoneFromTheFile_ThePortAndTheCertificatesGo()
    {
        CertificateFiles first = Pair("first");
        await using ProxyHost host = await StartAsync(first);
        ProxyConfig old = Config([first]);

        Assert.Empty(await Target(host).ApplyAsync(ConfigComparison.Of(old, old with { Rtsps = new RtspsConfig() })));

        Assert.Null(host.Engine.Certificates);
        Assert.Equal(0, host.Engine.RtspsPort);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<ProxyHost> StartAsync(params CertificateFiles[] files) =>
        ProxyHost.StartAsync([], options => options with { RtspsPorts = [0], Certificates = files });

    private static EngineTarget Target(ProxyHost host) => new(host.Engine, null, static _ => { }, TimeProvider.System, static stream => stream);

    private static ConfigDifference Between(CertificateFiles[] old, CertificateFiles[] next) => ConfigComparison.Of(Config(old), Config(next));

    private static ProxyConfig Config(CertificateFiles[] files) => new()
    {
        Rtsps = new RtspsConfig
        {
            Listen = [new ListenPoint(null, 0)],
            Certificates = [.. files.Select(static pair => new CertificateConfig { Certificate = pair.Certificate, Key = pair.Key })],
        },
    };

    private CertificateFiles Pair(string name)
    {
        (string certificate, string key) = _folder.Make([name + ".example"]);
        return new CertificateFiles(_folder.Write(name + ".pem", certificate), _folder.Write(name + ".key", key));
    }
}
