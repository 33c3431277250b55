using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>Handshakes of one server: whose time they take, what a chain that is larger than the socket's buffer does, and the stop.</summary>
public sealed class TlsServerTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);
    private static readonly AddressGroup s_client = AddressGroup.Of(IPAddress.Loopback);

    private readonly FakeTimeProvider _time = new();
    private readonly BusyThreads _busy = new();
    private readonly TaskCompletionSource<(TlsLayer? Layer, TlsRefusal Refusal, string Why)> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Socket> _sockets = [];

    public void Dispose()
    {
        _busy.Dispose();
        _sockets.ForEach(static socket => socket.Dispose());
    }

    /// <summary>However long its step waits behind those of others: that is not the client's time.</summary>
    [Fact]
    public async Task Handshake_ThatWaitsForAThreadOfOurs_IsNotLate()
    {
        TlsServer server = Server(_busy.Threads);
        (Socket near, SslStream client) = await ConnectAsync();
        server.Begin(near, s_client, Done);
        Task authenticating = AuthenticateAsync(client);
        await Until.TrueAsync(() => near.Available > 0);
        await Until.TrueAsync(() => _busy.Threads.Waiting == 1);

        _time.Advance(2 * s_limit);
        server.EndLate();
        _busy.Release();

        await authenticating;
        Assert.Equal(TlsRefusal.None, (await _done.Task.WaitAsync(RtspTestClient.Limit)).Refusal);
    }

    /// <summary>What a client has used up of its time before, it does not get again with each byte.</summary>
    [Fact]
    public async Task Handshake_ThatComesByteByByte_IsLateWhenItsTimeIsUpInAll()
    {
        TlsServer server = Server(new HandshakeThreads(1));
        (Socket near, SslStream client) = await ConnectAsync();
        server.Begin(near, s_client, Done);
        using Stream far = new NetworkStream(_sockets[^1], ownsSocket: false);
        byte[] begin = [22, 3, 1, 2, 0, 1, 0, 1, 252, 3];
        int seconds = 0;
        while (!_done.Task.IsCompleted && seconds < begin.Length)
        {
            try
            {
                await far.WriteAsync(begin.AsMemory(seconds, 1));
            }
            catch (IOException)
            {
                break; // it was late between the look and the byte
            }

            await Until.TrueAsync(() => _done.Task.IsCompleted || UnreadOf(near) == 0);
            seconds++;
            _time.Advance(TimeSpan.FromSeconds(1));
            server.EndLate();
            await Task.WhenAny(_done.Task, Task.Delay(20));
        }

        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            server.EndLate();
            return _done.Task.IsCompleted;
        });

        Assert.Equal(TlsRefusal.TimedOut, (await _done.Task.WaitAsync(RtspTestClient.Limit)).Refusal);
        await client.DisposeAsync();
    }

    /// <summary>A flight that no buffer takes at once: the client is waited for, as for its own bytes.</summary>
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Handshake_AChainThatIsLargerThanTheSendBuffer_IsDone(SslProtocols protocol)
    {
        (X509Certificate2 leaf, X509Certificate2Collection chain) = LongChain(40 * 1024);
        TlsServer server = Server(new HandshakeThreads(1), leaf, chain);
        (Socket near, SslStream client) = await ConnectAsync(bufferBytes: 4 * 1024);
        server.Begin(near, s_client, Done);

        await AuthenticateAsync(client, protocol);

        Assert.Equal((TlsRefusal.None, string.Empty), await RefusalAsync());
    }

    [Fact]
    public async Task Handshake_AClientThatTakesNoneOfALongChain_IsLate()
    {
        (X509Certificate2 leaf, X509Certificate2Collection chain) = LongChain(40 * 1024);
        TlsServer server = Server(new HandshakeThreads(1), leaf, chain);
        (Socket near, SslStream client) = await ConnectAsync(bufferBytes: 4 * 1024);
        await _sockets[^1].SendAsync(await Engine.Frontend.RawConnection.ClientHelloAsync());
        server.Begin(near, s_client, Done);
        await Until.TrueAsync(() => _sockets[^1].Available > 2000); // the beginning of the chain

        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            server.EndLate();
            return _done.Task.IsCompleted;
        });

        Assert.Equal((TlsRefusal.TimedOut, true), ((await _done.Task).Refusal, near.SafeHandle.IsClosed));
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Stop_WhileAStepWaitsForAThread_IsDoneWhenTheHandshakeHasEnded()
    {
        TlsServer server = Server(_busy.Threads);
        (Socket near, SslStream client) = await ConnectAsync();
        server.Begin(near, s_client, Done);

        Task stopping = server.StopAsync(RtspTestClient.Limit);
        await Until.TrueAsync(() => _busy.Threads.Waiting == 1);
        Assert.False(stopping.IsCompleted);
        _busy.Release();

        await stopping;
        Assert.True(_done.Task.IsCompleted);
        Assert.Equal(TlsRefusal.Stopping, (await _done.Task).Refusal);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Stop_WhileNoThreadIsFree_WaitsNoLongerThanItMay()
    {
        TlsServer server = Server(_busy.Threads);
        (Socket near, SslStream client) = await ConnectAsync();
        server.Begin(near, s_client, Done);

        await server.StopAsync(TimeSpan.FromMilliseconds(1)).WaitAsync(RtspTestClient.Limit);

        Assert.False(_done.Task.IsCompleted);
        await client.DisposeAsync();
    }

    private static Task AuthenticateAsync(SslStream client, SslProtocols protocols = SslProtocols.None) => client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
    {
        TargetHost = "localhost",
        EnabledSslProtocols = protocols,
        RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
    }).WaitAsync(RtspTestClient.Limit);

    private static int UnreadOf(Socket socket)
    {
        try
        {
            return socket.Available;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    private void Done(TlsLayer? layer, TlsRefusal refusal, string why) => _done.SetResult((layer, refusal, why));

    private async Task<(TlsRefusal Refusal, string Why)> RefusalAsync()
    {
        (_, TlsRefusal refusal, string why) = await _done.Task.WaitAsync(RtspTestClient.Limit);
        return (refusal, why);
    }

    private TlsServer Server(HandshakeThreads threads, X509Certificate2? certificate = null, X509Certificate2Collection? chain = null)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate ?? SimulatedCameraCertificate.Make(IPAddress.Loopback), chain, offline: true),
        };
        return new TlsServer(_ => options, s_limit, _time, threads);
    }

    /// <summary>A certificate with five authorities above it, which are so large in all.</summary>
    private static (X509Certificate2 Leaf, X509Certificate2Collection Chain) LongChain(int bytes)
    {
        const int Authorities = 5;
        DateTimeOffset now = DateTimeOffset.UtcNow;
        X509Certificate2Collection chain = [];
        ECDsa issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest root = new("CN=root", issuerKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        X509Certificate2 issuer = root.CreateSelfSigned(now.AddDays(-1), now.AddDays(9));
        for (int i = 0; i <= Authorities; i++)
        {
            ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            CertificateRequest request = new($"CN=link {i}", key, HashAlgorithmName.SHA256);
            if (i < Authorities)
            {
                request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
                request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", new byte[bytes / Authorities], critical: false));
            }

            issuer = request.Create(issuer, now.AddDays(-1), now.AddDays(9), [1, (byte)i]).CopyWithPrivateKey(key);
            if (i < Authorities)
            {
                chain.Add(issuer);
            }
        }

        return (issuer, chain);
    }

    private async Task<(Socket Near, SslStream Client)> ConnectAsync(int bufferBytes = 0)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sockets.Add(far);
        if (bufferBytes > 0)
        {
            far.ReceiveBufferSize = bufferBytes;
        }

        await far.ConnectAsync(listener.LocalEndPoint!);
        Socket near = await listener.AcceptAsync();
        _sockets.Insert(0, near);
        if (bufferBytes > 0)
        {
            near.SendBufferSize = bufferBytes;
        }

        return (near, new SslStream(new NetworkStream(far, ownsSocket: false)));
    }
}
