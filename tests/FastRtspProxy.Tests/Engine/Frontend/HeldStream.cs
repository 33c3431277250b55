using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>The socket under a TLS client, which lets its records go in pieces that a test decides.</summary>
internal sealed class HeldStream : NetworkStream
{
    private readonly List<byte> _held = [];
    private bool _isHeld;

    private HeldStream(Socket socket)
        : base(socket, ownsSocket: true)
    {
    }

    /// <summary>Encrypted bytes that have not been let go.</summary>
    public IReadOnlyList<byte> Held => _held;

    public static async Task<(RtspTestClient Client, HeldStream Wire)> ConnectAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(RtspTestClient.Limit);
        HeldStream wire = new(socket);
        SslStream tls = new(wire);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        }).WaitAsync(RtspTestClient.Limit);
        return (new RtspTestClient(socket, tls), wire);
    }

    /// <summary>From now on bytes are kept.</summary>
    public void Hold() => _isHeld = true;

    /// <summary>Sends the first of what is held.</summary>
    public async Task ReleaseAsync(int bytes)
    {
        await base.WriteAsync(_held.GetRange(0, bytes).ToArray()).AsTask().WaitAsync(RtspTestClient.Limit);
        _held.RemoveRange(0, bytes);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isHeld)
        {
            return base.WriteAsync(buffer, cancellationToken);
        }

        _held.AddRange(buffer.Span);
        return ValueTask.CompletedTask;
    }
}
