using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>
/// A camera that is a recording: it answers as the recorded one did, and sends what it sent, to as many clients as come; each gets it from the
/// beginning. All of it on one shard.
/// </summary>
internal sealed class ReplayServer : IAsyncDisposable
{
    private const int ConnectionsMax = 1000;

    private static readonly TimeSpan s_handshakeLimit = TimeSpan.FromSeconds(10);

    private readonly HashSet<ReplayConnection> _connections = [];
    private readonly Dictionary<string, ReplayTunnel> _tunnels = [];
    private readonly List<TcpListenerSocket> _listeners = [];
    private readonly HashSet<string> _said = [];
    private readonly X509Certificate2? _certificate;
    private volatile bool _disposed;

    private ReplayServer(Shard shard, Recording recording, ReplayOptions options)
    {
        Shard = shard;
        Recording = recording;
        Options = options;
        _certificate = options.TlsPort is null ? null : SimulatedCameraCertificate.Make(options.BindAddress);
    }

    public Shard Shard { get; }

    public Recording Recording { get; }

    public ReplayOptions Options { get; }

    /// <summary>The RTSP port in use.</summary>
    public int Port { get; private set; }

    /// <summary>The `rtsps` port in use; 0: none.</summary>
    public int TlsPort { get; private set; }

    /// <summary>Where the recorded stream is now.</summary>
    public string Url => UrlOf("rtsp", Port);

    /// <summary>The same over TLS; null: there is none.</summary>
    public string? TlsUrl => TlsPort == 0 ? null : UrlOf("rtsps", TlsPort);

    /// <summary>Binds and serves.</summary>
    /// <exception cref="SimulatedCameraStartException">The port cannot be had; the message is for the user.</exception>
    public static async Task<ReplayServer> StartAsync(Shard shard, Recording recording, ReplayOptions options)
    {
        ReplayServer server = new(shard, recording, options);
        try
        {
            server.Port = server.Listen(options.Port, tls: false);
            server.TlsPort = options.TlsPort is { } tls ? server.Listen(tls, tls: true) : 0;
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _listeners.ForEach(static listener => listener.Dispose());
        await Shard.RunAsync(() =>
        {
            foreach (ReplayConnection connection in _connections.ToArray())
            {
                connection.Close();
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>What is answered otherwise than it was recorded, once each.</summary>
    public void Say(string line)
    {
        if (_said.Count < 1000 && _said.Add(line))
        {
            Options.Said?.Invoke(line);
        }
    }

    /// <summary>A pair of ports; null: none is free.</summary>
    public (ReplaySocket Rtp, ReplaySocket Rtcp)? TryBind()
    {
        if (!UdpPorts.TryBindPair(Options.BindAddress, PortRange.Ephemeral, out Socket? rtp, out Socket? rtcp))
        {
            return null;
        }

        (ReplaySocket Rtp, ReplaySocket Rtcp) pair = (new ReplaySocket(Shard, rtp), new ReplaySocket(Shard, rtcp));
        pair.Rtp.Start();
        pair.Rtcp.Start();
        return pair;
    }

    public ReplayTunnel OpenTunnel(string cookie, ReplayConnection output)
    {
        ReplayTunnel tunnel = new(cookie, output);
        _tunnels[cookie] = tunnel;
        return tunnel;
    }

    /// <summary>The tunnel of a cookie, when it is of the same client.</summary>
    public ReplayTunnel? FindTunnel(string cookie, IPAddress client) =>
        _tunnels.TryGetValue(cookie, out ReplayTunnel? tunnel) && tunnel.Output.Client.Equals(client) ? tunnel : null;

    public void OnClosed(ReplayConnection connection, ReplayTunnel? tunnel)
    {
        _connections.Remove(connection);
        if (tunnel is not null && tunnel.Output == connection && _tunnels.GetValueOrDefault(tunnel.Cookie) == tunnel)
        {
            _tunnels.Remove(tunnel.Cookie);
        }
    }

    private int Listen(int port, bool tls)
    {
        TcpListenerSocket listener = TcpListenerSocket.TryListen(Options.BindAddress, port, Shard.Log, [], out SocketError error)
            ?? throw new SimulatedCameraStartException(ListenAddress.Refusal(Options.BindAddress, port, error));
        _listeners.Add(listener);
        listener.Start(socket => Shard.Post(() => Accept(socket, tls)));
        return listener.Port;
    }

    private void Accept(Socket socket, bool tls)
    {
        if (_disposed || _connections.Count >= ConnectionsMax)
        {
            socket.Dispose();
        }
        else if (tls)
        {
            _ = AcceptTlsAsync(socket);
        }
        else
        {
            try
            {
                Take(new TcpByteStream(Shard, socket));
            }
            catch (SocketException)
            {
                socket.Dispose(); // reset before we came to it
            }
        }
    }

    private async Task AcceptTlsAsync(Socket socket)
    {
        try
        {
            Take(await TlsByteStream.AcceptAsync(Shard, socket, _certificate!, s_handshakeLimit));
        }
        catch (Exception e) when (e is ByteStreamException or SocketException)
        {
            socket.Dispose(); // no TLS from this client: its business
        }
    }

    private void Take(ByteStream stream)
    {
        if (_disposed)
        {
            stream.Close();
            return;
        }

        ReplayConnection connection = new(this, stream);
        _connections.Add(connection);
        connection.Start();
    }

    private string UrlOf(string scheme, int port)
    {
        string host = ListenAddress.HostOf(Options.BindAddress);
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{port}{RecordedExchange.PathOf(Recording.Url)}");
    }
}
