namespace FastRtspProxy.Engine.Counters;

/// <summary>How the ways are called.</summary>
internal static class ViewerWays
{
    /// <summary>How many there are; each is a place in an array.</summary>
    public const int Count = (int)ViewerWay.Multicast + 1;

    private static readonly string[] s_names = ["udp", "tcp", "http", "tls", "websocket", "live", "multicast"];

    /// <summary>In one small word.</summary>
    public static string NameOf(ViewerWay way) => s_names[(int)way];
}
