using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Net.Tls;

public sealed class ServerCertificatesTests : IDisposable
{
    private const SslProtocols Both = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _log = new();
    private readonly CertificateFolder _folder;

    public ServerCertificatesTests() => _folder = new CertificateFolder(_time.GetUtcNow());

    [Fact]
    public void OptionsFor_NamesOfTwo_HasTheRightOneAndWhatTlsNeeds()
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example"]), Pair("two", ["two.example", "*.two.example"]));

        SslServerAuthenticationOptions options = certificates.OptionsFor("Door.Two.Example");

        Assert.Equal("CN=two.example", SubjectOf(options));
        Assert.Equal(Both, options.EnabledSslProtocols);
        Assert.False(options.AllowRenegotiation);
        Assert.False(options.ClientCertificateRequired);
        Assert.Null(options.ApplicationProtocols);
        Assert.Null(options.CipherSuitesPolicy);
        Assert.Same(options, certificates.OptionsFor("two.example"));
        Assert.Equal("CN=one.example", SubjectOf(certificates.OptionsFor(null)));
    }

    /// <summary>What a handshake asks for is made at the load: a flood of them builds no chains and allocates no options.</summary>
    [Fact]
    public void OptionsFor_SmallLetters_AllocatesNothing()
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example"]));

        Assert.Equal(0, AllocationMeter.SteadyBytes(() => certificates.OptionsFor("one.example"), rounds: 10));
    }

    [Theory]
    [InlineData("one.example", "CN=one.example")]
    [InlineData("door.two.example", "CN=two.example")]
    [InlineData("xn--bcher-kva.example", "CN=xn--bcher-kva.example")]
    [InlineData("127.0.0.1", "CN=one.example")]
    [InlineData("nobody.example", "CN=one.example")]
    public async Task OptionsFor_RealHandshake_ShowsTheCertificateOfTheName(string name, string subject)
    {
        using ServerCertificates certificates = Load(
            Both, Pair("one", ["one.example"]), Pair("two", ["two.example", "*.two.example"]), Pair("three", ["xn--bcher-kva.example"]));

        (string shown, _, _) = await TlsDialogue.HandshakeAsync(certificates, name, SslProtocols.None);

        Assert.Equal(subject, shown);
    }

    [Fact]
    public async Task OptionsFor_Chain_TheClientGetsTheIntermediateAndTrustsTheRoot()
    {
        (string leaf, string middle, string key, X509Certificate2 root) = _folder.MakeChain("a.example");
        using X509Certificate2 ofRoot = root;
        using ServerCertificates certificates = Load(Both, new CertificateFiles(_folder.Write("c.pem", leaf + middle), _folder.Write("k.pem", key)));

        (_, _, SslPolicyErrors errors) = await TlsDialogue.HandshakeAsync(certificates, "a.example", SslProtocols.None, root, _time.GetUtcNow());

        Assert.Equal(SslPolicyErrors.None, errors);
    }

    [Theory]
    [InlineData(Both, SslProtocols.Tls12, SslProtocols.Tls12)]
    [InlineData(Both, SslProtocols.None, SslProtocols.Tls13)]
    [InlineData(SslProtocols.Tls13, SslProtocols.None, SslProtocols.Tls13)]
    public async Task OptionsFor_Versions_TheBestOfBothIsSpoken(SslProtocols ours, SslProtocols theirs, SslProtocols spoken)
    {
        using ServerCertificates certificates = Load(ours, Pair("one", ["one.example"]));

        (_, SslProtocols protocol, _) = await TlsDialogue.HandshakeAsync(certificates, "one.example", theirs);

        Assert.Equal(spoken, protocol);
    }

    [Fact]
    public async Task OptionsFor_ClientWithTls12WhereThirteenIsTheLeast_IsRefused()
    {
        using ServerCertificates certificates = Load(SslProtocols.Tls13, Pair("one", ["one.example"]));

        await Assert.ThrowsAnyAsync<Exception>(() => TlsDialogue.HandshakeAsync(certificates, "one.example", SslProtocols.Tls12));
    }

    [Fact]
    public void TryReload_FilesReplaced_NewHandshakesGetTheNewOne()
    {
        CertificateFiles files = Pair("one", ["one.example"]);
        using ServerCertificates certificates = Load(Both, files);
        SslServerAuthenticationOptions before = certificates.OptionsFor(null);
        Pair("one", ["new.example"]);

        Assert.True(certificates.TryReload(out string? problem));

        Assert.Null(problem);
        Assert.Equal("CN=new.example", SubjectOf(certificates.OptionsFor(null)));
        Assert.Equal("CN=one.example", SubjectOf(before));
        Assert.True(before.ServerCertificateContext!.TargetCertificate.HasPrivateKey);
        Assert.Contains("From now on the certificate for new.example is that of", Assert.Single(_log.Loud), StringComparison.Ordinal);
    }

    [Fact]
    public void TryReload_SameContent_KeepsTheSetAndSaysNothing()
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example"]));
        SslServerAuthenticationOptions before = certificates.OptionsFor(null);

        Assert.True(certificates.TryReload(out _));

        Assert.Same(before, certificates.OptionsFor(null));
        Assert.Empty(_log.Loud);
    }

    [Theory]
    [InlineData("half")]
    [InlineData("gone")]
    [InlineData("key of the old one")]
    [InlineData("expired")]
    public void TryReload_WhatCannotBeUsed_KeepsAllThatWasThere(string what)
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example"]), Pair("two", ["two.example"]));
        SslServerAuthenticationOptions before = certificates.OptionsFor("two.example");
        (string certificate, string key) = _folder.Make(["new.example"], begin: -9, days: what == "expired" ? -1 : 9);
        switch (what)
        {
            case "half":
                _folder.Write("two.pem", certificate[..^40]);
                break;
            case "gone":
                File.Delete(Path.Combine(_folder.Path, "two.key"));
                break;
            case "expired":
                _folder.Write("two.key", key);
                goto default;
            default:
                _folder.Write("two.pem", certificate);
                break;
        }

        Assert.False(certificates.TryReload(out string? problem));

        Assert.Contains("two.", problem, StringComparison.Ordinal);
        Assert.Same(before, certificates.OptionsFor("two.example"));
        Assert.Equal(["one.example"], certificates.States[0].Names);
    }

    [Fact]
    public void TryReload_AfterOneThatFailed_TakesWhatIsWholeAgain()
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example"]));
        (string certificate, string key) = _folder.Make(["new.example"]);
        _folder.Write("one.pem", certificate);
        Assert.False(certificates.TryReload(out _));
        _folder.Write("one.key", key);

        Assert.True(certificates.TryReload(out _));

        Assert.Equal("CN=new.example", SubjectOf(certificates.OptionsFor(null)));
    }

    [Fact]
    public void TryChange_OtherFilesAndVersion_ReplaceAll()
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example"]));

        Assert.True(certificates.TryChange([Pair("two", ["two.example"])], SslProtocols.Tls13, out _));

        Assert.Equal("CN=two.example", SubjectOf(certificates.OptionsFor("one.example")));
        Assert.Equal(SslProtocols.Tls13, certificates.OptionsFor(null).EnabledSslProtocols);
    }

    [Fact]
    public void TryChange_OtherFilesThatCannotBeUsed_TheOldOnesAreReadOnReloads()
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example"]));

        Assert.False(certificates.TryChange([new CertificateFiles(Path.Combine(_folder.Path, "none"), null)], Both, out _));
        Pair("one", ["new.example"]);

        Assert.True(certificates.TryReload(out _));
        Assert.Equal("CN=new.example", SubjectOf(certificates.OptionsFor(null)));
    }

    [Fact]
    public void Load_Expired_IsRefused()
    {
        CertificateFiles files = Pair("one", ["one.example"], days: -0.5);

        CertificateException refused = Assert.Throws<CertificateException>(() => Load(Both, files));

        Assert.Equal(files, refused.Files);
        Assert.False(refused.IsOfKey);
    }

    /// <summary>Nineteen days: five of silence, then a line a day, and another one when it has ended.</summary>
    [Fact]
    public void SayEnds_CertificateNearItsEnd_SaysItOnceADayFromFourteenDaysOn()
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example", "*.one.example"], days: 18.7), Pair("two", ["two.example"], days: 90));

        Pass(TimeSpan.FromDays(4));
        Assert.Empty(_log.Loud);
        Pass(TimeSpan.FromDays(1));
        string first = Assert.Single(_log.Loud);
        Pass(TimeSpan.FromDays(13));
        int whileValid = _log.Loud.Count;
        Pass(TimeSpan.FromDays(1));

        Assert.Contains("one.example, *.one.example", first, StringComparison.Ordinal);
        Assert.Contains(certificates.States[0].File, first, StringComparison.Ordinal);
        Assert.Contains("13 days", first, StringComparison.Ordinal);
        Assert.Equal(14, whileValid);
        Assert.Equal(15, _log.Loud.Count);
        Assert.Contains("has expired", _log.Loud[^1], StringComparison.Ordinal);
        Assert.Equal([LogLevel.Warning, LogLevel.Error], _log.Lines.Select(static line => line.Level).Distinct());
        Assert.Equal(-1, certificates.States[0].DaysLeft(_time.GetUtcNow()));
        Assert.Equal(71, certificates.States[1].DaysLeft(_time.GetUtcNow()));
    }

    [Fact]
    public void SayEnds_AtStartAndRenewed_SaysItAtOnceAndNotAgain()
    {
        using ServerCertificates certificates = Load(Both, Pair("one", ["one.example"], days: 3.5));
        Assert.Contains("3 days", Assert.Single(_log.Loud), StringComparison.Ordinal);
        Pair("one", ["one.example"], days: 90);

        certificates.TryReload(out _);
        Pass(TimeSpan.FromDays(3));

        Assert.Equal(2, _log.Loud.Count);
        Assert.Contains("From now on", _log.Loud[1], StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string SubjectOf(SslServerAuthenticationOptions options) => options.ServerCertificateContext!.TargetCertificate.Subject;

    private ServerCertificates Load(SslProtocols protocols, params CertificateFiles[] files) => ServerCertificates.Load(files, protocols, _time, _log);

    private CertificateFiles Pair(string file, string[] names, double days = 90)
    {
        (string certificate, string key) = _folder.Make(names, ECDsa.Create(ECCurve.NamedCurves.nistP256), days, begin: -10);
        return new CertificateFiles(_folder.Replace(file + ".pem", certificate), _folder.Replace(file + ".key", key));
    }

    private void Pass(TimeSpan time)
    {
        for (int hours = 0; hours < time.TotalHours; hours++)
        {
            _time.Advance(TimeSpan.FromHours(1));
        }
    }
}
