using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>UDP: runs through sendmmsg, with a fall-back for each destination that refuses them.</summary>
internal sealed unsafe partial class FanOut
{
    private readonly List<UdpViewer> _udpJoining = [];
    private readonly List<UdpViewer> _udpPlain = [];
    private UdpTrackList?[] _udpTracks = [];
    private long[] _udpTrackSent = [];
    private long[] _udpTrackDropped = [];
    private long _udpNext;
    private int _udpInStep;
    private bool _isSuspended;
    private long _suspendedTo;
    private int _suspendedRun;
    private long _suspendedMicros;
    private int _suspendErrno;
    private PlanFilter _filter;

    /// <summary>What those in step are left without, as one: video, from where packets were dropped to the next random access point.</summary>
    private readonly UdpCrowd _udpCrowd = new();

    /// <summary>The viewer gets packets from its join sequence on.</summary>
    public void Add(UdpViewer viewer)
    {
        BeginRanges(viewer);
        PlanParts(viewer);
        viewer.IsInStep = false;
        _udpJoining.Add(viewer);
        OnViewerAdded();
    }

    /// <summary>The viewer gets nothing more; no packet follows the return of this call. False: it was not here.</summary>
    public bool Remove(UdpViewer viewer)
    {
        if (viewer.IsInStep)
        {
            LeaveStep(viewer);
            _udpPlain.Remove(viewer);
        }
        else if (!_udpJoining.Remove(viewer))
        {
            return false;
        }

        EndCatchUp(viewer);
        OnViewerRemoved();
        return true;
    }

    /// <summary>A track that the viewer has goes to another address from the next message on.</summary>
    public void MoveRtp(UdpViewer viewer, int track, in PeerAddress rtp)
    {
        if (viewer.Has(track))
        {
            viewer.Tracks[track].Rtp = rtp;
            if (track < _udpTracks.Length)
            {
                _udpTracks[track]?.Readdress(viewer);
            }
        }
    }

    /// <summary>RTP packets that the kernel took for a viewer.</summary>
    public long PacketsSent(UdpViewer viewer)
    {
        long packets = viewer.SentPackets;
        if (viewer.IsInStep)
        {
            packets -= viewer.AddedAtPackets;
            for (int t = 0; t < viewer.Tracks.Length; t++)
            {
                if (!viewer.Tracks[t].Rtp.IsEmpty)
                {
                    packets += _udpTrackSent[t];
                }
            }
        }

        return packets;
    }

    /// <summary>Packets that a viewer was left without, by its own way's fault or because this shard came too late.</summary>
    public long PacketsDropped(UdpViewer viewer) => viewer.DroppedPackets + (viewer.IsInStep ? CrowdDropped(viewer) - viewer.AddedAtDropped : 0);

    /// <summary>By track, RTP packets sent to those in step so far, once for all of them; shorter than the tracks before somebody is in step.</summary>
    public ReadOnlySpan<long> UdpPacketsByTrack => _udpTrackSent;

    private long CrowdDropped(UdpViewer viewer)
    {
        long packets = _udpCrowd.DroppedPackets;
        for (int t = 0; t < viewer.Tracks.Length && t < _udpTrackDropped.Length; t++)
        {
            packets += viewer.Tracks[t].Rtp.IsEmpty ? 0 : _udpTrackDropped[t];
        }

        return packets;
    }

    /// <summary>The socket takes datagrams again.</summary>
    internal void ResumeUdp()
    {
        if (!_isSuspended)
        {
            return;
        }

        _isSuspended = false;
        if (_viewers == 0)
        {
            DisposeUdp();
            _table.Forget(this);
            return;
        }

        using ReadScope scope = Ring.Read(_shard.Index, _udpNext);
        PacketRing.EntriesView entries = scope.Entries;
        long from = scope.From;
        bool isTooOld = _shard.NowMicros - _suspendedMicros > (long)_table.Limits.MaxUdpBacklog.TotalMicroseconds;
        if (from > _udpNext || isTooOld)
        {
            DropTo(Math.Max(from, _suspendedTo));
        }
        else
        {
            UdpSendPlan plan = _table.UdpPlan;
            _ = plan.Build(entries, from, _suspendedTo, _shard.Media!.HasSegmentation, _filter);
            if (!SendRuns(plan, _suspendedRun, _suspendedTo))
            {
                return;
            }

            CountSkipped(entries, from, _suspendedTo);
            _udpNext = _suspendedTo;
        }

        _shard.EndOfTurn(this);
    }

    private void RunUdp(long limit)
    {
        while (!_isSuspended && _udpNext < limit)
        {
            if (_udpInStep == 0)
            {
                _udpNext = limit;
                _udpCrowd.SkipVideoUntil = 0;
                return;
            }

            using ReadScope scope = Ring.Read(_shard.Index, _udpNext);
            PacketRing.EntriesView entries = scope.Entries;
            long from = scope.From;
            if (from > _udpNext)
            {
                DropTo(from);
                limit = Math.Max(limit, from);
            }

            long end = limit;
            _filter = default;
            if (_udpCrowd.SkipVideoUntil != 0)
            {
                _udpCrowd.Cursor = from;
                SkipRange(_udpCrowd, entries, ref end, ref _filter);
            }

            if (end == from)
            {
                return; // the packets that may lead a random access point stay until it is there
            }

            UdpSendPlan plan = _table.UdpPlan;
            long to = plan.Build(entries, from, end, _shard.Media!.HasSegmentation, _filter);
            _suspendedMicros = _shard.NowMicros;
            if (SendRuns(plan, 0, to))
            {
                CountSkipped(entries, from, to);
                _udpNext = to;
            }
        }
    }

    private void CountSkipped(in PacketRing.EntriesView entries, long from, long to)
    {
        for (long s = from; _filter.WithoutTracks != 0 && s < to; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (!_filter.Passes(entry) && entry.Track < _udpTrackDropped.Length)
            {
                _udpTrackDropped[entry.Track]++;
            }
        }
    }

    /// <summary>Sends runs from an index on; false when the socket took nothing more and the position was kept.</summary>
    private bool SendRuns(UdpSendPlan plan, int firstRun, long to)
    {
        for (int r = firstRun; r < plan.RunCount; r++)
        {
            ref readonly UdpRun run = ref plan.Runs[r];
            UdpTrackList? list = run.Track < _udpTracks.Length ? _udpTracks[run.Track] : null;
            if (run.IsRtcp)
            {
                SendRtcp(plan, run, list);
                continue;
            }

            if (list is not null && !SendRun(plan, run, list))
            {
                _isSuspended = true;
                _suspendedTo = to;
                _suspendedRun = r;
                _table.Suspend(this, _suspendErrno == LinuxConstants.ErrorNoBuffers);
                return false;
            }

            if (list is not null)
            {
                list.Done = 0;
            }

            if (run.Track < _udpTrackSent.Length)
            {
                _udpTrackSent[run.Track] += run.PacketCount;
            }

            for (int i = _udpPlain.Count - 1; i >= 0; i--)
            {
                UdpViewer viewer = _udpPlain[i];
                if (viewer.PlainHadSequence != run.FirstSequence && SendPlain(plan, run, viewer))
                {
                    ComeBack(viewer);
                }
            }
        }

        return true;
    }

    private bool SendRun(UdpSendPlan plan, in UdpRun run, UdpTrackList list)
    {
        UdpMediaSockets media = _shard.Media!;
        plan.Aim(run, list.Count - list.Done);
        UdpRefusals refusals = default;
        while (list.Done < list.Count)
        {
            int count = Math.Min(UdpSendPlan.MaxMessages, list.Count - list.Done);
            MultiMessage* messages = plan.Address(list.AddressAt(list.Done), count);
            for (int i = 0; list.NamesSources && i < count; i++)
            {
                plan.LeaveFrom(list[list.Done + i].Tracks[run.Track].Source, run, i);
            }

            int sent = media.Send(messages, count);
            if (sent > 0)
            {
                list.Done += sent;
                refusals = default;
                continue;
            }

            int errno = Marshal.GetLastPInvokeError();
            UdpRefusalStep step = refusals.Next(errno, run.PacketCount > 1);
            if (step == UdpRefusalStep.Wait)
            {
                _suspendErrno = errno;
                return false;
            }

            if (!OnRefused(plan, run, list, step, errno))
            {
                refusals = default; // another message stands at the front
            }
        }

        return true;
    }

    /// <summary>The message at the front was refused. True: it is sent again; false: its viewer is done with this run, or was taken out of the list.</summary>
    private bool OnRefused(UdpSendPlan plan, in UdpRun run, UdpTrackList list, UdpRefusalStep step, int errno)
    {
        if (IsSentAgain(step))
        {
            return true;
        }

        UdpViewer viewer = list[list.Done];
        switch (step)
        {
            case UdpRefusalStep.Plain:
                MakePlain(viewer); // it gets this run with the other plain ones, after the list
                break;
            case UdpRefusalStep.TryPlain:
                long dropped = viewer.DroppedPackets;
                SendPlain(plan, run, viewer);
                if (viewer.DroppedPackets - dropped < run.PacketCount)
                {
                    MakePlain(viewer);
                    viewer.PlainHadSequence = run.FirstSequence;
                }
                else if (viewer.RestsUntilMicros != 0)
                {
                    viewer.PlainHadSequence = run.FirstSequence;
                    StandAside(viewer);
                }
                else
                {
                    list.Done++;
                }

                break;
            case UdpRefusalStep.AgainIfDrained when UdpRefusals.Lasts(errno): // nothing was drained: it is its own
                viewer.DroppedPackets += run.PacketCount;
                viewer.PlainHadSequence = run.FirstSequence;
                StandAside(viewer);
                Rest(viewer);
                break;
            default:
                viewer.DroppedPackets += run.PacketCount;
                list.Done++;
                break;
        }

        plan.Aim(run, list.Count - list.Done); // plain packets went by the same messages, and sources move up with their viewers
        return false;
    }

    /// <summary>What lies before is not sent to those in step any more; a decoder is not given the rest of what it has the beginning of, or nothing of.</summary>
    private void DropTo(long to)
    {
        _udpCrowd.Cursor = to;
        _udpCrowd.DroppedPackets += Missed(_udpNext, to);
        Skip(_udpCrowd, to);
        _udpNext = to;
        foreach (UdpTrackList? list in _udpTracks)
        {
            if (list is not null)
            {
                list.Done = 0;
            }
        }
    }

    private void DisposeUdp()
    {
        foreach (UdpTrackList? list in _udpTracks)
        {
            list?.Dispose();
        }

        _udpTracks = [];
        _udpTrackSent = [];
        _udpTrackDropped = [];
    }
}
