using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Cluster.Etcd;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>
/// A real etcd that speaks TLS alone, asks for a client certificate and for a log-in. With 1,000 races: <c>CLUSTER_RACES=1000</c>, as
/// perf-scripts/cluster.sh has it.
/// </summary>
public sealed class EtcdOwnershipTests : IDisposable
{
    private const string Password = "geheim456";

    private readonly string _folder = Directory.CreateTempSubdirectory("frp-etcd-").FullName;
    private readonly RecordingLogger _log = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ClaimAsync_OfTwoBoxesAtOnce_OneHasItAndTheOtherIsToldWho()
    {
        MakeCertificates(box: string.Empty);
        using EtcdProcess etcd = await EtcdProcess.StartAsync(_folder, PathOf);
        await etcd.LogInsAsync(Password);
        await using EtcdOwnership a = new(ConfigOf("a", etcd.Url, Password), "life", static _ => Task.FromResult<string?>(null), TimeProvider.System, _log);
        await using EtcdOwnership b = new(ConfigOf("b", etcd.Url, Password), "life", static _ => Task.FromResult<string?>(null), TimeProvider.System, _log);
        RecordingWatch watchOfA = new();
        RecordingWatch watchOfB = new();
        a.Start(watchOfA);
        b.Start(watchOfB);
        await Until.TrueAsync(() => watchOfA.IsRead && watchOfB.IsRead, 30, () => $"{watchOfA.Said}; {watchOfB.Said}");

        int races = int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_RACES"), out int asked) ? asked : 50;
        int[] won = [0, 0];
        long epoch = 0;
        for (int i = 0; i < races; i++)
        {
            string stream = $"cam{i}";
            OwnerRecord?[] owners = await Task.WhenAll(ClaimAsync(a, stream), ClaimAsync(b, stream));

            Assert.Equal((owners[0]!.Value.Node, owners[0]!.Value.Epoch), (owners[1]!.Value.Node, owners[1]!.Value.Epoch));
            Assert.NotEqual(owners[0]!.Value.IsOurs, owners[1]!.Value.IsOurs);
            Assert.Equal(owners[0]!.Value.Node == "a", owners[0]!.Value.IsOurs);
            Assert.True(owners[0]!.Value.Epoch > epoch);
            epoch = owners[0]!.Value.Epoch;
            won[owners[0]!.Value.IsOurs ? 0 : 1]++;
        }

        Assert.Equal(races, won.Sum());

        // All at once, as behind the death of a box that had many: what goes together to etcd is decided one by one.
        string[] many = [.. Enumerable.Range(0, 500).Select(static n => $"many{n}")];
        OwnerRecord?[][] all = await Task.WhenAll(
            Task.WhenAll(many.Select(stream => ClaimAsync(a, stream))), Task.WhenAll(many.Select(stream => ClaimAsync(b, stream))));
        for (int i = 0; i < many.Length; i++)
        {
            Assert.Equal((all[0][i]!.Value.Node, all[0][i]!.Value.Epoch), (all[1][i]!.Value.Node, all[1][i]!.Value.Epoch));
            Assert.Single(all, owners => owners[i]!.Value.IsOurs);
            Assert.True(all[0][i]!.Value.Epoch > epoch);
        }

        await Until.TrueAsync(() => many.All(stream => watchOfA.Owners.ContainsKey(stream) && watchOfB.Owners.ContainsKey(stream)));
        Assert.All(many, stream => Assert.NotEqual(watchOfA.Owners[stream].IsOurs, watchOfB.Owners[stream].IsOurs));
        string[] owned = [.. many.Where(stream => watchOfA.Owners[stream].IsOurs)];
        await Task.WhenAll(owned.Select(stream => Until.TrueAsync(async () => await a.ReleaseAsync(stream, watchOfB.Owners.TryGetValue(stream, out OwnerRecord one) ? one.Epoch : 0))));
        await Until.TrueAsync(() => !owned.Any(watchOfB.Owners.ContainsKey));
        Assert.DoesNotContain(_log.Lines, static line => line.Text.Contains(Password, StringComparison.Ordinal));
    }

    /// <summary>etcd's gateway takes no certificate with a common name while log-ins are on, and says so in words that are no JSON.</summary>
    [Fact]
    public async Task Start_CertificateWithACommonName_IsSaidWithTheRemedy()
    {
        MakeCertificates(box: "CN=box");
        using EtcdProcess etcd = await EtcdProcess.StartAsync(_folder, PathOf);
        await etcd.LogInsAsync(Password);
        string said = string.Empty;

        // Each question has a second: of a machine that stands still another one is asked.
        await Until.TrueAsync(
            async () =>
            {
                await using EtcdOwnership box = new(ConfigOf("a", etcd.Url, Password), "life", static _ => Task.FromResult<string?>(null), TimeProvider.System, _log);
                RecordingWatch watch = new();
                box.Start(watch);
                await Until.TrueAsync(() => watch.Said.Length > 0);
                said = watch.Said;
                return said.Contains("Remedy: a client certificate without a common name", StringComparison.Ordinal);
            },
            detail: () => said);

        Assert.DoesNotContain(Password, said, StringComparison.Ordinal);
    }

    /// <summary>The engine has a second for an answer: a machine that stands still is asked again, and has the same owner.</summary>
    private static async Task<OwnerRecord?> ClaimAsync(EtcdOwnership box, string stream)
    {
        OwnerRecord? owner = null;
        await Until.TrueAsync(async () => (owner = await box.ClaimAsync(stream, null)) is not null);
        return owner;
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private ClusterConfig ConfigOf(string node, string url, string password) => new()
    {
        Name = "site-1",
        Node = node,
        Advertise = $"rtsp://192.0.2.{node[0] - 'a' + 1}:8554",
        Secret = new Secret("0123456789abcdef0123456789abcdef"),
        Engine = new ClusterEngineConfig
        {
            Kind = ClusterEngineKind.Etcd,
            Endpoints = [url],
            Ttl = TimeSpan.FromSeconds(60), // nothing of a slow machine's ends here
            Ca = PathOf("ca.pem"),
            Certificate = PathOf("box.pem"),
            Key = PathOf("box.key"),
            UserName = "root",
            Password = new Secret(password),
        },
    };

    /// <summary>An authority, and one certificate of it, for both sides.</summary>
    private void MakeCertificates(string box)
    {
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authorityRequest = new("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(from, from.AddDays(3));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(new X500DistinguishedName(box), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(authority, from, from.AddDays(2), [1, 2, 3]);
        File.WriteAllText(PathOf("ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(PathOf("box.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("box.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
