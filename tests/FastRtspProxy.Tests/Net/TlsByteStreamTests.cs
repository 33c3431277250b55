using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net;
using FastRtspProxy.Tests.Net.Tls;
using FastRtspProxy.Tests.SimulatedCamera;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class TlsByteStreamTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ReadLoop_SinkThrows_TheStreamEndsAndTheSinkIsTold()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { TlsPort = 0 });
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        ThrowingSink sink = new();
        TlsByteStream stream = await shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, new ConnectTarget("127.0.0.1", camera.Server.TlsPort), s_limit, isInsecure: true));

        bool isSent = await shard.RunAsync(() =>
        {
            stream.Start(sink);
            return Task.FromResult(stream.Send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8));
        });

        Assert.True(isSent);
        Assert.Equal(SocketError.SocketError, await sink.Closed.Task.WaitAsync(s_limit));
        Assert.False(await shard.RunAsync(() => Task.FromResult(stream.Send("x"u8))));
    }

    /// <summary>As for a camera over plain TCP: one thread for each packet.</summary>
    [Fact]
    public async Task ConnectAsync_CameraOverTls_IsInTheEpollOfItsShardOnlyAndIsReadThere()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { TlsPort = 0 });
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        ShardSink sink = new(shard);
        TlsByteStream stream = await shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, new ConnectTarget("127.0.0.1", camera.Server.TlsPort), s_limit, isInsecure: true));
        await shard.RunAsync(() =>
        {
            stream.Start(sink);
            return Task.FromResult(stream.Send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8));
        });
        Assert.True(await sink.IsOnShard.Task.WaitAsync(s_limit));

        Assert.Equal(1, EpollInstances.Watching(stream.Local));
        await shard.RunAsync(() =>
        {
            stream.Close();
            return Task.CompletedTask;
        });
    }

    /// <summary>The framework would fetch it on the thread that waits for all sockets, and a camera could have us ask any server.</summary>
    [Fact]
    public async Task ConnectAsync_CertificateNamesWhereItsIssuerIs_NobodyAsksThere()
    {
        using Socket authority = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        authority.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        authority.Listen(16);
        using X509Certificate2 certificate = Issued($"http://{authority.LocalEndPoint}/issuer.cer");
        using Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen(1);
        Task serving = ServeAsync(server, certificate);
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        ConnectTarget target = new("127.0.0.1", ((IPEndPoint)server.LocalEndPoint!).Port);

        TlsByteStream stream = await shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, target, s_limit, isInsecure: true));
        await serving.WaitAsync(s_limit);

        Assert.False(authority.Poll(0, SelectMode.SelectRead));
        await shard.RunAsync(() =>
        {
            stream.Close();
            return Task.CompletedTask;
        });
    }

    /// <summary>The framework looks into it before it asks whether it is taken, and throws what is no failed log-in to it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ConnectAsync_CertificateThatCannotBeRead_IsRefusedAndTheConnectionClosed(bool isInsecure)
    {
        using OpenSslServer server = new(OpenSslServer.Unreadable);
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        Task<bool> serving = Task.Run(() =>
        {
            _ = server.TryAccept();
            return server.WaitForEnd();
        });

        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(
            () => shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, new ConnectTarget("127.0.0.1", server.Port), s_limit, isInsecure)));

        Assert.Equal(ConnectFailure.CertificateRefused, e.Kind);
        Assert.Contains("cannot be read", e.Message, StringComparison.Ordinal);
        Assert.True(await serving);
    }

    /// <summary>An old camera: who reads the log has to know that it is too old, and not where the framework has written that.</summary>
    [Fact]
    public async Task ConnectAsync_CameraRefusesTheHandshake_SaysWhatItSaid()
    {
        using Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen(1);
        Task serving = Task.Run(() =>
        {
            using Socket near = server.Accept();
            byte[] hello = new byte[8192];
            Assert.NotEqual(0, near.Receive(hello));
            byte[] protocolVersion = [0x15, 3, 3, 0, 2, 2, 70]; // a fatal alert (RFC 5246 section 7.2)
            near.Send(protocolVersion);
            _ = near.Poll(s_limit, SelectMode.SelectRead); // until the client has read it, and closes
        });
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        ConnectTarget target = new("127.0.0.1", ((IPEndPoint)server.LocalEndPoint!).Port);

        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(
            () => shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, target, s_limit, isInsecure: true)));
        await serving;

        Assert.Equal(ConnectFailure.TlsFailed, e.Kind);
        Assert.Contains("alert", e.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("inner exception", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Updates of keys are decrypted to nothing: as long as there are more of them, the framework goes on within one read.</summary>
    [Fact]
    public async Task ReadLoop_PeerUpdatesItsKeysWithoutEnd_TheStreamEnds()
    {
        using OpenSslServer server = new();
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        ClosedSink sink = new();
        Task serving = Task.Run(() =>
        {
            server.Accept();
            while (server.UpdateKeys())
            {
            }
        });

        TlsByteStream stream = await shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, new ConnectTarget("127.0.0.1", server.Port), s_limit, isInsecure: true));
        await shard.RunAsync(() =>
        {
            stream.Start(sink);
            return Task.CompletedTask;
        });

        Assert.Equal(SocketError.ProtocolNotSupported, await sink.Closed.Task.WaitAsync(s_limit));
        await serving.WaitAsync(s_limit);
    }

    /// <summary>What is for us among them is read for as long as it comes.</summary>
    [Fact]
    public async Task ReadLoop_PeerUpdatesItsKeysBetweenItsWords_AllOfThemAreRead()
    {
        const int words = 400;
        using OpenSslServer server = new();
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        CountingSink sink = new(words);
        Task serving = Task.Run(() =>
        {
            server.Accept();
            for (int i = 0; i < words; i++)
            {
                for (int update = 0; update < 10; update++)
                {
                    Assert.True(server.UpdateKeys());
                }

                Assert.True(server.Write([1]));
            }
        });

        TlsByteStream stream = await shard.RunAsync(() => TlsByteStream.ConnectAsync(shard, new ConnectTarget("127.0.0.1", server.Port), s_limit, isInsecure: true));
        await shard.RunAsync(() =>
        {
            stream.Start(sink);
            return Task.CompletedTask;
        });

        Assert.Equal(SocketError.Success, await sink.End.Task.WaitAsync(s_limit));
        await serving.WaitAsync(s_limit);
        await shard.RunAsync(() =>
        {
            stream.Close();
            return Task.CompletedTask;
        });
    }

    private static async Task ServeAsync(Socket server, X509Certificate2 certificate)
    {
        await using SslStream tls = new(new NetworkStream(await server.AcceptAsync(), ownsSocket: true));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
        });
    }

    /// <summary>By an issuer that nobody sends along.</summary>
    private static X509Certificate2 Issued(string issuerUrl)
    {
        using ECDsa issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest issuerRequest = new("CN=issuer.test", issuerKey, HashAlgorithmName.SHA256);
        issuerRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
        using X509Certificate2 issuer = issuerRequest.CreateSelfSigned(from, from.AddDays(30));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [issuerUrl]));
        using X509Certificate2 certificate = request.Create(issuer, from, from.AddDays(20), [1, 2, 3]);
        return certificate.CopyWithPrivateKey(key);
    }

    private sealed class ShardSink(Shard shard) : IByteSink
    {
        public TaskCompletionSource<bool> IsOnShard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnBytes(ReadOnlySpan<byte> bytes) => IsOnShard.TrySetResult(shard.IsCurrent);

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => IsOnShard.TrySetResult(false);
    }

    private sealed class ClosedSink : IByteSink
    {
        public TaskCompletionSource<SocketError> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnBytes(ReadOnlySpan<byte> bytes)
        {
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => Closed.SetResult(error);
    }

    private sealed class CountingSink(int wanted) : IByteSink
    {
        private int _count;

        /// <summary>Success: all that is wanted has come.</summary>
        public TaskCompletionSource<SocketError> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnBytes(ReadOnlySpan<byte> bytes)
        {
            _count += bytes.Length;
            if (_count == wanted)
            {
                End.TrySetResult(SocketError.Success);
            }
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => End.TrySetResult(error);
    }

    private sealed class ThrowingSink : IByteSink
    {
        public TaskCompletionSource<SocketError> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnBytes(ReadOnlySpan<byte> bytes) => throw new InvalidOperationException("a defect of the sink");

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => Closed.SetResult(error);
    }
}
