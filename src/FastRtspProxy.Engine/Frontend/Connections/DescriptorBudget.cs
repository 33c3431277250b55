namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// How the process's descriptors are divided: what it has open itself, a reserve for cameras and multicast groups, and the rest for clients'
/// connections. Strangers that connect without end use up the rest; a camera that was lost can still be connected to, and a group sent to.
/// </summary>
/// <param name="Limit">Of the process.</param>
/// <param name="Streams">As <see cref="StreamsOf"/> counts them.</param>
/// <param name="ForCameras">Kept for cameras and groups.</param>
/// <param name="Connections">Connections of clients, at most.</param>
/// <param name="IsShort">The limit is too low for the reserve; then clients get a quarter of what is left.</param>
internal readonly record struct DescriptorBudget(long Limit, long Streams, int ForCameras, int Connections, bool IsShort)
{
    /// <summary>
    /// A camera over UDP: its connection, RTP and RTCP of two tracks, and one more: the connection of before that is being closed, or the tunnel's
    /// second.
    /// </summary>
    public const int PerStream = 6;

    /// <summary>RTP and RTCP of a multicast group, or of a back channel.</summary>
    public const int PerPair = 2;

    /// <summary>Look-ups of names, logs, connections that are being refused.</summary>
    public const int Margin = 32;

    /// <summary>
    /// Sessions with cameras that there may be at once: one for each stream, for each that a wildcard may make and for each that may be registered,
    /// and where one of several sources is used, one more for a better one that is looked at. Those with recorders count as their viewers'
    /// connections (<see cref="ReplaySeat"/>).
    /// </summary>
    public static long StreamsOf(ProxyOptions options)
    {
        long streams = options.AcceptRegister ? options.MaxRegistered : 0;
        foreach (StreamOptions stream in options.Streams)
        {
            streams += stream.IsReplay ? 0 : (long)InstancesOf(stream) * (stream.Alternatives.Count > 0 ? 2 : 1);
        }

        return streams;
    }

    /// <param name="limit">Of the process (ulimit -n).</param>
    /// <param name="open">That the process has open before its first client.</param>
    /// <param name="streams">As <see cref="StreamsOf"/> counts them.</param>
    /// <param name="pairs">Multicast groups that may be sent to, and back channels, at once.</param>
    public static DescriptorBudget Of(long limit, long open, long streams, long pairs = 0)
    {
        long cameras = (PerStream * streams) + (PerPair * pairs) + Margin;
        long left = Math.Max(0, limit - open - ConnectionPlaces.LeavingMax);
        long clients = left - cameras;
        bool isShort = clients < left / 4;
        clients = Math.Max(1, isShort ? left / 4 : clients);
        return new DescriptorBudget(limit, streams, (int)Math.Clamp(left - clients, 0, cameras), (int)Math.Min(clients, int.MaxValue), isShort);
    }

    /// <summary>The pairs of sockets that the streams may have open beside those of their media: one for a group, one for a back channel.</summary>
    public static long PairsOf(ProxyOptions options)
    {
        StreamSettings common = options.CommonSettings;
        long pairs = options is { AcceptRegister: true, Multicast: not null } ? options.MaxRegistered : 0;
        foreach (StreamOptions stream in options.Streams)
        {
            bool hasGroup = (stream.Settings ?? common).Multicast is not null;
            bool talks = stream.BackChannel || stream.Alternatives.Any(static source => source.BackChannel);
            pairs += (long)InstancesOf(stream) * ((hasGroup ? 1 : 0) + (talks ? 1 : 0));
        }

        return pairs;
    }

    private static int InstancesOf(StreamOptions stream) => stream.Name.Contains('*', StringComparison.Ordinal) ? stream.MaxInstances : 1;
}
