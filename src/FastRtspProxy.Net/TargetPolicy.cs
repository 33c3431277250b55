using System.Net;

namespace FastRtspProxy.Net;

/// <summary>
/// Where a camera's stream may lead us: the one place that decides it, for the host of its URL, for a redirect, and for the `source=` of its media.
/// It is asked for what a name means at each connection, because that can be another address by then. A camera of the command line is where the user
/// says; a registered one is where a stranger says, unless `--allow-private-register` trusts it as much.
/// </summary>
internal sealed class TargetPolicy
{
    /// <summary>The well-known ports of RTSP servers below 1024: RTSP, its TLS, and the tunnel's.</summary>
    private static readonly int[] s_privilegedPorts = [80, 322, 443, 554];

    private readonly Func<IPAddress, AddressScope> _scopeOf;
    private readonly bool _isRegistered;
    private readonly bool _isAuthenticated;
    private readonly bool _allowsPrivate;

    /// <param name="isRegistered">The URL came by REGISTER.</param>
    /// <param name="isAuthenticated">That REGISTER was answered by `-U`.</param>
    /// <param name="allowsPrivate">`--allow-private-register`.</param>
    /// <param name="scopeOf">For tests.</param>
    public TargetPolicy(bool isRegistered, bool isAuthenticated = false, bool allowsPrivate = false, Func<IPAddress, AddressScope>? scopeOf = null)
    {
        _isRegistered = isRegistered;
        _isAuthenticated = isAuthenticated;
        _allowsPrivate = allowsPrivate;
        _scopeOf = scopeOf ?? (static address => AddressScopes.Of(address, OwnAddresses.Contains));
    }

    /// <summary>A stranger named the camera, by REGISTER.</summary>
    public bool IsRegistered => _isRegistered;

    /// <summary>For a camera of the command line.</summary>
    public static TargetPolicy Given { get; } = new(isRegistered: false);

    /// <summary>True when the address must not be connected to, or sent to.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="camera">The camera that sends us there, by a redirect or a `source=`; null: its own URL does.</param>
    public bool Refuses(IPAddress address, IPAddress? camera)
    {
        if (_isRegistered && !_allowsPrivate)
        {
            // Without an exception for the camera's own address: the only one that can be on this machine is a connection that came to us by
            // REGISTER, through somebody's reverse proxy.
            AddressScope scope = _scopeOf(address);
            return scope == AddressScope.ThisMachine || (scope == AddressScope.Neighbourhood && !_isAuthenticated);
        }

        // Its own address leads nowhere new, and a camera that the user has on this machine may know others on it.
        return camera is not null && !camera.Unmapped().Equals(address.Unmapped())
            && !IPAddress.IsLoopback(camera.Unmapped()) && _scopeOf(address) == AddressScope.ThisMachine;
    }

    /// <summary>What is said when an address is refused: why, and what helps.</summary>
    /// <param name="camera">As for <see cref="Refuses"/>.</param>
    public string Refusal(IPAddress? camera) => (_isRegistered && !_allowsPrivate, camera) switch
    {
        (true, null) => "it is an address of this machine or its neighbourhood, and the stream was registered (see --allow-private-register)",
        (true, _) => "the camera of a registered stream sends us to an address of this machine or its neighbourhood (see --allow-private-register)",
        _ => $"the camera at {camera} sends us to an address of this machine; name that address in the stream's URL where it is meant",
    };

    /// <summary>True when a stranger would have us join multicast groups: those of our link, whatever is sent there.</summary>
    public bool RefusesGroups => _isRegistered && !_isAuthenticated && !_allowsPrivate;

    /// <summary>True when a stranger would have us talk to a service that is no camera's.</summary>
    public bool RefusesPort(int port) => _isRegistered && !_isAuthenticated && port < 1024 && !s_privilegedPorts.AsSpan().Contains(port);
}
