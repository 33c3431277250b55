using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>The fan-outs of one shard, one for each mount that has playing clients here, and what they share. On the shard only.</summary>
internal sealed class FanOutTable : IEndOfTurn, IDisposable
{
    /// <summary>A gigabit device sends some 80 packets in this time.</summary>
    private const long DeviceQueueMicros = 1000;

    /// <summary>By ring, those that have viewers, and those whose last viewer has gone in the middle of a UDP batch.</summary>
    private readonly Dictionary<PacketRing, FanOut> _fanOuts = [];

    /// <summary>Those whose UDP batch stopped in the middle, in the order in which they stopped; each goes on, and perhaps stops again, when the socket or the device takes more.</summary>
    private readonly Queue<FanOut> _suspended = new();

    public FanOutTable(Shard shard, FanOutLimits limits)
    {
        Shard = shard;
        Limits = limits;
    }

    /// <summary>Where it lives.</summary>
    public Shard Shard { get; }

    /// <inheritdoc cref="FanOutLimits"/>
    public FanOutLimits Limits { get; }

    /// <summary>The UDP server pair that the shard's clients are served from; null: the shard has none, and so no UDP viewers. Set before the first of them, and null again when the last has gone.</summary>
    public UdpMediaSockets? Media { get; set; }

    internal UdpSendPlan UdpPlan { get; } = new();

    internal TcpSendPlan TcpPlan { get; } = new();

    /// <summary>The fan-out of a mount's ring, made on demand; it goes when its last viewer goes.</summary>
    public FanOut For(PacketRing ring)
    {
        if (!_fanOuts.TryGetValue(ring, out FanOut? fanOut))
        {
            fanOut = new FanOut(this, ring);
            _fanOuts.Add(ring, fanOut);
        }

        return fanOut;
    }

    public void Dispose()
    {
        foreach (FanOut fanOut in _fanOuts.Values)
        {
            fanOut.Dispose();
        }

        _fanOuts.Clear();
        UdpPlan.Dispose();
        TcpPlan.Dispose();
    }

    internal void Forget(FanOut fanOut) => _fanOuts.Remove(fanOut.Ring);

    /// <summary>The UDP socket takes nothing more: this fan-out keeps its position, others go on, and it is called when the socket is writable.</summary>
    internal void Suspend(FanOut fanOut, bool isWritable)
    {
        _suspended.Enqueue(fanOut);
        if (isWritable)
        {
            // ENOBUFS: the device's queue is full, not the socket's; epoll would call back at once, and again.
            Shard.EndOfTurnAt(this, Shard.NowMicros + DeviceQueueMicros);
            return;
        }

        UdpMediaSockets media = Media!;
        media.Writable = OnWritable;
        media.WaitWritable();
    }

    /// <summary>A device's queue may have room again.</summary>
    void IEndOfTurn.OnEndOfTurn() => OnWritable();

    private void OnWritable()
    {
        for (int left = _suspended.Count; left > 0; left--)
        {
            FanOut fanOut = _suspended.Dequeue();
            fanOut.ResumeUdp();
        }
    }
}

/// <summary>Limits of the fan-out.</summary>
internal sealed record FanOutLimits
{
    /// <summary>A TCP client whose next packet is older than this is moved forward.</summary>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// A TCP client so many bytes behind is moved forward. Null: half of what the ring keeps, so that it goes on at a random access point that is still there, and a stream of 50 Mbit/s with a large
    /// ring has its <see cref="MaxLag"/> as any other has.
    /// </summary>
    public long? MaxLagBytes { get; init; }

    /// <summary>
    /// How long an unfinished frame may be held back for its rest, for each viewer of the mount on the shard: about a trip through the stack, which each viewer is saved.
    /// </summary>
    public double HoldMicrosPerViewer { get; init; } = 10;

    /// <summary>
    /// The most that an unfinished frame is held back: a quarter of a frame interval at 25 frames/s. A frame whose end comes in time is not late by it; a
    /// stream without marker bits is. (With 3 ms, one frame in eight went out in two parts on a busy machine: its camera had lost its core in the middle.)
    /// </summary>
    public long MaxHoldMicros { get; init; } = 10_000;

    /// <summary>A client that waits for a random access point (a joiner, or one that lagged) gets video as it comes after so long: the stream's groups of pictures are too long to wait for.</summary>
    public TimeSpan MaxRandomAccessWait { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>
    /// Packets of a UDP catch-up that go at once, and how long it then rests: a default socket buffer (212,992 bytes, and the kernel books some 2,300 for a packet
    /// of 1,400) holds about 90, so a client may be away for two parts.
    /// </summary>
    public int CatchUpPartPackets { get; init; } = 30;

    /// <inheritdoc cref="CatchUpPartPackets"/>
    public long CatchUpPauseMicros { get; init; } = 3000;

    /// <summary>How many times as fast as it came the past goes at the most: a player that decodes what it reads before it reads on decodes some 400 pictures a second.</summary>
    public int CatchUpSpeed { get; init; } = 15;

    /// <summary>But sending it shall not take longer than this for that reason alone.</summary>
    public TimeSpan MaxCatchUp { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>A UDP batch that the socket has not taken for so long is dropped and counted.</summary>
    public TimeSpan MaxUdpBacklog { get; init; } = TimeSpan.FromMilliseconds(500);
}
