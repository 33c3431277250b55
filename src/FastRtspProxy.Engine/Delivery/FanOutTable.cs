using FastRtspProxy.Engine.Counters;
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

    /// <summary>
    /// Those whose UDP batch stopped in the middle, in the order in which they stopped; each goes on, and perhaps stops again, when the socket or the
    /// device takes more.
    /// </summary>
    private readonly Queue<FanOut> _suspended = new();

    /// <summary>The plans are freed. Never false again.</summary>
    private bool _isOver;

    public FanOutTable(Shard shard, FanOutLimits limits)
    {
        Shard = shard;
        Limits = limits;
    }

    /// <summary>Where it lives.</summary>
    public Shard Shard { get; }

    /// <inheritdoc cref="FanOutLimits"/>
    public FanOutLimits Limits { get; }

    /// <summary>
    /// The UDP server pair that the shard's clients are served from; null: the shard has none, and so no UDP viewers. Set before the first of them,
    /// and null again when the last has gone.
    /// </summary>
    public UdpMediaSockets? Media { get; set; }

    /// <inheritdoc cref="ShardCounters"/>
    public ShardCounters Counters { get; } = new();

    /// <summary>A viewer gets its first picture, or its first sound where there are no pictures.</summary>
    internal void NoteFirst(Viewer viewer)
    {
        if (viewer.AskedMicros > 0)
        {
            Counters.FirstPicture.Observe(Shard.NowMicros - viewer.AskedMicros);
            viewer.AskedMicros = 0;
        }
    }

    internal UdpSendPlan UdpPlan { get; } = new();

    internal TcpSendPlan TcpPlan { get; } = new();

    /// <summary>The fan-out of a mount's ring, made on demand; it goes when its last viewer goes.</summary>
    /// <param name="ring">The mount's.</param>
    /// <param name="counters">The mount's on this shard.</param>
    public FanOut For(PacketRing ring, DeliveryCounters counters)
    {
        if (!_fanOuts.TryGetValue(ring, out FanOut? fanOut))
        {
            fanOut = new FanOut(this, ring, counters);
            _fanOuts.Add(ring, fanOut);
        }

        return fanOut;
    }

    /// <summary>Idempotent.</summary>
    public void Dispose()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        foreach (FanOut fanOut in _fanOuts.Values)
        {
            fanOut.Dispose();
        }

        _fanOuts.Clear();
        UdpPlan.Dispose();
        TcpPlan.Dispose();
    }

    /// <summary>The plans that it shared are freed: a pass that was asked for before finds nothing to send with.</summary>
    internal bool IsOver => _isOver;

    internal void Forget(FanOut fanOut)
    {
        if (_fanOuts.TryGetValue(fanOut.Ring, out FanOut? known) && known == fanOut)
        {
            _fanOuts.Remove(fanOut.Ring);
        }
    }

    /// <summary>
    /// The UDP socket takes nothing more: this fan-out keeps its position, others go on, and it is called when the socket is writable.
    /// </summary>
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
