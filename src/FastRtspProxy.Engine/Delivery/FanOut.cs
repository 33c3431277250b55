using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// One mount's media to one shard's clients: a pass for each batch that the producer publishes. Clients in step share plans and cost a system call
/// each (a fraction of one over UDP); those that join or lag are served one by one until they are in step. Here stands when a pass runs and where it
/// ends; <see cref="TcpDelivery"/> and <see cref="UdpDelivery"/> are the two halves of it. On the shard only, but for <see cref="OnPublished"/>.
/// </summary>
internal sealed class FanOut : ShardWork, IRingListener, IEndOfTurn, IDisposable
{
    /// <summary>A camera that sends anything has sent some of it after that.</summary>
    private const long EndMicrosMax = 2_000_000;

    /// <summary>So much do readers copy in a pass, all together.</summary>
    private const int ReadBytesPerPass = 1024 * 1024;

    private readonly FanOutTable _table;
    private readonly Shard _shard;
    private readonly ViewerRanges _ranges;
    private readonly TcpDelivery _tcp;
    private readonly UdpDelivery _udp;

    /// <summary>Those who read the ring beside the viewers.</summary>
    private readonly List<IRingReader> _readers = [];

    /// <summary>Whose turn it is first; where it has gone, the first one's.</summary>
    private int _firstReader;

    /// <summary>Viewers of both halves, and readers; while there is one, the ring tells us of each batch.</summary>
    private int _viewers;

    /// <summary>So long may a pass wait for the rest of a frame: the longer, the more viewers there are.</summary>
    private long _holdMicros;

    public FanOut(FanOutTable table, PacketRing ring, DeliveryCounters counters)
    {
        _table = table;
        _shard = table.Shard;
        Ring = ring;
        Counters = counters;
        _ranges = new ViewerRanges(ring, _shard, table.Limits, counters);
        _tcp = new TcpDelivery(this, table, _ranges, counters);
        _udp = new UdpDelivery(this, table, _ranges, counters);
    }

    /// <summary>Where the packets come from.</summary>
    public PacketRing Ring { get; }

    /// <inheritdoc cref="DeliveryCounters"/>
    public DeliveryCounters Counters { get; }

    /// <summary>Viewers of the mount on this shard, and readers.</summary>
    public int Viewers => _viewers;

    /// <inheritdoc cref="HeldFrames.GivenUp"/>
    public long FramesGivenUp => _tcp.FramesGivenUp;

    /// <summary>
    /// By track, RTP packets sent to those in step so far, once for all of them; shorter than the tracks before somebody is in step.
    /// </summary>
    public ReadOnlySpan<long> UdpPacketsByTrack => _udp.PacketsByTrack;

    /// <summary>The viewer gets packets from its join sequence on.</summary>
    public void Add(TcpViewer viewer)
    {
        _tcp.Add(viewer);
        OnViewerAdded();
    }

    /// <inheritdoc cref="Add(TcpViewer)"/>
    public void Add(UdpViewer viewer)
    {
        _udp.Add(viewer);
        OnViewerAdded();
    }

    /// <summary>The reader is told of each batch.</summary>
    public void Add(IRingReader reader)
    {
        _readers.Add(reader);
        OnViewerAdded();
    }

    /// <inheritdoc cref="Remove(UdpViewer)"/>
    public bool Remove(IRingReader reader) => _readers.Remove(reader) && OnViewerRemoved();

    /// <summary>The viewer gets nothing more but the rest of the frame that it is in the middle of. False: it was not here.</summary>
    public bool Remove(TcpViewer viewer) => _tcp.Remove(viewer) && OnViewerRemoved();

    /// <summary>The viewer gets nothing more; no packet follows the return of this call. False: it was not here.</summary>
    public bool Remove(UdpViewer viewer) => _udp.Remove(viewer) && OnViewerRemoved();

    /// <inheritdoc cref="UdpDelivery.MoveRtp"/>
    public void MoveRtp(UdpViewer viewer, int track, in PeerAddress rtp) => _udp.MoveRtp(viewer, track, rtp);

    /// <inheritdoc cref="UdpDelivery.PacketsSent"/>
    public long PacketsSent(UdpViewer viewer) => _udp.PacketsSent(viewer);

    /// <inheritdoc cref="UdpDelivery.BytesSent"/>
    public long BytesSent(UdpViewer viewer) => _udp.BytesSent(viewer);

    /// <summary>How far behind the newest packet a viewer is, in the camera's time; null: it is in step. Outside of a pass.</summary>
    public TimeSpan? LagOf(Viewer viewer)
    {
        if (viewer is UdpViewer { IsInStep: true } or TcpViewer { State: TcpViewerState.InStep or TcpViewerState.Out } || viewer.Cursor >= Ring.Head)
        {
            return null;
        }

        using ReadScope scope = Ring.Read(_shard.Index, viewer.Cursor);
        RingEntries entries = scope.Entries;
        return scope.From < scope.Head
            ? TimeSpan.FromMicroseconds(entries[scope.Head - 1].ArrivalMicros - entries[scope.From].ArrivalMicros)
            : null;
    }

    /// <summary>It has had all that is for it, or nothing of it is to come: an end that no packet has passed is over after a while.</summary>
    public bool IsOver(Viewer viewer) =>
        viewer.EndSequence is { } end ? viewer.Cursor >= end
        : viewer.Cursor >= Ring.Head && _shard.NowMicros - viewer.DelayMicros - viewer.EndMicros > EndMicrosMax;

    /// <inheritdoc cref="UdpDelivery.PacketsDropped"/>
    public long PacketsDropped(UdpViewer viewer) => _udp.PacketsDropped(viewer);

    /// <summary>Called on the producer's thread.</summary>
    public void OnPublished()
    {
        if (_shard.IsCurrent)
        {
            _shard.EndOfTurn(this);
        }
        else
        {
            _shard.Post(this);
        }
    }

    /// <inheritdoc/>
    public void OnEndOfTurn()
    {
        if (_table.IsOver)
        {
            return;
        }

        long head = Ring.Head;
        long limit = head;
        if (_viewers > 0 && (head > _udp.Next || head > _tcp.Next))
        {
            limit = HoldBack(head);
        }

        _ranges.NextDueMicros = long.MaxValue;
        _tcp.Run(limit);
        _udp.Run(limit);
        if (_ranges.NextDueMicros != long.MaxValue)
        {
            _shard.EndOfTurnAt(this, _ranges.NextDueMicros);
        }

        if (_readers.Count > 0)
        {
            RunReaders();
        }

        if (_viewers > 0)
        {
            Ring.Want(_shard.Index, LowestNeeded());
        }
    }

    public void Dispose()
    {
        Ring.Unsubscribe(_shard.Index);
        _udp.Dispose();
    }

    /// <summary>The UDP socket takes datagrams again.</summary>
    internal void ResumeUdp()
    {
        if (_table.IsOver || !_udp.IsSuspended)
        {
            return;
        }

        if (_viewers == 0)
        {
            _udp.GiveUp();
            End();
        }
        else if (_udp.Resume())
        {
            _shard.EndOfTurn(this);
        }
    }

    /// <summary>The producer has published, on another shard.</summary>
    protected internal override void Run() => _shard.EndOfTurn(this);

    /// <summary>
    /// Where this pass may end: before an unfinished frame, while holding it back buys more than it costs. With few viewers nothing is ever held;
    /// with many, the rest of the frame arrives while nothing is lost by waiting: a client can show a frame only when it is whole.
    /// </summary>
    private long HoldBack(long head)
    {
        if (_holdMicros < 100 || Ring.VideoTracks is not (> 0 and uint videoTracks))
        {
            return head;
        }

        long from = Math.Min(_udp.Next, _tcp.Next);
        using ReadScope scope = Ring.Read(_shard.Index, from);
        RingEntries entries = scope.Entries;
        from = scope.From;
        head = scope.Head;
        long limit = head;
        while (limit > from)
        {
            ref readonly RingEntry entry = ref entries[limit - 1];
            if (entry.IsRtcp || (entry.Flags & EntryFlags.Marker) != 0 || (videoTracks & (1u << entry.Track)) == 0)
            {
                break;
            }

            limit--;
            if ((entry.Flags & EntryFlags.FrameStart) != 0)
            {
                break; // what lies before is complete, with a marker or without
            }
        }

        if (limit < head)
        {
            long dueMicros = entries[limit].ArrivalMicros + _holdMicros;
            _shard.RefreshNow();
            if (dueMicros > _shard.NowMicros)
            {
                _shard.EndOfTurnAt(this, dueMicros);
            }
            else
            {
                limit = head;
            }
        }

        return limit;
    }

    private void RunReaders()
    {
        bool hasMore = false;
        int bytesLeft = ReadBytesPerPass;
        int at = _firstReader < _readers.Count ? _firstReader : 0;
        for (int i = 0; i < _readers.Count && bytesLeft > 0; i++)
        {
            hasMore |= _readers[at].OnPass(ref bytesLeft);
            at = at + 1 < _readers.Count ? at + 1 : 0;
        }

        _firstReader = at;
        hasMore |= bytesLeft <= 0;

        if (hasMore)
        {
            _shard.EndOfTurn(this);
        }
    }

    /// <summary>The lowest sequence that any viewer here still needs, those left out that lag beyond their limit: they go on elsewhere.</summary>
    private long LowestNeeded()
    {
        long lowest = Math.Min(_tcp.LowestNeeded(), _udp.LowestNeeded());
        foreach (IRingReader reader in _readers)
        {
            lowest = Math.Min(lowest, reader.Cursor);
        }

        return lowest;
    }

    private void OnViewerAdded()
    {
        if (_viewers++ == 0)
        {
            Ring.Subscribe(_shard.Index, this);
            long head = Ring.Head;
            _tcp.Next = head;
            _udp.BeginAt(head);
        }

        NoteHold();
        Ring.Want(_shard.Index, LowestNeeded());
        _shard.EndOfTurn(this);
    }

    private void NoteHold() =>
        _holdMicros = (long)Math.Min(_table.Limits.HoldMicrosMax, (_viewers - _readers.Count) * _table.Limits.HoldMicrosPerViewer);

    private bool OnViewerRemoved()
    {
        --_viewers;
        NoteHold();
        if (_viewers == 0)
        {
            Ring.Unsubscribe(_shard.Index);
            if (!_udp.IsSuspended)
            {
                End(); // else when the socket calls back, which still knows us
            }
        }

        return true;
    }

    private void End()
    {
        _udp.Dispose();
        _table.Forget(this);
    }
}
