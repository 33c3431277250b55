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
internal sealed unsafe partial class UdpDelivery
{
    private readonly FanOut _fanOut;
    private readonly FanOutTable _table;
    private readonly Shard _shard;
    private readonly PacketRing _ring;
    private readonly ViewerRanges _ranges;
    private readonly UdpSingles _singles;
    private readonly UdpJoiners _joiners;
    private readonly DeliveryCounters _counters;

    /// <summary>Those in step that get plain packets.</summary>
    private readonly List<UdpViewer> _plain = [];

    /// <summary>By track, those in step that get runs; null where nobody has it yet. The four arrays are of one length.</summary>
    private UdpTrackList?[] _tracks = [];

    /// <summary>By track, RTP packets sent to those in step, once for all of them.</summary>
    private long[] _sentByTrack = [];
    private long[] _bytesByTrack = [];

    /// <summary>By track, packets that those in step were left without while video was skipped.</summary>
    private long[] _droppedByTrack = [];

    /// <summary>Viewers in step, those with plain packets included.</summary>
    private int _inStep;

    /// <summary>How many of them have got nothing since they asked.</summary>
    private int _awaitFirst;

    /// <summary>
    /// What is being sent: the plan's end, the run to go on with, its filter, and since when. Once all runs are sent, nothing reads it before the
    /// next batch begins.
    /// </summary>
    private UdpBatch _batch;

    /// <summary>
    /// On from the moment that those in step were left without packets until the next random access point: none of them gets video meanwhile.
    /// </summary>
    private VideoSkip _skip;

    /// <summary>Packets that all in step were left without, whatever their tracks.</summary>
    private long _droppedForAll;

    public UdpDelivery(FanOut fanOut, FanOutTable table, ViewerRanges ranges, DeliveryCounters counters)
    {
        _fanOut = fanOut;
        _table = table;
        _shard = table.Shard;
        _ring = fanOut.Ring;
        _ranges = ranges;
        _counters = counters;
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
    public bool TakesJoiners => !_skip.IsOn || _inStep == 0;

    /// <summary>The first viewer comes: what was published before is nobody's here.</summary>
    public void BeginAt(long head)
    {
        Next = head;
        _batch = new UdpBatch { To = head, SinceMicros = _shard.NowMicros };
    }

    /// <summary>The viewer gets packets from its join sequence on.</summary>
    public void Add(UdpViewer viewer)
    {
        viewer.IsInStep = false;
        _joiners.Add(viewer);
    }

    /// <summary>The viewer gets nothing more; no packet follows the return of this call. False: it was not here.</summary>
    public bool Remove(UdpViewer viewer)
    {
        if (viewer.IsInStep)
        {
            LeaveStep(viewer);
            _plain.Remove(viewer);
        }
        else if (!_joiners.Remove(viewer))
        {
            return false;
        }

        ViewerRanges.EndCatchUp(viewer);
        return true;
    }

    /// <summary>A pass: what was published before <paramref name="limit"/> to those in step, and to joiners what they lack.</summary>
    public void Run(long limit)
    {
        RunInStep(limit);
        _joiners.Serve(Next, this);
    }

    /// <summary>A track that the viewer has goes to another address from the next message on.</summary>
    public void MoveRtp(UdpViewer viewer, int track, in PeerAddress rtp)
    {
        if (viewer.Has(track))
        {
            viewer.Tracks[track].Rtp = rtp;
            if (track < _tracks.Length)
            {
                _tracks[track]?.Readdress(viewer);
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
                    packets += _sentByTrack[t];
                }
            }
        }

        return packets;
    }

    /// <summary>Packets that a viewer was left without, by its own way's fault or because this shard came too late.</summary>
    public long PacketsDropped(UdpViewer viewer) => viewer.DroppedPackets + (viewer.IsInStep ? CrowdDropped(viewer) - viewer.AddedAtDropped : 0);

    /// <summary>
    /// By track, RTP packets sent to those in step so far, once for all of them; shorter than the tracks before somebody is in step.
    /// </summary>
    public ReadOnlySpan<long> PacketsByTrack => _sentByTrack;

    private long CrowdDropped(UdpViewer viewer)
    {
        long packets = _droppedForAll;
        for (int t = 0; t < viewer.Tracks.Length && t < _droppedByTrack.Length; t++)
        {
            packets += viewer.Tracks[t].Rtp.IsEmpty ? 0 : _droppedByTrack[t];
        }

        return packets;
    }

    /// <summary>The socket takes datagrams again. False: it is full once more.</summary>
    public bool Resume()
    {
        IsSuspended = false;
        using ReadScope scope = _ring.Read(_shard.Index, Next);
        PacketRing.EntriesView entries = scope.Entries;
        long from = scope.From;
        bool isTooOld = _shard.NowMicros - _batch.SinceMicros > (long)_table.Limits.UdpBacklogMax.TotalMicroseconds;
        if (from > Next || isTooOld)
        {
            DropTo(Math.Max(from, _batch.To));
            return true;
        }

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
            if (_inStep == 0)
            {
                Next = limit;
                _skip = default;
                return;
            }

            using ReadScope scope = _ring.Read(_shard.Index, Next);
            PacketRing.EntriesView entries = scope.Entries;
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

    private void CountSkipped(in PacketRing.EntriesView entries, long from, long to)
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

        for (int t = 0; t < Math.Min(_droppedByTrack.Length, skipped.Length); t++)
        {
            if (skipped[t] > 0)
            {
                _droppedByTrack[t] += skipped[t];
                _counters.CountDropped(DropCause.NotKeyFrame, (long)skipped[t] * InStepWith(t));
            }
        }
    }

    /// <summary>Sends the batch's runs from where it stands; false when the socket took nothing more and the position was kept.</summary>
    private bool SendRuns(UdpSendPlan plan)
    {
        for (int r = _batch.NextRun; r < plan.RunCount; r++)
        {
            ref readonly UdpRun run = ref plan.Runs[r];
            UdpTrackList? list = run.Track < _tracks.Length ? _tracks[run.Track] : null;
            if (run.IsRtcp)
            {
                _singles.SendReport(plan, run, list, _plain);
                continue;
            }

            if (list is not null && SendRun(plan, run, list) is not 0 and int errno)
            {
                IsSuspended = true;
                _batch.NextRun = r;
                _table.Suspend(_fanOut, errno == LinuxConstants.ErrorNoBuffers);
                return false;
            }

            if (list is not null)
            {
                list.Done = 0;
            }

            if (run.Track < _sentByTrack.Length)
            {
                _sentByTrack[run.Track] += run.PacketCount;
                _bytesByTrack[run.Track] += run.TotalBytes;
            }

            for (int i = _plain.Count - 1; i >= 0; i--)
            {
                UdpViewer viewer = _plain[i];
                if (viewer.PlainHadSequence != run.FirstSequence && _singles.Send(plan, run, viewer))
                {
                    ComeBack(viewer);
                }
            }

            if (_awaitFirst > 0)
            {
                NoteFirst(run.Track, list);
            }
        }

        return true;
    }

    /// <summary>A run to all of the list that have not had it. 0: done; else the error of a socket, or a device, that has no room.</summary>
    private int SendRun(UdpSendPlan plan, in UdpRun run, UdpTrackList list)
    {
        UdpMediaSockets media = _table.Media!;
        plan.Aim(run, list.Count - list.Done);
        UdpRefusals refusals = default;
        while (list.Done < list.Count)
        {
            int count = Math.Min(UdpSendPlan.MessagesMax, list.Count - list.Done);
            MultiMessage* messages = plan.Address(list.AddressAt(list.Done), count);
            for (int i = 0; list.NamesSources && i < count; i++)
            {
                plan.LeaveFrom(list[list.Done + i].Tracks[run.Track].Source, run, i);
            }

            int sent = media.Send(messages, count);
            if (sent > 0)
            {
                list.Done += sent;
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

        UdpViewer viewer = list[list.Done];
        switch (step)
        {
            case UdpRefusalStep.Plain:
                MakePlain(viewer); // it gets this run with the other plain ones, after the list
                break;
            case UdpRefusalStep.TryPlain:
                long dropped = viewer.DroppedPackets;
                _ = _singles.Send(plan, run, viewer);
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
                _singles.CountDropped(viewer, run.PacketCount);
                viewer.PlainHadSequence = run.FirstSequence;
                StandAside(viewer);
                _singles.Rest(viewer);
                break;
            default:
                _singles.CountDropped(viewer, run.PacketCount);
                list.Done++;
                break;
        }

        plan.Aim(run, list.Count - list.Done); // plain packets went by the same messages, and sources move up with their viewers
        return false;
    }

    /// <summary>
    /// Those in step get nothing that lies before <paramref name="to"/> any more. Where there is video they get none until the next random access
    /// point, because a decoder cannot show what follows a gap.
    /// </summary>
    private void DropTo(long to)
    {
        long missed = _ranges.Missed(Next, to);
        _droppedForAll += missed;
        _counters.CountDropped(DropCause.SlowClient, missed * _inStep);
        if (_ring.VideoTracks != 0)
        {
            _ranges.Skip(ref _skip);
        }

        Next = to;
        foreach (UdpTrackList? list in _tracks)
        {
            if (list is not null)
            {
                list.Done = 0;
            }
        }
    }

    /// <summary>Nobody is in step any more, or the shard ends. Idempotent.</summary>
    public void Dispose()
    {
        foreach (UdpTrackList? list in _tracks)
        {
            list?.Dispose();
        }

        _tracks = [];
        _sentByTrack = [];
        _bytesByTrack = [];
        _droppedByTrack = [];
    }
}
