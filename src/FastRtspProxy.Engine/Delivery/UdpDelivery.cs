using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// A mount's media to the UDP viewers of one shard: runs through sendmmsg, with a fall-back for each destination that refuses them. On the shard
/// only.
/// </summary>
internal sealed unsafe class UdpDelivery
{
    private readonly FanOut _fanOut;
    private readonly FanOutTable _table;
    private readonly Shard _shard;
    private readonly PacketRing _ring;
    private readonly ViewerRanges _ranges;
    private readonly UdpSingles _singles;
    private readonly UdpJoiners _joiners;
    private readonly DeliveryCounters _counters;
    private readonly UdpCrowd _crowd;

    /// <summary>
    /// What is being sent: the plan's end, where in it to go on, its filter, and since when. Once all runs are sent, nothing reads it before the next
    /// batch begins.
    /// </summary>
    private UdpBatch _batch;

    /// <summary>
    /// On from the moment that those in step were left without packets until the next random access point: none of them gets video meanwhile.
    /// </summary>
    private VideoSkip _skip;

    /// <summary>Those who are not in step, counted here so that a pass without any looks at nothing of theirs.</summary>
    private int _joining;

    public UdpDelivery(FanOut fanOut, FanOutTable table, ViewerRanges ranges, DeliveryCounters counters)
    {
        _fanOut = fanOut;
        _table = table;
        _shard = table.Shard;
        _ring = fanOut.Ring;
        _ranges = ranges;
        _counters = counters;
        _crowd = new UdpCrowd(table);
        _singles = new UdpSingles(table, counters);
        _joiners = new UdpJoiners(fanOut, table, ranges, _singles, counters);
    }

    /// <summary>Where this shard's front is: whoever is in step has had every packet before it, or lost it.</summary>
    public long Next { get; private set; }

    /// <summary>The socket took nothing more in the middle of a batch; <see cref="Resume"/> follows.</summary>
    public bool IsSuspended { get; private set; }

    /// <summary>
    /// False while those in step wait for a random access point: a joiner that has had every packet would lose its video with them, so it stays out
    /// of step until they have theirs.
    /// </summary>
    public bool TakesJoiners => !_skip.IsOn || _crowd.Count == 0;

    /// <summary>The lowest sequence that a viewer here still needs.</summary>
    public long LowestNeeded() => _joining == 0 ? Next : Math.Min(Next, _joiners.LowestNeeded());

    /// <summary>The first viewer comes: what was published before is nobody's here.</summary>
    public void BeginAt(long head)
    {
        Next = head;
        _batch = new UdpBatch { To = head, SinceMicros = _shard.NowMicros };
        _ = _crowd.Drop(0, withBatch: false); // of those that have gone a pass may be under way
    }

    /// <summary>The viewer gets packets from its join sequence on.</summary>
    public void Add(UdpViewer viewer)
    {
        viewer.IsInStep = false;
        _joining++;
        _joiners.Add(viewer);
    }

    /// <summary>The viewer gets nothing more; no packet follows the return of this call. False: it was not here.</summary>
    public bool Remove(UdpViewer viewer)
    {
        if (viewer.IsInStep)
        {
            _crowd.Leave(viewer);
        }
        else if (!_joiners.Remove(viewer))
        {
            return false;
        }
        else
        {
            _joining--;
        }

        ViewerRanges.EndCatchUp(viewer);
        return true;
    }

    /// <summary>A pass: what was published before <paramref name="limit"/> to those in step, and to joiners what they lack.</summary>
    public void Run(long limit)
    {
        RunInStep(limit);
        if (_joining == 0)
        {
            return;
        }

        _joiners.Serve(Next, this);
    }

    /// <summary>A track that the viewer has goes to another address from the next message on.</summary>
    public void MoveRtp(UdpViewer viewer, int track, in PeerAddress rtp)
    {
        if (viewer.Has(track))
        {
            viewer.Tracks[track].Rtp = rtp;
            _crowd.Readdress(viewer, track);
        }
    }

    /// <inheritdoc cref="UdpCrowd.PacketsSent"/>
    public long PacketsSent(UdpViewer viewer) => _crowd.PacketsSent(viewer);

    /// <inheritdoc cref="UdpCrowd.BytesSent"/>
    public long BytesSent(UdpViewer viewer) => _crowd.BytesSent(viewer);

    /// <inheritdoc cref="UdpCrowd.PacketsDropped"/>
    public long PacketsDropped(UdpViewer viewer) => _crowd.PacketsDropped(viewer);

    /// <inheritdoc cref="UdpCrowd.PacketsByTrack"/>
    public ReadOnlySpan<long> PacketsByTrack => _crowd.PacketsByTrack;

    /// <summary>The viewer has had all that those in step have had.</summary>
    public void EnterStep(UdpViewer viewer)
    {
        if (_crowd.Count == 0)
        {
            _skip = default; // video is skipped for viewers in step that missed some; this one, the first, missed none
        }

        _joining--;
        _crowd.Enter(viewer);
    }

    /// <summary>The socket takes datagrams again. False: it is full once more.</summary>
    public bool Resume()
    {
        IsSuspended = false;
        using ReadScope scope = _ring.Read(_shard.Index, Next);
        RingEntries entries = scope.Entries;
        long from = scope.From;
        bool isTooOld = _shard.NowMicros - _batch.SinceMicros > (long)_table.Limits.UdpBacklogMax.TotalMicroseconds;
        if (from > Next || isTooOld)
        {
            DropTo(Math.Max(from, _batch.To));
            return true;
        }

        _crowd.GoOn();
        UdpSendPlan plan = _table.UdpPlan;
        _ = plan.Build(entries, from, _batch.To, _table.Media!.HasSegmentation, _batch.Filter);
        if (!SendRuns(plan))
        {
            return false;
        }

        CountSkipped(entries, from, _batch.To);
        Next = _batch.To;
        return true;
    }

    /// <summary>The last viewer has left while a full socket held its batch: nobody waits for the rest.</summary>
    public void GiveUp() => IsSuspended = false;

    private void RunInStep(long limit)
    {
        while (!IsSuspended && Next < limit)
        {
            if (_crowd.Count == 0)
            {
                Next = limit;
                _skip = default;
                return;
            }

            using ReadScope scope = _ring.Read(_shard.Index, Next);
            RingEntries entries = scope.Entries;
            long from = scope.From;
            if (from > Next)
            {
                DropTo(from);
                limit = Math.Max(limit, from);
            }

            long end = limit;
            PlanFilter filter = default;
            if (_skip.IsOn)
            {
                _ranges.LeaveVideoOut(ref _skip, from, entries, ref end, ref filter);
            }

            if (end == from)
            {
                return; // the packets that may lead a random access point stay until it is there
            }

            UdpSendPlan plan = _table.UdpPlan;
            long to = plan.Build(entries, from, end, _table.Media!.HasSegmentation, filter);
            _batch = new UdpBatch { To = to, Filter = filter, SinceMicros = _shard.NowMicros };
            if (SendRuns(plan))
            {
                CountSkipped(entries, from, to);
                Next = to;
            }
        }
    }

    private void CountSkipped(in RingEntries entries, long from, long to)
    {
        if (_batch.Filter.WithoutTracks == 0)
        {
            return;
        }

        Span<int> skipped = stackalloc int[RingOptions.TracksMax];
        skipped.Clear();
        for (long s = from; s < to; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            skipped[entry.Track] += _batch.Filter.Passes(entry) ? 0 : 1;
        }

        for (int t = 0; t < skipped.Length; t++)
        {
            if (skipped[t] > 0 && _crowd.CountDropped(t, skipped[t]))
            {
                _counters.CountDropped(DropCause.NotKeyFrame, (long)skipped[t] * _crowd.With(t));
            }
        }
    }

    /// <summary>
    /// Sends the batch from where it stands, a track's runs together; false when the socket took nothing more and the position was kept. What lies
    /// between a track's runs goes after them: it has ports of its own, so nobody can tell.
    /// </summary>
    private bool SendRuns(UdpSendPlan plan)
    {
        for (int at = _batch.At; at < plan.RunCount; at++)
        {
            ref readonly UdpRun run = ref plan.Runs[at];
            UdpTrackList? list = _crowd.ListOf(run.Track);
            if (run.IsRtcp)
            {
                _singles.SendReport(plan, run, list, _crowd.Plain);
                continue;
            }

            if (!run.IsFirst)
            {
                continue;
            }

            if (list is not null && SendTrack(plan, at, list) is not 0 and int errno)
            {
                IsSuspended = true;
                _crowd.Cut(plan, _batch.At = at, _batch.NextRun);
                _table.Suspend(_fanOut, errno == LinuxConstants.ErrorNoBuffers);
                return false;
            }

            int next = at;
            do
            {
                _crowd.CountSent(plan.Runs[next]);
                next = plan.Runs[next].Next;
            }
            while (next > 0);

            SendPlain(plan, at);
            _crowd.NoteFirst(run.Track);
        }

        return true;
    }

    /// <summary>
    /// A track's runs to a block of viewers, then to the next one. 0: done; else the error of a socket, or a device, that has no room.
    /// </summary>
    private int SendTrack(UdpSendPlan plan, int first, UdpTrackList list)
    {
        // One run is one message a viewer: as many as a call takes.
        int viewers = plan.Runs[first].Next == 0 ? UdpSendPlan.MessagesMax : UdpTrackList.BlockViewers;
        int at = list.HasBlock ? _batch.NextRun : first;
        while (list.HasBlock || list.MoveToBlock(viewers))
        {
            do
            {
                if (SendRun(plan, plan.Runs[at], list) is not 0 and int errno)
                {
                    _batch.NextRun = at;
                    return errno;
                }

                list.EndRun();
                at = plan.Runs[at].Next;
            }
            while (at > 0);

            at = first;
            list.EndBlock();
        }

        return 0;
    }

    /// <summary>A track's runs to those in step that get plain packets.</summary>
    private void SendPlain(UdpSendPlan plan, int first)
    {
        List<UdpViewer> viewers = _crowd.Plain;
        for (int i = viewers.Count - 1; i >= 0; i--)
        {
            UdpViewer viewer = viewers[i];
            bool hasRested = false;
            int at = first;
            do
            {
                ref readonly UdpRun run = ref plan.Runs[at];
                bool hasHad = viewer.HasHad.Track == run.Track && run.FirstSequence < viewer.HasHad.BeforeSequence;
                hasRested |= !hasHad && _singles.Send(plan, run, viewer);
                at = run.Next;
            }
            while (at > 0);

            if (hasRested && viewer.RestsUntilMicros == 0)
            {
                _crowd.ComeBack(viewer);
            }
        }
    }

    /// <summary>A run to all of the block that have not had it; the result is that of <see cref="SendTrack"/>.</summary>
    private int SendRun(UdpSendPlan plan, in UdpRun run, UdpTrackList list)
    {
        UdpMediaSockets media = _table.Media!;
        plan.Aim(run, list.BlockEnd - list.Next);
        UdpRefusals refusals = default;
        while (list.Next < list.BlockEnd)
        {
            int count = list.BlockEnd - list.Next;
            MultiMessage* messages = plan.Address(list.AddressAt(list.Next), count);
            for (int i = 0; list.NamesSources && i < count; i++)
            {
                plan.LeaveFrom(list[list.Next + i].Tracks[run.Track].Source, run, i);
            }

            int sent = media.Send(messages, count);
            if (sent > 0)
            {
                list.Next += sent;
                _counters.CountSent(ViewerWay.Udp, (long)sent * run.TotalBytes, (long)sent * run.PacketCount);
                refusals = default;
                continue;
            }

            int errno = Marshal.GetLastPInvokeError();
            _table.Counters.CountRefused(errno);
            UdpRefusalStep step = refusals.Next(errno, run.PacketCount > 1);
            if (step == UdpRefusalStep.Wait)
            {
                return errno;
            }

            if (!OnRefused(plan, run, list, step, errno))
            {
                refusals = default; // another message stands at the front
            }
        }

        return 0;
    }

    /// <summary>
    /// The message at the front was refused. True: it is sent again; false: its viewer is done with this run, or was taken out of the list.
    /// </summary>
    private bool OnRefused(UdpSendPlan plan, in UdpRun run, UdpTrackList list, UdpRefusalStep step, int errno)
    {
        if (_singles.IsSentAgain(step))
        {
            return true;
        }

        UdpViewer viewer = list[list.Next];
        switch (step)
        {
            case UdpRefusalStep.Plain:
                viewer.IsPlain = true;
                _crowd.SetAside(viewer, run.Track, run.FirstSequence); // it gets this run with the other plain ones, after the blocks
                break;
            case UdpRefusalStep.TryPlain:
                long dropped = viewer.DroppedPackets;
                _ = _singles.Send(plan, run, viewer);
                viewer.IsPlain |= viewer.DroppedPackets - dropped < run.PacketCount;
                if (viewer.IsPlain || viewer.RestsUntilMicros != 0)
                {
                    _crowd.SetAside(viewer, run.Track, run.FirstSequence + 1);
                }
                else
                {
                    list.Next++;
                }

                break;
            case UdpRefusalStep.AgainIfDrained when UdpRefusals.Lasts(errno): // nothing was drained: it is its own
                _singles.CountDropped(viewer, run.PacketCount);
                _crowd.SetAside(viewer, run.Track, run.FirstSequence + 1);
                _singles.Rest(viewer);
                break;
            default:
                _singles.CountDropped(viewer, run.PacketCount);
                list.Next++;
                break;
        }

        plan.Aim(run, list.BlockEnd - list.Next); // plain packets went by the same messages, and sources move up with their viewers
        return false;
    }

    /// <summary>
    /// Those in step get nothing that lies before <paramref name="to"/> any more. Where there is video they get none until the next random access
    /// point, because a decoder cannot show what follows a gap.
    /// </summary>
    private void DropTo(long to)
    {
        long missed = _ranges.Missed(Next, to);
        _counters.CountDropped(DropCause.SlowClient, (missed * _crowd.Count) - _crowd.Drop(missed, withBatch: _ring.ClearedTo <= Next));
        if (_ring.VideoTracks != 0)
        {
            _ranges.Skip(ref _skip);
        }

        Next = to;
    }

    /// <summary>Nobody is in step any more, or the shard ends. Idempotent.</summary>
    public void Dispose() => _crowd.Dispose();
}
