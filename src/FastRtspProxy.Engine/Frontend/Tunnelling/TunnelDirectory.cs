using System.Collections.Concurrent;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Tunnels by their cookie, over all shards: the two halves may come in on any. No more of them than connections.</summary>
internal sealed class TunnelDirectory
{
    /// <summary>Cookies in the field have 20 to 40 characters.</summary>
    private const int CookieCharsMax = 256;

    private readonly ConcurrentDictionary<string, HttpTunnel> _tunnels = new(StringComparer.Ordinal);

    /// <summary>By cookie, what POSTs that came before their GET wait for. An entry goes with its last one.</summary>
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _early = new(StringComparer.Ordinal);

    public int Count => _tunnels.Count;

    /// <summary>Cookies that a POST came with and no GET yet.</summary>
    public int EarlyCount => _early.Count;

    /// <summary>False: the cookie is in use, or nothing that a client would choose.</summary>
    public bool TryAdd(HttpTunnel tunnel)
    {
        if (!IsCookie(tunnel.Cookie) || !_tunnels.TryAdd(tunnel.Cookie, tunnel))
        {
            return false;
        }

        if (_early.TryRemove(tunnel.Cookie, out TaskCompletionSource? waiting))
        {
            waiting.TrySetResult();
        }

        return true;
    }

    /// <summary>
    /// A POST whose GET is not there yet: done when that is, at once when it is now, and after <see cref="FrontendLimits.EarlyPost"/> in any case.
    /// </summary>
    /// <param name="cookie">The tunnel's.</param>
    /// <param name="shard">Where this is called.</param>
    /// <param name="peerEnded">Ends the wait.</param>
    public async Task WaitForGetAsync(string cookie, Shard shard, Task peerEnded)
    {
        if (!IsCookie(cookie))
        {
            return;
        }

        TaskCompletionSource waiting = _early.GetOrAdd(
            cookie, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_tunnels.ContainsKey(cookie))
        {
            waiting.TrySetResult(); // it came between the look and the entry
        }

        using CancellationTokenSource isOver = new();
        await Task.WhenAny(waiting.Task, peerEnded, shard.DelayAsync(FrontendLimits.EarlyPost, isOver.Token));
        isOver.Cancel();
        _early.TryRemove(new KeyValuePair<string, TaskCompletionSource>(cookie, waiting));
    }

    public HttpTunnel? Find(string cookie) => _tunnels.GetValueOrDefault(cookie);

    /// <summary>The tunnel's connection was closed. On its shard.</summary>
    public void Close(Tunnel tunnel)
    {
        if (tunnel is HttpTunnel http)
        {
            _tunnels.TryRemove(new KeyValuePair<string, HttpTunnel>(http.Cookie, http));
        }

        tunnel.End();
        tunnel.Requests.Abandon();
    }

    private static bool IsCookie(string cookie) => cookie.Length is > 0 and <= CookieCharsMax;
}
