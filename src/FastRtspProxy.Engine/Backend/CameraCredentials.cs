using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Who may hear which password: the one place that decides it, whatever leads to a host (the URL, a redirect by 3xx or by REDIRECT, a tunnel's
/// connections, a connection that a REGISTER handed over). The user gave a password for the host of the URL. That host may be told the password
/// itself (Basic); any other host gets digests at most. It lives as long as the mount, because a REDIRECT is followed by the next session. On the
/// mount's shard.
/// </summary>
internal sealed class CameraCredentials
{
    private readonly Credentials? _given;
    private readonly string _host;
    private readonly bool _digestOnly;

    /// <summary>
    /// The address of the last connection to <see cref="_host"/>; null before the first. Never that of a host which a redirect named.
    /// </summary>
    private IPAddress? _address;

    /// <summary>The challenge that a camera gave before it closed the connection, and for which URL; null: none is open.</summary>
    private (RtspUrl Url, AuthClient Client)? _kept;

    /// <param name="given">What the user gave; null: nothing.</param>
    /// <param name="host">The host that it was given for.</param>
    /// <param name="digestOnly">
    /// The host was not named by the user (a registered stream with the credentials of `-u`), so not even that host is told the password itself.
    /// </param>
    public CameraCredentials(Credentials? given, string host, bool digestOnly = false)
    {
        _given = given;
        _host = Plain(host);
        _digestOnly = digestOnly;
    }

    /// <summary>What the user gave; null: nothing.</summary>
    public Credentials? Given => _given;

    /// <summary>The same for a session beside those of the mount, which learns for itself.</summary>
    public CameraCredentials Beside() => new(_given, _host, _digestOnly);

    /// <summary>
    /// The connection to a host has this address: a redirect to the address of the host that the user named is a redirect to the same host.
    /// </summary>
    public void OnConnected(string host, IPAddress address)
    {
        if (IsName(host))
        {
            _address = Plain(address);
        }
    }

    /// <summary>The address that the host of the stream's own URL had last; null for any other host, and before the first connection.</summary>
    public IPAddress? AddressOf(string host) => IsName(host) ? _address : null;

    /// <summary>
    /// True for the name that the user wrote, in any case and with or without its last dot, and for the address that its connection had. The port
    /// does not matter.
    /// </summary>
    public bool IsNamed(string host) => IsName(host)
        || (_address is { } known && IPAddress.TryParse(host, out IPAddress? literal) && Plain(literal).Equals(known));

    /// <summary>What may be answered to that host's challenges; null: nothing was given.</summary>
    public AuthClient? ClientFor(RtspUrl target) => ClientFor(target, IsNamed(target.Host));

    /// <summary>
    /// As <see cref="ClientFor(RtspUrl)"/> for a connection that came to us: only its address tells which host it belongs to. It is never encrypted,
    /// so a URL that asks for TLS gets no Basic on it.
    /// </summary>
    public AuthClient? ClientFor(RtspUrl target, IPAddress peer)
    {
        bool isNamed = IPAddress.TryParse(target.Host, out IPAddress? literal) && Plain(literal).Equals(Plain(peer)) && IsNamed(target.Host);
        return ClientFor(target, isNamed, mayBeBasic: !target.Tls);
    }

    /// <summary>A camera challenged us and closed the connection: the next one to the same URL begins with the answer (quirk: VStarcam).</summary>
    public void KeepForNextConnection(RtspUrl target, AuthClient client) => _kept = (target, client);

    /// <summary>
    /// As <see cref="ClientFor(RtspUrl)"/> for the RTSP dialogue of a new connection: where the last connection to that URL ended behind a challenge,
    /// the client knows it already. The challenge is used once, and only where Basic is allowed to the host now as it was then.
    /// </summary>
    public AuthClient? ClientForConnection(RtspUrl target)
    {
        AuthClient? client = ClientFor(target);
        if (_kept is not { } kept || kept.Url.Text != target.Text || kept.Url.User != target.User || kept.Url.Password != target.Password)
        {
            return client;
        }

        _kept = null;
        return client?.AllowsBasic == kept.Client.AllowsBasic ? kept.Client : client;
    }

    private AuthClient? ClientFor(RtspUrl target, bool isNamed, bool mayBeBasic = true)
    {
        // Credentials in a redirect's URL belong to that URL, and to no host after it: the next target brings its own or gets what the user gave.
        if (target.User is { } user)
        {
            return new AuthClient(user, target.Password ?? string.Empty) { AllowsBasic = mayBeBasic };
        }

        return _given is { } given ? new AuthClient(given.User, given.Password) { AllowsBasic = isNamed && mayBeBasic && !_digestOnly } : null;
    }

    private bool IsName(string host) => string.Equals(Plain(host), _host, StringComparison.OrdinalIgnoreCase);

    /// <summary>One spelling for each address, and names without the dot of the root.</summary>
    private static string Plain(string host) => IPAddress.TryParse(host, out IPAddress? address) ? Plain(address).ToString() : host.TrimEnd('.');

    private static IPAddress Plain(IPAddress address) => address.Unmapped();
}
