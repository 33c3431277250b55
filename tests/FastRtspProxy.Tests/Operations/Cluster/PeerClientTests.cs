using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Tests.Net.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>What one box asks another one, in the clear and by TLS; and what it makes of whoever answers in its place.</summary>
public sealed class PeerClientTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly ClusterConfig s_config = new()
    {
        Name = "site-1",
        Node = "b",
        Advertise = "rtsp://192.0.2.2:8554",
        Secret = new Secret("0123456789abcdef0123456789abcdef"),
    };

    private static readonly ClusterSecrets s_secrets = new(s_config.Name, s_config.Secret!);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ClusterNode _node = new(s_config, s_secrets, new FakeOwnership(), TimeProvider.System, NullLogger.Instance) { Life = "life of b" };

    private Task _serving = Task.CompletedTask;

    public Task InitializeAsync()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(8);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        await _node.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task AskAsync_BoxOfTheCluster_SaysHowItIs()
    {
        Serve(static (_, answer) => answer);

        (PeerState State, TimeSpan Ahead)? found = await Client().AskAsync(Peer("rtsp"), s_limit);

        Assert.Equal("life of b", found!.Value.State.Life);
        Assert.False(found.Value.State.IsDraining);
    }

    /// <summary>A box by its name, which may have an IPv6 address where it does not listen, or that no way leads to.</summary>
    [Fact]
    public async Task AskAsync_NameWithSeveralAddresses_TriesEach()
    {
        Serve(static (_, answer) => answer);

        Assert.NotNull(await Client().AskAsync(Peer("rtsp", "localhost"), s_limit));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\nX-Frp-Hop: b;0;1;0123456789abcdef;00\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n")]
    public async Task AskAsync_AnswerOfAStranger_IsNone(string text)
    {
        Serve((_, _) => Encoding.ASCII.GetBytes(text));

        Assert.Null(await Client().AskAsync(Peer("rtsp"), s_limit));
    }

    [Theory]
    [InlineData("Content-Length: ", "Content-Length: 99999999999")] // more than is read of anybody
    [InlineData("life of b", "life of x")] // changed on the way
    [InlineData("X-Frp-Hop: b;", "X-Frp-Hop: c;")]
    public async Task AskAsync_AnswerThatWasChanged_IsNone(string from, string to)
    {
        Serve((_, answer) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(answer).Replace(from, to, StringComparison.Ordinal)));

        Assert.Null(await Client().AskAsync(Peer("rtsp"), s_limit));
    }

    /// <summary>The head alone has a bound; what says nothing has the time that the asker gives.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AskAsync_AnswerThatDoesNotEnd_IsGivenUp(bool sendsOn)
    {
        Serve((_, _) => sendsOn ? Encoding.ASCII.GetBytes("RTSP/1.0 200 OK\r\n" + new string('x', 10_000)) : null);

        Assert.Null(await Client().AskAsync(Peer("rtsp"), sendsOn ? s_limit : TimeSpan.FromMilliseconds(300)));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)] // of an authority that nobody named
    public async Task AskAsync_ByTls_GoesByTheAuthorityOfTheConfiguration(bool isNamed, bool answers)
    {
        (X509Certificate2 certificate, X509Certificate2Collection authorities) = Make(IPAddress.Loopback);
        Serve(static (_, answer) => answer, certificate);
        PeerClient client = Client();
        client.Authorities = isNamed ? authorities : Make(IPAddress.Loopback).Authorities;

        Assert.Equal(answers, await client.AskAsync(Peer("rtsps"), s_limit) is not null);
    }

    [Fact]
    public async Task AskAsync_ByTlsWithACertificateForAnotherHost_IsNone()
    {
        (X509Certificate2 certificate, X509Certificate2Collection authorities) = Make(IPAddress.Parse("192.0.2.7"));
        Serve(static (_, answer) => answer, certificate);
        PeerClient client = Client();
        client.Authorities = authorities;

        Assert.Null(await client.AskAsync(Peer("rtsps"), s_limit));
    }

    /// <summary>Thrown on, it ended the watch of all other boxes for good, and the look at the fence with it.</summary>
    [Fact]
    public async Task AskAsync_ByTlsWithACertificateThatCannotBeRead_IsNone()
    {
        using OpenSslServer server = new(OpenSslServer.Unreadable);
        Task<bool> serving = Task.Run(server.TryAccept);

        Assert.Null(await Client().AskAsync(new ClusterMember("b", $"rtsps://127.0.0.1:{server.Port}", 100), s_limit));
        _ = await serving;
    }

    /// <summary>What stands at a box's key of the etcd is whoever's who wrote it.</summary>
    [Fact]
    public async Task AskAsync_NameThatNoneCanBe_IsNone() =>
        Assert.Null(await Client().AskAsync(new ClusterMember("b", $"rtsp://{new string('a', 300)}:8554", 100), s_limit));

    /// <summary>The streams that are read from there.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ConnectAsync_Relay_GoesByTheAuthorityOfTheConfiguration(bool isNamed)
    {
        (X509Certificate2 certificate, X509Certificate2Collection authorities) = Make(IPAddress.Loopback);
        Serve(static (_, answer) => answer, certificate);
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        ConnectTarget target = new("127.0.0.1", Port) { Authorities = isNamed ? authorities : Make(IPAddress.Loopback).Authorities };

        Task<TlsByteStream> connecting = shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, target, s_limit, isInsecure: false));

        if (isNamed)
        {
            TlsByteStream stream = await connecting;
            await shard.RunAsync(() =>
            {
                stream.Close();
                return Task.CompletedTask;
            });
        }
        else
        {
            Assert.Equal(ConnectFailure.CertificateRefused, (await Assert.ThrowsAsync<ByteStreamException>(() => connecting)).Kind);
        }
    }

    [Theory]
    [InlineData("", "there is no certificate in")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be used")]
    public void Read_FileThatIsNone_SaysWhichAndWhy(string text, string expected)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);

        IOException e = Assert.Throws<IOException>(() => ClusterAuthorities.Read(file));

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains(file, Assert.ThrowsAny<IOException>(() => ClusterAuthorities.Read(file)).Message, StringComparison.Ordinal);
    }

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    private ClusterMember Peer(string scheme, string host = "127.0.0.1") => new("b", $"{scheme}://{host}:{Port}", 100);

    private PeerClient Client() => new("a", s_secrets, new SteadyTime(TimeProvider.System), TimeProvider.System);

    /// <summary>An authority, and a certificate of it for that address.</summary>
    private static (X509Certificate2 Certificate, X509Certificate2Collection Authorities) Make(IPAddress address)
    {
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authorityRequest = new("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
        X509Certificate2 authority = authorityRequest.CreateSelfSigned(from, from.AddDays(3));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=box", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(authority, from, from.AddDays(2), [1, 2, 3]);
        return (certificate.CopyWithPrivateKey(key), [X509CertificateLoader.LoadCertificate(authority.RawData)]);
    }

    /// <summary>Answers each question as box b would, changed by the test; null: not at all.</summary>
    private void Serve(Func<string, byte[], byte[]?> change, X509Certificate2? certificate = null) => _serving = Task.Run(async () =>
    {
        HopGate gate = new(_node, s_secrets, RedirectMode.Off, TimeProvider.System, NullLogger.Instance);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using Stream stream = await AcceptAsync(certificate);
                byte[] buffer = new byte[4096];
                int read = await stream.ReadAsync(buffer, _stop.Token);
                string hop = Encoding.ASCII.GetString(buffer, 0, read).Split("X-Frp-Hop: ").ElementAtOrDefault(1)?.Split("\r\n")[0] ?? "";
                (byte[] body, string proof) = gate.Answer(hop);
                string head = $"RTSP/1.0 200 OK\r\nCSeq: 1\r\nX-Frp-Hop: {proof}\r\nContent-Length: {body.Length}\r\n\r\n";
                if (change(hop, [.. Encoding.ASCII.GetBytes(head), .. body]) is { } answer)
                {
                    await stream.WriteAsync(answer, _stop.Token);
                }
                else
                {
                    await stream.CopyToAsync(Stream.Null, _stop.Token); // until whoever asked goes
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                // Whoever asked has gone, or the test ends.
            }
        }
    });

    private async Task<Stream> AcceptAsync(X509Certificate2? certificate)
    {
        NetworkStream plain = new(await _listener.AcceptAsync(_stop.Token), ownsSocket: true);
        if (certificate is null)
        {
            return plain;
        }

        SslStream tls = new(plain);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) }, _stop.Token);
        return tls;
    }
}
