using System.Net;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Says that a client was refused for want of a place: at once for each limit, and then once a while, however many there are. Any thread.
/// </summary>
internal sealed class RefusalLog(ILogger log, ClientLimits limits)
{
    private const long PauseMicros = 10_000_000;
    private const int OriginCharsMax = 200;

    /// <summary>Behind the limits: a stream that is not there.</summary>
    private static readonly int s_unknown = Enum.GetValues<PlaceLimit>().Length;

    /// <summary>And behind that: a page that may not speak RTSP over WebSocket.</summary>
    private static readonly int s_origin = s_unknown + 1;

    /// <summary>By limit, when a refusal was last said; 0: none was yet.</summary>
    private readonly long[] _saidMicros = new long[s_origin + 1];

    /// <summary>A SETUP was answered 453.</summary>
    public void OnClient(PlaceLimit limit, string mount, IPAddress client, long nowMicros)
    {
        if (IsTimeToSay((int)limit, nowMicros))
        {
            FrontendLog.ClientRefused(log, mount, client, limit switch
            {
                PlaceLimit.Address => $"{limits.Now.ClientsPerAddress} viewers of its {Whose(client)} are there, and {Address(limits.Now)}",
                PlaceLimit.Mount => $"the stream has {limits.Now.MaxClientsPerMount} viewers, and --max-clients-per-mount allows no more",
                PlaceLimit.Connection => $"its connection has {FrontendLimits.SessionsPerConnectionMax} sessions, and may have no more",
                _ => $"{limits.Now.MaxClients} viewers are there, and --max-clients allows no more",
            });
        }
    }

    /// <summary>A request for a stream was answered 404, because none has its name: most often a player's URL with a slip in it.</summary>
    public void OnUnknown(string method, string url, IPAddress client, IMountDirectory mounts, long nowMicros)
    {
        if (log.IsEnabled(LogLevel.Debug) && IsTimeToSay(s_unknown, nowMicros))
        {
            FailedLogIn request = FailedLogIn.Of(client, string.Empty, method, url, mounts);
            FrontendLog.UnknownStream(log, client, request.Stream);
        }
    }

    /// <summary>A WebSocket was refused, because the page that opens it is of another server.</summary>
    public void OnOrigin(string origin, IPAddress client, long nowMicros)
    {
        if (IsTimeToSay(s_origin, nowMicros))
        {
            FrontendLog.OriginRefused(log, client, Printable.Quoted(origin, OriginCharsMax));
        }
    }

    /// <summary>A connection was answered 503 and closed.</summary>
    public void OnConnection(PlaceLimit limit, int connections, IPAddress client, long nowMicros)
    {
        if (IsTimeToSay((int)limit, nowMicros))
        {
            FrontendLog.ConnectionRefused(log, client, limit switch
            {
                PlaceLimit.Address => $"its {Whose(client)} has as many as it may have, and {Address(limits.Now)}",
                PlaceLimit.Descriptors => $"{connections} are open, and the limit of descriptors leaves no more beside those kept for cameras "
                    + "(one address gets three quarters of them). Remedy: raise it (ulimit -n, LimitNOFILE=)",
                _ => $"{connections} are open, and --max-clients {limits.Now.MaxClients} allows no more",
            });
        }
    }

    private static string Whose(IPAddress client) =>
        client.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "network (its /64)" : "address";

    private static string Address(ViewerLimits limits) =>
        (limits.MaxClientsPerAddress is null
            ? "--max-clients-per-address is a quarter of --max-clients unless given."
            : "--max-clients-per-address allows no more.")
        + " Viewers behind one proxy, container or NAT share an address. Remedy, if these do: a larger number";

    private bool IsTimeToSay(int refusal, long nowMicros)
    {
        ref long said = ref _saidMicros[refusal];
        long last = Volatile.Read(ref said);
        return (last == 0 || nowMicros - last > PauseMicros) && Interlocked.CompareExchange(ref said, Math.Max(1, nowMicros), last) == last;
    }
}
