using System.Security.Authentication;
using FastRtspProxy.Engine;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>The keys of <c>rtsps</c>, what becomes of them, and what is said of the files that they name.</summary>
public sealed class RtspsConfigTests
{
    private const string Stream = "streams: {a: {source: rtsp://192.0.2.9/a}}\n";

    private const string Two = Stream + """
        rtsps:
          listen: [":322", 8322]
          certificates:
            - certificate: tls/one.pem
              key: /etc/one.key
            - certificate: /etc/two.pem
        """;

    [Fact]
    public void Load_PortsAndCertificates_BecomeTheEnginesOptions()
    {
        ProxyOptions options = EngineOptions.Of(ConfigBench.Good(Two));

        Assert.Equal([322, 8322], options.RtspsPorts);
        Assert.Equal([new CertificateFiles("/etc/frp/tls/one.pem", "/etc/one.key"), new CertificateFiles("/etc/two.pem", null)], options.Certificates);
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, options.TlsProtocols);
    }

    [Fact]
    public void Load_WithoutRtsps_NobodySpeaksTls()
    {
        ProxyOptions options = EngineOptions.Of(ConfigBench.Good(Stream));

        Assert.Empty(options.RtspsPorts);
        Assert.Empty(options.Certificates);
    }

    [Fact]
    public void Load_VersionThirteenAtLeast_LeavesTwelveOut()
    {
        ProxyOptions options = EngineOptions.Of(ConfigBench.Good(Two + "\n  minVersion: tls13\n"));

        Assert.Equal(SslProtocols.Tls13, options.TlsProtocols);
    }

    /// <summary>systemd's credentials are files that only the service may read.</summary>
    [Fact]
    public void Load_PathWithAVariable_IsThatPath()
    {
        ConfigBench bench = new();
        bench.Environment["CREDENTIALS_DIRECTORY"] = "/run/credentials/frp";

        LoadedConfig loaded = bench.Load(
            Stream + "rtsps: {listen: \":322\", certificates: [{certificate: a.pem, key: \"${env:CREDENTIALS_DIRECTORY}/key\"}]}\n");

        Assert.Equal(new CertificateFiles("/etc/frp/a.pem", "/run/credentials/frp/key"), loaded.Config!.Rtsps.Certificates[0].Files);
    }

    [Theory]
    [InlineData(true, "6:12: rtsps.certificates[0].key: no good")]
    [InlineData(false, "5:20: rtsps.certificates[0].certificate: no good")]
    public void Load_FilesThatCannotBeUsed_AreToldAtTheirKey(bool isOfKey, string expected)
    {
        ConfigBench bench = new() { FaultOf = files => files.Key is null ? null : new CertificateException(files, isOfKey, "no good") };

        LoadedConfig loaded = bench.Load(Two);

        Assert.Null(loaded.Config);
        Assert.Equal([$"{ConfigBench.File}:{expected}"], loaded.Lines);
    }

    [Fact]
    public void Load_KeyWithinTheCertificatesFileThatCannotBeUsed_IsToldAtTheCertificate()
    {
        ConfigBench bench = new() { FaultOf = static files => files.Key is null ? new CertificateException(files, isOfKey: true, "no good") : null };

        LoadedConfig loaded = bench.Load(Two);

        Assert.Equal([$"{ConfigBench.File}:7:20: rtsps.certificates[1].certificate: no good"], loaded.Lines);
    }

    [Fact]
    public void Load_WhatIsForThoseWhoComeByTls_IsNotWarnedOfWhereTheyCan()
    {
        LoadedConfig loaded = new ConfigBench().Load(Two + "\nauth: {basic: true}\ndefaults: {allow: {secureOnly: true}}\n");

        Assert.Empty(loaded.Lines);
    }

    [Theory]
    [InlineData("rtsps://127.0.0.1:322/a", true)]
    [InlineData("rtsps://192.0.2.1:322/a", true)]
    [InlineData("rtsps://192.0.2.1:323/a", false)]
    [InlineData("rtsp://192.0.2.1:322/a", false)]
    public void Load_SourceThatIsThisProxyByTls_IsRefused(string source, bool isRefused)
    {
        LoadedConfig loaded = new ConfigBench().Load(
            $"streams: {{a: {{source: \"{source}\"}}}}\nrtsps: {{listen: \":322\", certificates: [{{certificate: a.pem}}]}}\n");

        Assert.Equal(isRefused, loaded.Lines.Any(static line => line.Contains("it points at this proxy itself", StringComparison.Ordinal)));
    }

    [Fact]
    public void Compare_OtherCertificatesAndPorts_AreTakenAtOnce()
    {
        ProxyConfig old = ConfigBench.Good(Two);
        ProxyConfig next = ConfigBench.Good(Two.Replace("8322", "9322", StringComparison.Ordinal).Replace("/etc/two", "/etc/three", StringComparison.Ordinal));

        ConfigDifference difference = ConfigComparison.Of(old, next);

        Assert.Equal(
            [
                (ConfigChangeKind.Live, "rtsps.listen: [\":322\", \":8322\"] -> [\":322\", \":9322\"]"),
                (ConfigChangeKind.Live, "rtsps.certificates: /etc/three.pem added, /etc/two.pem removed"),
            ],
            difference.Changes.Select(static change => (change.Kind, change.Text)));
        Assert.Equal(next.Rtsps.Listen, difference.Result.Rtsps.Listen);
        Assert.Equal(next.Rtsps.Certificates, difference.Result.Rtsps.Certificates);
    }
}
