using System.Collections.Concurrent;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Tunnels by their cookie, over all shards: the two halves may come in on any. No more of them than connections.</summary>
internal sealed class TunnelDirectory
{
    /// <summary>Cookies in the field have 20 to 40 characters.</summary>
    private const int MaxCookieChars = 256;

    private readonly ConcurrentDictionary<string, Tunnel> _tunnels = new(StringComparer.Ordinal);

    public int Count => _tunnels.Count;

    /// <summary>False: the cookie is in use, or nothing that a client would choose.</summary>
    public bool TryAdd(Tunnel tunnel) => tunnel.Cookie.Length is > 0 and <= MaxCookieChars && _tunnels.TryAdd(tunnel.Cookie, tunnel);

    public Tunnel? Find(string cookie) => _tunnels.GetValueOrDefault(cookie);

    public void Remove(Tunnel tunnel) => _tunnels.TryRemove(new KeyValuePair<string, Tunnel>(tunnel.Cookie, tunnel));
}
