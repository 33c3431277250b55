using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Camera;

/// <summary>A simulated camera: an RTSP server with any number of streams, for `--demo`, for tests and for `rtspsim camera`.</summary>
internal sealed class CameraServer : IAsyncDisposable
{
    private readonly CameraOptions _options;
    private readonly CameraShard[] _shards;
    private TcpListenerSocket? _listener;
    private int _nextShard;
    private volatile bool _disposed;

    private CameraServer(IReadOnlyList<Shard> shards, CameraOptions options)
    {
        _options = options;
        _shards = [.. shards.Select((shard, i) => Make(shard, i == 0))];
    }

    /// <summary>The RTSP port in use.</summary>
    public int Port { get; private set; }

    /// <summary>The streams' URLs, without credentials, in the order of the options.</summary>
    public IReadOnlyList<string> Urls { get; private set; } = [];

    public CameraCounters Counters { get; } = new();

    /// <summary>Binds and serves, all on one shard.</summary>
    /// <exception cref="CameraStartException">The port cannot be had; the message is for the user.</exception>
    public static Task<CameraServer> StartAsync(Shard shard, CameraOptions options) => StartAsync([shard], options);

    /// <summary>Binds and serves, connections spread over the shards.</summary>
    /// <inheritdoc cref="StartAsync(Shard, CameraOptions)"/>
    public static Task<CameraServer> StartAsync(ShardGroup shards, CameraOptions options) => StartAsync(shards.Shards, options);

    /// <summary>RTCP BYE to every playing client, everything closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _listener?.Dispose();
        foreach (CameraShard shard in _shards)
        {
            await shard.Shard.RunAsync(() =>
            {
                shard.Stop();
                return Task.CompletedTask;
            });
        }
    }

    private static async Task<CameraServer> StartAsync(IReadOnlyList<Shard> shards, CameraOptions options)
    {
        CameraServer server = new(shards, options);
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
            throw new CameraStartException($"no pair of UDP ports is free on {_options.BindAddress}");
        }

        return new CameraShard(shard, _options, Counters, rtp, rtcp, first ? () => GoAway(shard) : static () => { });
    }

    private void Listen()
    {
        int port = Port > 0 ? Port : _options.Port;
        TcpListenerSocket? listener = TcpListenerSocket.TryListen(_options.BindAddress, port, _shards[0].Shard.Log, [], out SocketError error)
            ?? throw new CameraStartException(string.Create(CultureInfo.InvariantCulture, $"cannot listen on {_options.BindAddress} port {port}: {error}"));
        Port = listener.Port;
        string host = _options.BindAddress.Equals(IPAddress.Any) || _options.BindAddress.Equals(IPAddress.IPv6Any) ? "127.0.0.1"
            : _options.BindAddress.AddressFamily == AddressFamily.InterNetworkV6 ? "[" + _options.BindAddress + "]" : _options.BindAddress.ToString();
        Urls = [.. _options.Streams.Select(stream => string.Create(CultureInfo.InvariantCulture, $"rtsp://{host}:{Port}/{stream.Path}"))];
        listener.Start(Accepted);
        _listener = listener;
    }

    private void Accepted(Socket socket)
    {
        CameraShard shard = _shards[(Interlocked.Increment(ref _nextShard) & int.MaxValue) % _shards.Length];
        shard.Shard.Post(() =>
        {
            if (_disposed)
            {
                socket.Dispose();
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

    private void GoAway(Shard shard)
    {
        _listener?.Dispose();
        TimeSpan away = _options.Faults.Timed.First(fault => fault.Kind == Faults.TimedFaultKind.Reboot).Duration;
        ShardTimer back = shard.CreateTimer(() =>
        {
            if (!_disposed)
            {
                Listen();
            }
        });
        back.Start(away);
    }
}
