using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>UDP viewers on their way into step.</summary>
internal sealed unsafe partial class FanOut
{
    /// <summary>When the first of those that rest between two parts goes on.</summary>
    private long _nextPartMicros;

    private void ServeUdpJoiners()
    {
        _nextPartMicros = long.MaxValue;
        for (int i = _udpJoining.Count - 1; i >= 0 && !_isSuspended; i--)
        {
            UdpViewer viewer = _udpJoining[i];
            if (Serve(viewer))
            {
                _udpJoining.RemoveAt(i);
                EnterStep(viewer);
            }
        }

        if (_nextPartMicros != long.MaxValue)
        {
            _shard.EndOfTurnAt(this, _nextPartMicros);
        }
    }

    /// <summary>
    /// The past goes in parts, and what has come meanwhile after it: the squeezed times are spread over just that long, so that no picture is later than they say.
    /// Parts are larger for a stream that would not be caught up with otherwise.
    /// </summary>
    private void PlanParts(UdpViewer viewer)
    {
        FanOutLimits limits = _table.Limits;
        viewer.PartPackets = limits.CatchUpPartPackets;
        if (viewer.CatchUp is not { Map: { } map } catchUp)
        {
            return;
        }

        long spanMicros = Math.Max(1, map.SpanTicks * 1_000_000L / catchUp.ClockRateHz);
        viewer.PartPackets = Math.Max(viewer.PartPackets, (int)Math.Min(UdpSendPlan.MaxPackets, (2 * catchUp.PastPackets * limits.CatchUpPauseMicros / spanMicros) + 1));
        long micros = (catchUp.PastPackets - 1) / viewer.PartPackets * limits.CatchUpPauseMicros;
        catchUp.SpreadOver(micros < spanMicros ? micros * spanMicros / (spanMicros - micros) : micros);
    }

    /// <summary>The other tracks do not wait for the past of this one.</summary>
    private void SendOthers(UdpViewer viewer, CatchUp catchUp)
    {
        long from = Ring.BeginRead(_shard.Index, viewer.OthersFrom, out _, out PacketRing.EntriesView entries);
        PlanFilter filter = new(1u << catchUp.Track, WithoutRtcp: false, null);
        while (from < _udpNext)
        {
            UdpSendPlan plan = _table.UdpPlan;
            from = plan.Build(entries, from, _udpNext, _shard.Media!.HasSegmentation, filter);
            foreach (ref readonly UdpRun run in plan.Runs)
            {
                SendRunTo(plan, run, viewer);
            }
        }

        viewer.OthersFrom = from;
        Ring.EndRead(_shard.Index);
    }

    /// <summary>Sends what a joiner lacks, in parts if it is much; true when it is where the others are.</summary>
    private bool Serve(UdpViewer viewer)
    {
        if (viewer.CatchUp is { } catchUp)
        {
            SendOthers(viewer, catchUp);
        }

        while (viewer.Cursor <= _udpNext)
        {
            long from = Ring.BeginRead(_shard.Index, viewer.Cursor, out _, out PacketRing.EntriesView entries);
            if (from > viewer.Cursor)
            {
                viewer.DroppedPackets += from - viewer.Cursor;
                viewer.Cursor = from;
                Skip(viewer, Math.Max(from, _udpNext));
            }

            bool hasRange = TryNextRange(viewer, entries, Math.Max(from, _udpNext), out long limit, out PlanFilter filter, out bool isInStep);
            bool goesOn = hasRange && ServePart(viewer, entries, limit, filter);
            Ring.EndRead(_shard.Index);
            if (!goesOn)
            {
                return isInStep;
            }
        }

        return false;
    }

    /// <summary>One part; false when the rest has to wait.</summary>
    private bool ServePart(UdpViewer viewer, in PacketRing.EntriesView entries, long limit, in PlanFilter filter)
    {
        if (viewer.NextPartMicros > _shard.NowMicros)
        {
            _nextPartMicros = Math.Min(_nextPartMicros, viewer.NextPartMicros);
            return false;
        }

        bool isPaced = viewer.CatchUp is not null && limit - viewer.Cursor > viewer.PartPackets;
        UdpSendPlan plan = _table.UdpPlan;
        viewer.Cursor = plan.Build(entries, viewer.Cursor, isPaced ? viewer.Cursor + viewer.PartPackets : limit, _shard.Media!.HasSegmentation, filter);
        foreach (ref readonly UdpRun run in plan.Runs)
        {
            SendRunTo(plan, run, viewer);
        }

        if (isPaced)
        {
            viewer.NextPartMicros = _shard.NowMicros + _table.Limits.CatchUpPauseMicros;
        }

        return true;
    }

    private void SendRunTo(UdpSendPlan plan, in UdpRun run, UdpViewer viewer)
    {
        if (run.Track >= viewer.Tracks.Length || viewer.Tracks[run.Track].Rtp.IsEmpty)
        {
            return;
        }

        if (run.IsRtcp)
        {
            _ = _shard.Media!.SendRtcp(plan.PacketView(run, 0), viewer.Tracks[run.Track].Rtcp);
            return;
        }

        viewer.SentPackets += run.PacketCount;
        PeerAddress address = viewer.Tracks[run.Track].Rtp.ForKernel();
        plan.Aim(run, 1);
        if (viewer.IsPlain || _shard.Media!.Send(plan.Address(&address, 1), 1) != 1)
        {
            SendPlain(plan, run, viewer);
        }
    }

    private void EnterStep(UdpViewer viewer)
    {
        viewer.IsInStep = true;
        viewer.AddedAtDropped = _udpCrowd.DroppedPackets;
        _udpInStep++;
        if (viewer.Tracks.Length > _udpTracks.Length)
        {
            Array.Resize(ref _udpTracks, viewer.Tracks.Length);
            Array.Resize(ref _udpTrackSent, viewer.Tracks.Length);
        }

        viewer.AddedAtPackets = 0;
        for (int t = 0; t < viewer.Tracks.Length; t++)
        {
            if (viewer.Tracks[t].Rtp.IsEmpty)
            {
                continue;
            }

            viewer.AddedAtPackets += _udpTrackSent[t];
            if (!viewer.IsPlain)
            {
                (_udpTracks[t] ??= new UdpTrackList(t)).Add(viewer);
            }
        }

        if (viewer.IsPlain)
        {
            _udpPlain.Add(viewer);
        }
    }

    private void LeaveStep(UdpViewer viewer)
    {
        viewer.SentPackets = PacketsSent(viewer);
        viewer.DroppedPackets = PacketsDropped(viewer);
        viewer.IsInStep = false;
        _udpInStep--;
        foreach (UdpTrackList? list in _udpTracks)
        {
            list?.Remove(viewer);
        }
    }
}
