using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.SimulatedCamera;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>A connection with TLS on a shard, and its far end: a socket, and the framework's client on it.</summary>
internal sealed class TlsPair : IDisposable
{
    private TlsPair(ControlStream stream, TlsLayer layer, Socket near, Socket far, SslStream client)
    {
        Near = near;
        Stream = stream;
        Layer = layer;
        Far = far;
        Client = client;
    }

    public ControlStream Stream { get; }

    public TlsLayer Layer { get; }

    /// <summary>The socket of <see cref="Stream"/>.</summary>
    public Socket Near { get; }

    /// <summary>What comes is encrypted.</summary>
    public Socket Far { get; }

    public SslStream Client { get; }

    public static async Task<TlsPair> ConnectAsync(Shard shard, SslProtocols protocols = SslProtocols.None, int bufferBytes = 0, InputBudget? budget = null)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (bufferBytes > 0)
        {
            far.ReceiveBufferSize = bufferBytes;
        }

        await far.ConnectAsync(listener.LocalEndPoint!);
        Socket near = await listener.AcceptAsync();
        if (bufferBytes > 0)
        {
            near.SendBufferSize = bufferBytes;
        }

        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(SimulatedCameraCertificate.Make(IPAddress.Loopback), null, offline: true),
        };
        TlsServer server = new(_ => options, TimeSpan.FromSeconds(30), TimeProvider.System);
        TaskCompletionSource<TlsLayer?> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = server.Begin(near, AddressGroup.Of(IPAddress.Loopback), (layer, _, _) => done.SetResult(layer));
        SslStream client = new(new NetworkStream(far, ownsSocket: true));
        await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        });
        TlsLayer layer = (await done.Task)!;
        ControlStream stream = new(shard, near, budget, layer);
        await shard.RunAsync(() =>
        {
            stream.Start();
            return Task.CompletedTask;
        });
        return new TlsPair(stream, layer, near, far, client);
    }

    public void Dispose()
    {
        Stream.Post(Stream.Close);
        Client.Dispose();
    }
}
