using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>A mount's media to the TCP viewers of one shard: one non-blocking send a client and batch. On the shard only.</summary>
internal sealed unsafe partial class TcpDelivery(FanOut fanOut, FanOutTable table, ViewerRanges ranges, DeliveryCounters counters)
{
    private readonly PacketRing _ring = fanOut.Ring;
    private readonly Shard _shard = table.Shard;
    private readonly HeldFrames _held = new(fanOut.Ring, table.Shard.Index);
    private readonly UnsentMarks _marks = new(fanOut.Ring, table.Shard);

    /// <summary>Classes with at least one member.</summary>
    private readonly List<TcpClass> _classes = [];

    /// <summary>Viewers in the state <see cref="TcpViewerState.Behind"/>, each at its slot.</summary>
    private readonly List<TcpViewer> _behind = [];

    private readonly ParkedViewers _parked = new(table.Shard, table.Limits);

    /// <summary>Without any a pass looks at nothing else here: with many cameras and few viewers each look is a line that no cache has.</summary>
    private int _viewers;

    /// <summary>Where this shard's front is: whoever is in step has had every packet before it.</summary>
    public long Next { get; set; }

    /// <inheritdoc cref="HeldFrames.GivenUp"/>
    public long FramesGivenUp => _held.GivenUp;

    /// <summary>The lowest sequence that a viewer here still needs; those that lag too far go on elsewhere.</summary>
    public long LowestNeeded()
    {
        if (_viewers == 0)
        {
            return Next;
        }

        long lowest = Math.Min(Next, _parked.LowestNeeded());
        foreach (TcpViewer viewer in _behind)
        {
            lowest = Math.Min(lowest, viewer.Cursor);
        }

        return lowest;
    }

    /// <summary>A pass: what was published before <paramref name="limit"/> to those in step, and to those behind what they lack.</summary>
    public void Run(long limit)
    {
        if (_viewers == 0)
        {
            Next = Math.Max(Next, limit);
            return;
        }

        _marks.Keep(_classes);
        RunInStep(limit);
        _held.Extend(Next);
        ServeBehind();
        _held.Extend(Next);
    }

    /// <summary>The viewer gets packets from its join sequence on.</summary>
    public void Add(TcpViewer viewer)
    {
        _viewers++;
        ranges.Begin(viewer);
        TcpClass? channels = _classes.Find(c => c.Fits(viewer));
        if (channels is null)
        {
            channels = new TcpClass(viewer.RtpChannels, viewer.RtcpChannels, viewer.Stream.IsWrapped, viewer.Way);
            _classes.Add(channels);
        }

        channels.Members++;
        viewer.Class = channels;
        viewer.Delivery = this;
        viewer.Stream.Writable += viewer.OnWritable;
        PutBehind(viewer);
    }

    /// <summary>The viewer gets nothing more but the rest of the frame that it is in the middle of. False: it was not here.</summary>
    public bool Remove(TcpViewer viewer)
    {
        if (viewer.State == TcpViewerState.Out)
        {
            return false;
        }

        _viewers--;
        ViewerRanges.EndCatchUp(viewer);
        _held.Stop(viewer);
        TakeOut(viewer);
        UnsentMarks.Clear(viewer);
        viewer.State = TcpViewerState.Out;
        viewer.Stream.Writable -= viewer.OnWritable;
        TcpClass channels = viewer.Class!;
        if (--channels.Members == 0)
        {
            _classes.Remove(channels);
        }

        return true;
    }

    /// <summary>A viewer's connection takes bytes again.</summary>
    internal void OnWritable(TcpViewer viewer)
    {
        if (viewer.State == TcpViewerState.Parked)
        {
            TakeOut(viewer);
            PutBehind(viewer);
            _shard.EndOfTurn(fanOut);
        }
    }

    private void RunInStep(long limit)
    {
        if (Next >= limit)
        {
            return;
        }

        using ReadScope scope = _ring.Read(_shard.Index, Next);
        RingEntries entries = scope.Entries;
        long from = scope.From;
        if (from > Next)
        {
            limit = Math.Max(limit, from);
            PutAllBehind();
        }

        // Classes in the outer loop and a plan of at most so many packets in the inner one; more than one round only after a stall.
        foreach (TcpClass channels in _classes)
        {
            for (long at = from; at < limit && channels.InStep.Count > 0;)
            {
                long to = table.TcpPlan.Build(entries, at, limit, channels, default);
                SendToClass(channels, entries, at, to);
                at = to;
            }
        }

        Next = limit;
    }

    private void SendToClass(TcpClass channels, in RingEntries entries, long from, long to)
    {
        TcpSendPlan plan = table.TcpPlan;
        if (plan.TotalBytes == 0)
        {
            return;
        }

        if (channels.IsWrapped)
        {
            SendToWrappedClass(channels, entries, from, to);
            return;
        }

        TcpTurn turn = channels.NextTurn();
        while (turn.TryNext(out int place))
        {
            nint sent = Send(plan, channels.Descriptors[place]);
            if (sent != plan.TotalBytes)
            {
                TcpViewer viewer = channels.InStep[place];
                FallBehind(viewer, viewer.Stream.NoteSend(sent), entries, from, to);
                turn.OnLeft();
            }
        }

        NoteFirst(channels, plan);
        channels.CountPass(plan.MediaBytes, plan.MediaCount, counters);
        channels.SentBytes += plan.TotalBytes;
        channels.LastPassMicros = _shard.NowMicros;
    }

    /// <summary>
    /// The same for connections with TLS and for WebSockets: each encrypts or frames the plan for itself. One that has taken all of it may have
    /// parked the end.
    /// </summary>
    private void SendToWrappedClass(TcpClass channels, in RingEntries entries, long from, long to)
    {
        TcpSendPlan plan = table.TcpPlan;
        TcpTurn turn = channels.NextTurn();
        while (turn.TryNext(out int place))
        {
            TcpViewer viewer = channels.InStep[place];
            int sent = SendPlan(plan, viewer.Stream);
            if (sent != plan.TotalBytes || viewer.Stream.IsParked)
            {
                FallBehind(viewer, sent, entries, from, to);
            }

            if (viewer.State != TcpViewerState.InStep)
            {
                turn.OnLeft();
            }
        }

        NoteFirst(channels, plan);
        channels.CountPass(plan.MediaBytes, plan.MediaCount, counters);
    }

    /// <summary>Those in step have got a plan; for those who came into step before there was anything it is the first.</summary>
    private void NoteFirst(TcpClass channels, TcpSendPlan plan)
    {
        if (!channels.AwaitsFirst || plan.MediaCount == 0)
        {
            return;
        }

        channels.AwaitsFirst = false;
        foreach (TcpViewer viewer in channels.InStep)
        {
            table.NoteFirst(viewer);
        }
    }

    /// <summary>The connection did not take the whole batch; -1: it is broken.</summary>
    private void FallBehind(TcpViewer viewer, int sent, in RingEntries entries, long from, long to)
    {
        LeaveStep(viewer);
        if (sent >= 0)
        {
            viewer.Cursor = ParkRest(viewer, entries, from, to, sent, default);
            Park(viewer, entries, to);
        }
    }

    private void CountSent(TcpViewer viewer, long bytes, long packets)
    {
        viewer.CountSent(bytes, packets);
        counters.CountSent(viewer.Way, bytes, packets);
    }

    private static nint Send(TcpSendPlan plan, int descriptor)
    {
        const int Flags = LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal;
        if (plan.VectorCount == 1)
        {
            return Libc.Send(descriptor, plan.Vectors->Base, plan.Vectors->Length, Flags);
        }

        MessageHeader header = new() { Vectors = plan.Vectors, VectorCount = plan.VectorCount };
        return Libc.SendMessage(descriptor, &header, Flags);
    }

    private static int SendPlan(TcpSendPlan plan, ControlStream stream) => plan.VectorCount == 1
        ? stream.TrySendMedia(new ReadOnlySpan<byte>(plan.Vectors->Base, (int)plan.Vectors->Length))
        : stream.TrySendVectors(plan.Vectors, plan.VectorCount);

    private void PutBehind(TcpViewer viewer)
    {
        viewer.State = TcpViewerState.Behind;
        viewer.Slot = _behind.Count;
        _behind.Add(viewer);
    }

    /// <summary>The shard was lapped: whoever was in step goes on at a random access point.</summary>
    private void PutAllBehind()
    {
        foreach (TcpClass channels in _classes)
        {
            while (channels.InStep.Count > 0)
            {
                TcpViewer viewer = channels.InStep[^1];
                TakeOut(viewer);
                viewer.Cursor = Next;
                PutBehind(viewer);
            }
        }
    }

    /// <summary>In step, unless another viewer of the same connection is: two riders would not know of each other.</summary>
    private void PutInStep(TcpViewer viewer)
    {
        if (viewer.Stream.Rider is null && !viewer.Stream.IsClosed)
        {
            TakeOut(viewer);
            viewer.State = TcpViewerState.InStep;
            viewer.Stream.Rider = viewer;
            viewer.Class!.Enter(viewer);
        }
    }

    /// <summary>
    /// Out of step, at the front, until the connection is writable (or for good, if it is closed: the session removes the viewer then).
    /// </summary>
    internal void LeaveStep(TcpViewer viewer)
    {
        if (viewer.State == TcpViewerState.InStep)
        {
            viewer.Cursor = Next;
            Park(viewer);
        }
    }

    /// <summary>Takes a viewer out of the list that it stands in; the last one takes its place.</summary>
    private void TakeOut(TcpViewer viewer)
    {
        if (viewer.State == TcpViewerState.InStep)
        {
            viewer.Stream.Rider = null;
            viewer.Class!.Leave(viewer);
        }
        else if (viewer.State == TcpViewerState.Parked)
        {
            _parked.Remove(viewer);
        }
        else if (viewer.State == TcpViewerState.Behind && viewer.Slot >= 0)
        {
            TcpViewer last = _behind[^1];
            _behind[viewer.Slot] = last;
            last.Slot = viewer.Slot;
            _behind.RemoveAt(_behind.Count - 1);
            viewer.Slot = -1;
        }
    }
}
