using System.Net;

namespace FastRtspProxy.Engine.Net;

/// <summary>
/// Where a camera's stream may lead us: the one place that decides it, for the host of its URL, for a redirect, and for the `source=` of its media. It is asked for what a name means at each connection,
/// because that can be another address by then. A camera of the command line is where the user says; a registered one is where a stranger says.
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

    /// <summary>For a camera of the command line.</summary>
    public static TargetPolicy Given { get; } = new(isRegistered: false);

    /// <summary>True when the address must not be connected to, or sent to.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="camera">The camera that sends us there, by a redirect or a `source=`; null: its own URL does.</param>
    public bool Refuses(IPAddress address, IPAddress? camera)
    {
        if (_isRegistered && _allowsPrivate)
        {
            return false;
        }

        if (camera is not null && (Plain(camera).Equals(Plain(address)) || (!_isRegistered && IPAddress.IsLoopback(Plain(camera)))))
        {
            // Its own address leads nowhere new, and a camera that the user has on this machine may know others on it.
            return false;
        }

        return _scopeOf(address) switch
        {
            AddressScope.ThisMachine => _isRegistered || camera is not null,
            AddressScope.Neighbourhood => _isRegistered && !_isAuthenticated,
            _ => false,
        };
    }

    /// <summary>True when a stranger would have us talk to a service that is no camera's.</summary>
    public bool RefusesPort(int port) => _isRegistered && !_isAuthenticated && port < 1024 && !s_privilegedPorts.AsSpan().Contains(port);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
