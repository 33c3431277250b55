using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// A mount's media to its multicast group: one message a run, whoever listens. It begins at a random access point, as a viewer does, and goes on from
/// the next one when it fell behind. Its sockets are its own, because how far packets travel, and by which interface, is a socket's. On the shard
/// only, but for the counts.
/// </summary>
internal sealed unsafe class GroupDelivery : IRingReader
{
    /// <summary>How long it rests where the device's queue is full; that of the socket calls back.</summary>
    private const long FullDeviceMicros = 1000;

    /// <summary>How long it rests where there is no way at present.</summary>
    private const long RestMicros = 1_000_000;

    private readonly FanOutTable _table;
    private readonly Shard _shard;
    private readonly PacketRing _ring;
    private readonly DeliveryCounters _counters;
    private readonly UdpMediaSockets _sockets;
    private readonly ViewerRanges _ranges;
    private readonly FanOut _fanOut;
    private readonly ShardTimer _retry;

    /// <summary>With the first track's RTP port.</summary>
    private readonly PeerAddress _group;

    /// <summary>What goes out, a bit each.</summary>
    private uint _tracks;

    /// <summary>A field, because it is changed in place.</summary>
    private VideoSkip _skip;

    /// <summary>The socket, or its device, takes nothing.</summary>
    private bool _isFull;

    /// <summary>Since when it has not been at the newest packet because of that; 0: it has.</summary>
    private long _behindSinceMicros;

    /// <summary>Nothing is sent until then, because there is no way.</summary>
    private long _restsUntilMicros;

    private long _sentBytes;
    private long _sentPackets;

    public GroupDelivery(FanOutTable table, PacketRing ring, DeliveryCounters counters, UdpMediaSockets sockets, PeerAddress group)
    {
        _table = table;
        _shard = table.Shard;
        _ring = ring;
        _counters = counters;
        _sockets = sockets;
        _group = group;
        _ranges = new ViewerRanges(ring, _shard, table.Limits, counters);
        _fanOut = table.For(ring, counters);
        _retry = _shard.CreateTimer(GoOn);
        sockets.Writable = GoOn;
    }

    /// <inheritdoc/>
    public long Cursor { get; private set; }

    /// <summary>It waits for a random access point, and has sent nothing.</summary>
    public bool Waits => _skip is { IsOn: true, Counts: false };

    /// <summary>Tracks of which it has sent something, a bit each.</summary>
    public uint HasSent { get; private set; }

    /// <summary>RTP that the kernel took. Any thread.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <inheritdoc cref="SentBytes"/>
    public long SentPackets => Volatile.Read(ref _sentPackets);

    /// <summary>Begins to send. Once.</summary>
    /// <param name="tracks">These, a bit each.</param>
    /// <param name="from">The first packet.</param>
    /// <param name="waits">Everything begins at the next random access point only, if video is among the tracks.</param>
    /// <param name="waitMax"><see cref="Viewer.MaxRandomAccessWait"/>.</param>
    public void Begin(uint tracks, long from, bool waits, TimeSpan? waitMax)
    {
        _tracks = tracks;
        Cursor = from;
        if (waits && (_ring.VideoTracks & tracks) != 0)
        {
            _skip.Begin(_shard.NowMicros + (long)(waitMax ?? _table.Limits.MaxRandomAccessWait).TotalMicroseconds, counts: false);
        }

        _fanOut.Add(this);
    }

    /// <summary>These tracks go out from now on, a bit each; video that comes to the others begins at its next random access point.</summary>
    public void Play(uint tracks)
    {
        if ((tracks & ~_tracks & _ring.VideoTracks) != 0 && (_tracks & _ring.VideoTracks) == 0)
        {
            _ranges.Skip(ref _skip);
        }

        _tracks = tracks;
    }

    /// <summary>Nothing follows the return of this call.</summary>
    public void Stop()
    {
        _sockets.Writable = null;
        _retry.Stop();
        _fanOut.Remove(this);
    }

    /// <inheritdoc/>
    public bool OnPass(ref int bytesLeft)
    {
        using ReadScope scope = _ring.Read(_shard.Index, Cursor);
        long head = scope.Head;
        if (scope.From > Cursor)
        {
            GoTo(scope.From);
        }

        if (IsHeldUp(head))
        {
            return false;
        }

        UdpSendPlan plan = _table.UdpPlan;
        while (Cursor < head && bytesLeft > 0)
        {
            long limit = head;
            PlanFilter filter = new(~_tracks, WithoutRtcp: false, null);
            if (_skip.IsOn)
            {
                _ranges.LeaveVideoOut(ref _skip, Cursor, scope.Entries, ref limit, ref filter);
            }

            if (limit == Cursor)
            {
                return false; // the packets that may lead a random access point stay until it is there
            }

            long to = plan.Build(scope.Entries, Cursor, limit, _sockets.HasSegmentation, filter);
            Cursor = Send(plan, to, ref bytesLeft);
            if (_isFull)
            {
                return false;
            }
        }

        _behindSinceMicros = Cursor < head ? _behindSinceMicros : 0;
        return Cursor < head;
    }

    /// <summary>True while nothing can be sent; what has waited for too long is left out.</summary>
    private bool IsHeldUp(long head)
    {
        if (_shard.NowMicros < _restsUntilMicros)
        {
            GoTo(head);
            return true;
        }

        if (_behindSinceMicros != 0 && _shard.NowMicros - _behindSinceMicros > (long)_table.Limits.UdpBacklogMax.TotalMicroseconds)
        {
            GoTo(head);
            _behindSinceMicros = 0;
        }

        return _isFull;
    }

    /// <summary>Everybody lacks what lies before; pictures go on with one that stands alone.</summary>
    private void GoTo(long to)
    {
        long missed = _ranges.Missed(Cursor, to);
        Cursor = to;
        _counters.CountDropped(DropCause.SlowClient, missed);
        if (missed > 0 && !_skip.IsOn && (_ring.VideoTracks & _tracks) != 0)
        {
            _ranges.Skip(ref _skip);
        }
    }

    /// <summary>The socket, or its device, takes datagrams again.</summary>
    private void GoOn()
    {
        _isFull = false;
        _shard.EndOfTurn(_fanOut);
    }

    /// <summary>Sends a plan; where the next one begins.</summary>
    private long Send(UdpSendPlan plan, long to, ref int bytesLeft)
    {
        foreach (ref readonly UdpRun run in plan.Runs)
        {
            if (run.IsRtcp)
            {
                SendReport(plan, run);
            }
            else if (TrySend(plan, run))
            {
                bytesLeft -= run.TotalBytes;
                HasSent |= 1u << run.Track;
            }
            else
            {
                return run.FirstSequence;
            }
        }

        return to;
    }

    private void SendReport(UdpSendPlan plan, in UdpRun run)
    {
        if ((HasSent & _tracks & (1u << run.Track)) != 0)
        {
            plan.PutReport(run, 0, _group.WithPort(_group.Port + (2 * run.Track) + 1), default);
            if (_sockets.SendReports(plan.Messages, 1) < 0)
            {
                _ = _sockets.DrainReportErrors(); // the next report is as good
            }
        }
    }

    /// <summary>False: it is to be planned again, at once or when there is room.</summary>
    private bool TrySend(UdpSendPlan plan, in UdpRun run)
    {
        PeerAddress to = _group.WithPort(_group.Port + (2 * run.Track)).ForKernel();
        plan.Aim(run, 1);
        MultiMessage* message = plan.Address(&to, 1);
        UdpRefusals refusals = default;
        while (true)
        {
            if (_sockets.Send(message, 1) > 0)
            {
                _counters.CountSent(ViewerWay.Multicast, run.TotalBytes, run.PacketCount);
                Volatile.Write(ref _sentBytes, _sentBytes + run.TotalBytes);
                Volatile.Write(ref _sentPackets, _sentPackets + run.PacketCount);
                return true;
            }

            int errno = Marshal.GetLastPInvokeError();
            _table.Counters.CountRefused(errno);
            switch (refusals.Next(errno, run.PacketCount > 1))
            {
                case UdpRefusalStep.Wait:
                    Wait(errno);
                    return false;
                case UdpRefusalStep.Plain or UdpRefusalStep.TryPlain:
                    _sockets.HasSegmentation = false;
                    return false;
                case UdpRefusalStep.Again:
                    break;
                case UdpRefusalStep.DrainAndAgain:
                    _ = _sockets.DrainErrors();
                    break;
                case UdpRefusalStep.AgainIfDrained when _sockets.DrainErrors():
                    break;
                default:
                    _counters.CountDropped(DropCause.Socket, run.PacketCount);
                    _restsUntilMicros = UdpRefusals.Lasts(errno) ? _shard.NowMicros + RestMicros : 0;
                    return true;
            }
        }
    }

    private void Wait(int errno)
    {
        _isFull = true;
        _behindSinceMicros = _behindSinceMicros == 0 ? _shard.NowMicros : _behindSinceMicros;
        if (errno == LinuxConstants.ErrorNoBuffers)
        {
            _retry.StartMicros(FullDeviceMicros);
        }
        else
        {
            _sockets.WaitWritable();
        }
    }
}
