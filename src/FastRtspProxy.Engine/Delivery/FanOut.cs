using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// One mount's media to one shard's clients: a pass for each batch that the producer publishes. Clients in step share plans and cost a system call each
/// (a fraction of one over UDP); those that join or lag are served one by one until they are in step. On the shard only, but for <see cref="OnPublished"/>.
/// </summary>
internal sealed partial class FanOut : ShardWork, IRingListener, IEndOfTurn, IDisposable
{
    private readonly FanOutTable _table;
    private readonly Shard _shard;
    private int _viewers;

    public FanOut(FanOutTable table, PacketRing ring)
    {
        _table = table;
        _shard = table.Shard;
        Ring = ring;
    }

    /// <summary>Where the packets come from.</summary>
    public PacketRing Ring { get; }

    /// <summary>Viewers of the mount on this shard.</summary>
    public int Viewers => _viewers;

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
        long head = Ring.Head;
        long limit = head;
        if (_viewers > 0 && (head > _udpNext || head > _tcpNext))
        {
            limit = HoldBack(head);
        }

        KeepMarks();
        RunTcp(limit);
        HoldFrames();
        ServeTcpBehind();
        HoldFrames();
        RunUdp(limit);
        ServeUdpJoiners();
    }

    public void Dispose()
    {
        Ring.Unsubscribe(_shard.Index);
        DisposeUdp();
    }

    /// <summary>The producer has published, on another shard.</summary>
    protected internal override void Run() => _shard.EndOfTurn(this);

    /// <summary>
    /// Where this pass may end: before an unfinished frame, while holding it back buys more than it costs. With few viewers nothing is ever held;
    /// with many, the rest of the frame arrives while nothing is lost by waiting: a client can show a frame only when it is whole.
    /// </summary>
    private long HoldBack(long head)
    {
        long holdMicros = (long)Math.Min(_table.Limits.MaxHoldMicros, _viewers * _table.Limits.HoldMicrosPerViewer);
        uint videoTracks = Ring.VideoTracks;
        if (holdMicros < 100 || videoTracks == 0)
        {
            return head;
        }

        long from = Math.Min(_udpNext, _tcpNext);
        using ReadScope scope = Ring.Read(_shard.Index, from);
        PacketRing.EntriesView entries = scope.Entries;
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
            long dueMicros = entries[limit].ArrivalMicros + holdMicros;
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

    private void OnViewerAdded()
    {
        if (_viewers++ == 0)
        {
            Ring.Subscribe(_shard.Index, this);
            _udpNext = _tcpNext = Ring.Head;
            _suspendedTo = _udpNext;
            _suspendedRun = 0;
        }

        _shard.EndOfTurn(this);
    }

    private void OnViewerRemoved()
    {
        if (--_viewers == 0)
        {
            Ring.Unsubscribe(_shard.Index);
            if (!_isSuspended)
            {
                DisposeUdp();
                _table.Forget(this);
            }
        }
    }
}
