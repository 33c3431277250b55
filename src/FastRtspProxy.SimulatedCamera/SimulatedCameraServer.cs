using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>A simulated camera: an RTSP server with any number of streams, for `--demo`, for tests and for `rtspsim camera`.</summary>
internal sealed class SimulatedCameraServer : IAsyncDisposable
{
    private static readonly TimeSpan s_handshakeLimit = TimeSpan.FromSeconds(10);

    private readonly SimulatedCameraOptions _options;
    private readonly CameraShard[] _shards;
    private readonly ConcurrentDictionary<string, CameraTunnel> _tunnels = new();
    private readonly X509Certificate2? _certificate;
    private TcpListenerSocket? _listener;
    private TcpListenerSocket? _tlsListener;
    private int _nextShard;

    /// <summary>Set once, before each shard is told to stop; pairs with the look before a connection is taken, on the shard that takes it.</summary>
    private volatile bool _disposed;

    private SimulatedCameraServer(IReadOnlyList<Shard> shards, SimulatedCameraOptions options)
    {
        _options = options;
        _certificate = options.TlsPort is null ? null : options.Certificate ?? SimulatedCameraCertificate.Make(options.BindAddress);
        _shards = [.. shards.Select((shard, i) => Make(shard, i == 0))];
    }

    /// <summary>The RTSP port in use.</summary>
    public int Port { get; private set; }

    /// <summary>The `rtsps` port in use; 0: none.</summary>
    public int TlsPort { get; private set; }

    /// <summary>The streams' URLs, without credentials, in the order of the options.</summary>
    public IReadOnlyList<string> Urls { get; private set; } = [];

    /// <summary>The same over TLS; empty without a TLS port.</summary>
    public IReadOnlyList<string> TlsUrls { get; private set; } = [];

    public SimulatedCameraCounters Counters { get; } = new();

    /// <summary>Binds and serves, all on one shard.</summary>
    /// <exception cref="SimulatedCameraStartException">The port cannot be had; the message is for the user.</exception>
    public static Task<SimulatedCameraServer> StartAsync(Shard shard, SimulatedCameraOptions options) => StartAsync([shard], options);

    /// <summary>Binds and serves, connections spread over the shards.</summary>
    /// <inheritdoc cref="StartAsync(Shard, SimulatedCameraOptions)"/>
    public static Task<SimulatedCameraServer> StartAsync(ShardGroup shards, SimulatedCameraOptions options) => StartAsync(shards.Shards, options);

    /// <summary>RTCP BYE to every playing client, everything closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _listener?.Dispose();
        _tlsListener?.Dispose();
        foreach (CameraShard shard in _shards)
        {
            await shard.Shard.RunAsync(() =>
            {
                shard.Stop();
                return Task.CompletedTask;
            });
        }
    }

    private static async Task<SimulatedCameraServer> StartAsync(IReadOnlyList<Shard> shards, SimulatedCameraOptions options)
    {
        SimulatedCameraServer server = new(shards, options);
        try
        {
            server.Listen();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        foreach (CameraShard shard in server._shards)
        {
            await shard.Shard.RunAsync(() =>
            {
                shard.Start();
                return Task.CompletedTask;
            });
        }

        return server;
    }

    private CameraShard Make(Shard shard, bool first)
    {
        if (!UdpPorts.TryBindPair(_options.BindAddress, PortRange.Ephemeral, out Socket? rtp, out Socket? rtcp))
        {
            throw new SimulatedCameraStartException(
                $"no UDP ports can be had on {_options.BindAddress}: is it an address of this machine, and are there descriptors (ulimit -n)?");
        }

        return new CameraShard(shard, _options, Counters, _tunnels, rtp, rtcp, first ? away => GoAway(shard, away) : static _ => { });
    }

    private void Listen()
    {
        _listener = Listen(Port > 0 ? Port : _options.Port, tls: false);
        Port = _listener.Port;
        Urls = UrlsOf("rtsp", Port);
        if (_options.TlsPort is { } tlsPort)
        {
            _tlsListener = Listen(TlsPort > 0 ? TlsPort : tlsPort, tls: true);
            TlsPort = _tlsListener.Port;
            TlsUrls = UrlsOf("rtsps", TlsPort);
        }
    }

    private TcpListenerSocket Listen(int port, bool tls)
    {
        TcpListenerSocket? listener = TcpListenerSocket.TryListen(_options.BindAddress, port, _shards[0].Shard.Log, [], out SocketError error)
            ?? throw new SimulatedCameraStartException(ListenAddress.Refusal(_options.BindAddress, port, error));
        listener.Start(socket => Accepted(socket, tls));
        return listener;
    }

    private string[] UrlsOf(string scheme, int port)
    {
        string host = ListenAddress.HostOf(_options.BindAddress);
        return [.. _options.Streams.Select(stream => string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{port}/{stream.Path}"))];
    }

    private void Accepted(Socket socket, bool tls)
    {
        CameraShard shard = _shards[(Interlocked.Increment(ref _nextShard) & int.MaxValue) % _shards.Length];
        shard.Shard.Post(() =>
        {
            if (_disposed)
            {
                socket.Dispose();
                return;
            }

            if (tls)
            {
                _ = AcceptTlsAsync(shard, socket);
                return;
            }

            try
            {
                shard.Accept(new TcpByteStream(shard.Shard, socket));
            }
            catch (SocketException)
            {
                // Reset before we came to it.
                socket.Dispose();
            }
        });
    }

    private async Task AcceptTlsAsync(CameraShard shard, Socket socket)
    {
        try
        {
            TlsByteStream stream = await TlsByteStream.AcceptAsync(shard.Shard, socket, _certificate!, s_handshakeLimit);
            if (_disposed)
            {
                stream.Close();
            }
            else
            {
                shard.Accept(stream);
            }
        }
        catch (Exception e) when (e is ByteStreamException or SocketException)
        {
            // No TLS from this client: its business. The socket is closed already.
            socket.Dispose();
        }
    }

    private void GoAway(Shard shard, TimeSpan away)
    {
        _listener?.Dispose();
        _tlsListener?.Dispose();
        ShardTimer? back = null;
        back = shard.CreateTimer(() =>
        {
            if (_disposed)
            {
                return;
            }

            try
            {
                Listen();
            }
            catch (SimulatedCameraStartException)
            {
                // Somebody took the port while we were away. A camera would not give up either.
                back!.Start(s_handshakeLimit);
            }
        });
        back.Start(away);
    }
}
