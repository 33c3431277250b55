using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Where a REGISTER may point, looked at before it is accepted; <see cref="TargetPolicy"/> decides, here and again at each connection.
/// </summary>
internal static class RegisterTargets
{
    /// <summary>The policy for a stream that came by REGISTER.</summary>
    /// <param name="allowsPrivate">The user allows cameras of this machine and of its link.</param>
    /// <param name="isAuthenticated">The REGISTER came with a right log-in of `-U`.</param>
    public static TargetPolicy PolicyOf(bool allowsPrivate, bool isAuthenticated) =>
        new(isRegistered: true, isAuthenticated, allowsPrivate);

    /// <summary>Judges the host and the port of a URL; names are looked up, off the shard.</summary>
    public static async Task<RegisterVerdict> JudgeAsync(RtspUrl url, bool allowsPrivate, bool isAuthenticated, NameLookup names)
    {
        TargetPolicy policy = PolicyOf(allowsPrivate, isAuthenticated);
        if (policy.RefusesPort(url.Port))
        {
            return RegisterVerdict.RefusedPort;
        }

        if (allowsPrivate)
        {
            return RegisterVerdict.Allowed;
        }

        if (names.TryResolve(url.Host) is not { } lookUp)
        {
            return RegisterVerdict.TooManyNames;
        }

        try
        {
            IPAddress[] addresses = await lookUp.WaitAsync(FrontendLimits.NameLookup);
            return addresses.Length == 0 ? RegisterVerdict.UnknownName
                : Array.Exists(addresses, address => policy.Refuses(address, null)) ? RegisterVerdict.RefusedAddress
                : RegisterVerdict.Allowed;
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
        {
            return RegisterVerdict.UnknownName;
        }
    }
}
