using FastRtspProxy.Engine.Net;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>TCP: one non-blocking send a client and batch.</summary>
internal sealed unsafe partial class FanOut
{
    private readonly List<TcpClass> _classes = [];
    private readonly List<TcpViewer> _tcpBehind = [];
    private long _tcpNext;

    /// <summary>The viewer gets packets from its join sequence on.</summary>
    public void Add(TcpViewer viewer)
    {
        BeginRanges(viewer);
        TcpClass? channels = _classes.Find(c => c.Fits(viewer));
        if (channels is null)
        {
            channels = new TcpClass(viewer.RtpChannels, viewer.RtcpChannels);
            _classes.Add(channels);
        }

        channels.Members++;
        viewer.Class = channels;
        viewer.FanOut = this;
        viewer.Stream.Writable += viewer.OnWritable;
        PutBehind(viewer);
        OnViewerAdded();
    }

    /// <summary>The viewer gets nothing more but the rest of the frame that it is in the middle of. False: it was not here.</summary>
    public bool Remove(TcpViewer viewer)
    {
        if (viewer.State == TcpViewerState.Out)
        {
            return false;
        }

        EndCatchUp(viewer);
        TakeOut(viewer);
        viewer.State = TcpViewerState.Out;
        viewer.Stream.Writable -= viewer.OnWritable;
        TcpClass channels = viewer.Class!;
        if (--channels.Members == 0)
        {
            _classes.Remove(channels);
        }

        OnViewerRemoved();
        return true;
    }

    /// <summary>A viewer's connection takes bytes again.</summary>
    internal void OnWritable(TcpViewer viewer)
    {
        if (viewer.State == TcpViewerState.Parked)
        {
            PutBehind(viewer);
            _shard.EndOfTurn(this);
        }
    }

    private void RunTcp(long limit)
    {
        if (_tcpNext >= limit)
        {
            return;
        }

        long from = Ring.BeginRead(_shard.Index, _tcpNext, out _, out PacketRing.EntriesView entries);
        if (from > _tcpNext)
        {
            LappedPackets += from - _tcpNext;
            limit = Math.Max(limit, from);
        }

        // Classes in the outer loop and a plan of at most so many packets in the inner one; more than one round only after a stall.
        foreach (TcpClass channels in _classes)
        {
            for (long at = from; at < limit && channels.InStep.Count > 0;)
            {
                long to = _table.TcpPlan.Build(entries, at, limit, channels, default);
                SendToClass(channels, entries, at, to);
                at = to;
            }
        }

        _tcpNext = limit;
        Ring.EndRead(_shard.Index);
    }

    private void SendToClass(TcpClass channels, in PacketRing.EntriesView entries, long from, long to)
    {
        TcpSendPlan plan = _table.TcpPlan;
        if (plan.TotalBytes == 0)
        {
            return;
        }

        // Backwards: a viewer that falls behind gives its place to the last one, which was served already.
        for (int i = channels.InStep.Count - 1; i >= 0; i--)
        {
            TcpViewer viewer = channels.InStep[i];
            if (viewer.Stream.IsParked)
            {
                TakeOut(viewer);
                viewer.Cursor = from;
                viewer.State = TcpViewerState.Parked;
                continue;
            }

            int sent = SendPlan(plan, viewer.Stream);
            if (sent == plan.TotalBytes)
            {
                continue;
            }

            TakeOut(viewer);
            viewer.State = TcpViewerState.Parked; // also when broken: the session hears of it from the stream and removes the viewer
            if (sent >= 0)
            {
                ParkRest(viewer, entries, from, to, sent, default);
            }
        }
    }

    private static int SendPlan(TcpSendPlan plan, ControlStream stream) => plan.VectorCount == 1
        ? stream.TrySendMedia(new ReadOnlySpan<byte>(plan.Vectors->Base, (int)plan.Vectors->Length))
        : stream.TrySendVectors(plan.Vectors, plan.VectorCount);

    private void PutBehind(TcpViewer viewer)
    {
        viewer.State = TcpViewerState.Behind;
        viewer.Slot = _tcpBehind.Count;
        _tcpBehind.Add(viewer);
    }

    private void PutInStep(TcpViewer viewer)
    {
        TakeOut(viewer);
        viewer.State = TcpViewerState.InStep;
        viewer.Slot = viewer.Class!.InStep.Count;
        viewer.Class.InStep.Add(viewer);
    }

    /// <summary>Takes a viewer out of the list that it stands in; the last one takes its place.</summary>
    private void TakeOut(TcpViewer viewer)
    {
        List<TcpViewer>? list = viewer.State switch
        {
            TcpViewerState.InStep => viewer.Class!.InStep,
            TcpViewerState.Behind => _tcpBehind,
            _ => null,
        };
        if (list is null || viewer.Slot < 0)
        {
            return;
        }

        TcpViewer last = list[^1];
        list[viewer.Slot] = last;
        last.Slot = viewer.Slot;
        list.RemoveAt(list.Count - 1);
        viewer.Slot = -1;
    }
}
