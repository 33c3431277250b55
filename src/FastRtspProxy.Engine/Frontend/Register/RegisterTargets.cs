using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Where a REGISTER may point, looked at before it is accepted; <see cref="TargetPolicy"/> decides, here and again at each connection.</summary>
internal static class RegisterTargets
{
    /// <summary>The policy for streams that come by REGISTER: whoever was let in has answered `-U` where that is demanded.</summary>
    public static TargetPolicy PolicyOf(ProxyOptions options) =>
        new(isRegistered: true, isAuthenticated: options.RegisterCredentials.Count > 0, allowsPrivate: options.AllowPrivateRegister);

    /// <summary>Judges the host and the port of a URL; names are looked up, off the shard.</summary>
    public static async Task<RegisterVerdict> JudgeAsync(RtspUrl url, ProxyOptions options, NameLookup names)
    {
        TargetPolicy policy = PolicyOf(options);
        if (policy.RefusesPort(url.Port))
        {
            return RegisterVerdict.RefusedPort;
        }

        if (options.AllowPrivateRegister)
        {
            return RegisterVerdict.Allowed;
        }

        if (names.TryResolve(url.Host) is not { } lookUp)
        {
            return RegisterVerdict.TooManyNames;
        }

        try
        {
            IPAddress[] addresses = await lookUp.WaitAsync(FrontEndLimits.NameLookup);
            if (addresses.Length == 0)
            {
                return RegisterVerdict.UnknownName;
            }

            // Off the shard: the list of our own addresses is read from files.
            return await Task.Run(() =>
            {
                OwnAddresses.Refresh();
                return Array.Exists(addresses, address => policy.Refuses(address, null)) ? RegisterVerdict.RefusedAddress : RegisterVerdict.Allowed;
            });
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
        {
            return RegisterVerdict.UnknownName;
        }
    }
}
