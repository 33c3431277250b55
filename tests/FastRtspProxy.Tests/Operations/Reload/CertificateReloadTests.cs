using System.Security.Authentication;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;
using FastRtspProxy.Tests.Net.Tls;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Operations.Reload;

/// <summary>Certificates that are renewed in each of the ways in which tools renew them, and what is between two steps of theirs.</summary>
public sealed class CertificateReloadTests : IAsyncDisposable
{
    private const int LimitSeconds = 60;

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _log = new();
    private readonly CertificateFolder _folder;
    private readonly CertificateReload _reload;

    public CertificateReloadTests()
    {
        _folder = new CertificateFolder(_time.GetUtcNow());
        _reload = new CertificateReload(_time);
    }

    [Theory]
    [InlineData("renamed")]
    [InlineData("in place")]
    [InlineData("links")]
    [InlineData("folder")]
    public async Task Read_FilesRenewed_AreTaken(string way)
    {
        CertificateFiles files = First(way);
        using ServerCertificates certificates = await StartAndReadAsync(files);

        Renew(way, _folder.Make(["new.example"]));

        await Until.TrueAsync(() => Tick() && NameOf(certificates) == "new.example", LimitSeconds);
        Assert.DoesNotContain(_log.Lines, static line => line.Level > LogLevel.Information);
    }

    /// <summary>The old one is shown, one line is said, and what comes whole is taken.</summary>
    [Theory]
    [InlineData("half")]
    [InlineData("key comes later")]
    [InlineData("gone")]
    public async Task Read_BetweenTwoStepsOfARenewal_KeepsTheOldOneAndSaysSoOnce(string what)
    {
        CertificateFiles files = First("in place");
        using ServerCertificates certificates = await StartAndReadAsync(files);
        (string certificate, string key) = _folder.Make(["new.example"]);
        switch (what)
        {
            case "half":
                _folder.Write("cert.pem", certificate[..(certificate.Length / 2)]);
                break;
            case "gone":
                File.Delete(files.Certificate);
                break;
            default:
                _folder.Write("cert.pem", certificate);
                break;
        }

        await Until.TrueAsync(() => Tick() && Problems().Count > 0, LimitSeconds);
        for (int second = 0; second < 60; second++)
        {
            Tick();
        }

        Assert.Equal("read.example", NameOf(certificates));
        string line = Assert.Single(Problems());
        Assert.Contains("The certificates for viewers stay as they were: the certificate file", line, StringComparison.Ordinal);
        Assert.Contains(files.Certificate, line, StringComparison.Ordinal);

        _folder.Write("cert.pem", certificate);
        _folder.Write("key.pem", key);
        await Until.TrueAsync(() => Tick() && NameOf(certificates) == "new.example", LimitSeconds);
    }

    /// <summary>Nothing about the file tells that it can be used now.</summary>
    [Fact]
    public async Task Read_CertificateWhoseTimeComes_IsTakenWithoutAnotherChange()
    {
        CertificateFiles files = First("in place");
        using ServerCertificates certificates = await StartAndReadAsync(files);
        Renew("in place", _folder.Make(["new.example"], begin: 5.0 / (24 * 60)));

        await Until.TrueAsync(() => Tick() && Problems().Count > 0, LimitSeconds);
        Assert.Equal("read.example", NameOf(certificates));

        await Until.TrueAsync(() => Tick() && NameOf(certificates) == "new.example", LimitSeconds);
    }

    [Fact]
    public async Task Ask_BeforeTheStart_IsKept()
    {
        CertificateFiles files = First("in place");
        using ServerCertificates certificates = ServerCertificates.Load([files], SslProtocols.Tls13, _time, _log);
        Renew("in place", _folder.Make(["new.example"]));

        _reload.Ask();
        _reload.Start(() => certificates, _log);

        await Until.TrueAsync(() => NameOf(certificates) == "new.example", LimitSeconds);
    }

    [Fact]
    public async Task Read_OtherFilesNamedMeanwhile_ThoseAreWatched()
    {
        using ServerCertificates certificates = Start(First("in place"));
        (string certificate, string key) = _folder.Make(["other.example"]);
        CertificateFiles other = new(_folder.Write("other.pem", certificate + key), null);
        Assert.True(certificates.TryChange([other], SslProtocols.Tls13, out _));
        _reload.Ask();
        (certificate, key) = _folder.Make(["new.example"]);
        _folder.Replace("other.pem", certificate + key);

        await Until.TrueAsync(() => Tick() && NameOf(certificates) == "new.example", LimitSeconds);
    }

    public async ValueTask DisposeAsync()
    {
        await _reload.DisposeAsync();
        _folder.Dispose();
    }

    private static string NameOf(ServerCertificates certificates) => certificates.States[0].Names[0];

    private ServerCertificates Start(CertificateFiles files)
    {
        ServerCertificates certificates = ServerCertificates.Load([files], SslProtocols.Tls13, _time, _log);
        _reload.Start(() => certificates, _log);
        return certificates;
    }

    /// <summary>The read of the start lies behind: whatever is read from now on, the clock lets it.</summary>
    private async Task<ServerCertificates> StartAndReadAsync(CertificateFiles files)
    {
        ServerCertificates certificates = ServerCertificates.Load([files], SslProtocols.Tls13, _time, _log);
        (string certificate, string key) = _folder.Make(["read.example"]);
        await File.WriteAllTextAsync(files.Certificate, certificate);
        await File.WriteAllTextAsync(files.KeyFile, key);
        _reload.Start(() => certificates, _log);
        await Until.TrueAsync(() => NameOf(certificates) == "read.example", LimitSeconds);
        return certificates;
    }

    private List<string> Problems() => [.. _log.Lines.Where(static line => line.Level > LogLevel.Information).Select(static line => line.Text)];

    private bool Tick()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return true;
    }

    private CertificateFiles First(string way)
    {
        (string certificate, string key) = _folder.Make(["old.example"], begin: -3);
        switch (way)
        {
            case "links": // certbot: live/NAME/fullchain.pem -> ../../archive/NAME/fullchain1.pem
                _folder.Write("fullchain1.pem", certificate);
                _folder.Write("privkey1.pem", key);
                return new CertificateFiles(Link("cert.pem", "fullchain1.pem"), Link("key.pem", "privkey1.pem"));
            case "folder": // container platforms: NAME -> ..data/NAME, ..data -> a folder
                WriteFolder("v1", certificate, key);
                Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "..data"), "v1");
                return new CertificateFiles(Link("cert.pem", "..data/cert.pem"), Link("key.pem", "..data/key.pem"));
            default:
                return new CertificateFiles(_folder.Write("cert.pem", certificate), _folder.Write("key.pem", key));
        }
    }

    private void Renew(string way, (string Certificate, string Key) next)
    {
        switch (way)
        {
            case "links":
                _folder.Write("fullchain2.pem", next.Certificate);
                _folder.Write("privkey2.pem", next.Key);
                Link("key.pem", "privkey2.pem");
                Link("cert.pem", "fullchain2.pem");
                break;
            case "folder":
                WriteFolder("v2", next.Certificate, next.Key);
                Directory.Delete(Path.Combine(_folder.Path, "..data"));
                Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "..data"), "v2");
                break;
            case "renamed":
                _folder.Replace("key.pem", next.Key);
                _folder.Replace("cert.pem", next.Certificate);
                break;
            default:
                _folder.Write("key.pem", next.Key);
                _folder.Write("cert.pem", next.Certificate);
                break;
        }
    }

    private void WriteFolder(string name, string certificate, string key)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, name));
        _folder.Write(name + "/cert.pem", certificate);
        _folder.Write(name + "/key.pem", key);
    }

    /// <summary>Turned in one step, as ln -sfT and rename(2) do.</summary>
    private string Link(string name, string target)
    {
        string path = Path.Combine(_folder.Path, name);
        string beside = path + ".new";
        File.CreateSymbolicLink(beside, target);
        File.Move(beside, path, overwrite: true);
        return path;
    }
}
