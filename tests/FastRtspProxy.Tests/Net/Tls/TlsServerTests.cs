using System.Net;
using System.Net.Security;
using System.Net.Sockets;
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
            await far.WriteAsync(begin.AsMemory(seconds, 1));
            await Until.TrueAsync(() => near.SafeHandle.IsClosed || near.Available == 0);
            seconds++;
            _time.Advance(TimeSpan.FromSeconds(1));
            server.EndLate();
            await Task.WhenAny(_done.Task, Task.Delay(20));
        }

        Assert.Equal(TlsRefusal.TimedOut, (await _done.Task.WaitAsync(RtspTestClient.Limit)).Refusal);
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

    private static Task AuthenticateAsync(SslStream client) => client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
    {
        TargetHost = "localhost",
        RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
    }).WaitAsync(RtspTestClient.Limit);

    private void Done(TlsLayer? layer, TlsRefusal refusal, string why) => _done.SetResult((layer, refusal, why));

    private TlsServer Server(HandshakeThreads threads, X509Certificate2Collection? chain = null)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(SimulatedCameraCertificate.Make(IPAddress.Loopback), chain, offline: true),
        };
        return new TlsServer(_ => options, s_limit, _time, threads);
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
