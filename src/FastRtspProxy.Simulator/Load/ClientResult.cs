namespace FastRtspProxy.Simulator.Load;

/// <summary>How one client fared.</summary>
internal readonly record struct ClientResult(int Client, ClientTransport Transport, ClientManner Manner, long Packets, long Lost)
{
    /// <summary>Of the packets that were due.</summary>
    public double LossPercent => Packets + Lost <= 0 ? 0 : 100.0 * Lost / (Packets + Lost);
}
