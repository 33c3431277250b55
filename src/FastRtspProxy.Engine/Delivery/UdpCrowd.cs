using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// The UDP viewers of a mount on a shard that are in step: who of them gets segments and who plain packets, and what all of them have got or were
/// left without, counted once. On the shard only.
/// </summary>
internal sealed class UdpCrowd(FanOutTable table) : IDisposable
{
    /// <summary>Those that get plain packets.</summary>
    private readonly List<UdpViewer> _plain = [];

    /// <summary>By track, those that get runs; null where nobody has it yet. The four arrays are of one length.</summary>
    private UdpTrackList?[] _tracks = [];

    /// <summary>By track, RTP packets sent, once for all of them.</summary>
    private long[] _sentByTrack = [];
    private long[] _bytesByTrack = [];

    /// <summary>By track, packets that they were left without while video was skipped.</summary>
    private long[] _droppedByTrack = [];

    /// <summary>Packets that all were left without, whatever their tracks.</summary>
    private long _droppedForAll;

    /// <inheritdoc cref="UdpCut"/>
    private UdpCut? _cut;

    /// <summary>How many have got nothing since they asked.</summary>
    private int _awaitFirst;

    /// <summary>How many, those with plain packets included.</summary>
    public int Count { get; private set; }

    /// <summary>Those that get plain packets. One that comes back is taken out while it is served, so go through it from the end.</summary>
    public List<UdpViewer> Plain => _plain;

    /// <summary>By track, RTP packets sent so far, once for all of them; shorter than the tracks before somebody is in step.</summary>
    public ReadOnlySpan<long> PacketsByTrack => _sentByTrack;

    /// <summary>Those that get runs of a track; null: nobody had it yet.</summary>
    public UdpTrackList? ListOf(int track) => track < _tracks.Length ? _tracks[track] : null;

    /// <summary>RTP packets that the kernel took for a viewer.</summary>
    public long PacketsSent(UdpViewer viewer) =>
        viewer.SentPackets + (viewer.IsInStep ? SumOf(_sentByTrack, viewer) - viewer.AddedAtPackets + HadOf(viewer).Packets : 0);

    /// <summary>Their bytes.</summary>
    public long BytesSent(UdpViewer viewer) =>
        viewer.SentBytes + (viewer.IsInStep ? SumOf(_bytesByTrack, viewer) - viewer.AddedAtBytes + HadOf(viewer).Bytes : 0);

    /// <summary>Packets that a viewer was left without, by its own way's fault or because this shard came too late.</summary>
    public long PacketsDropped(UdpViewer viewer) => viewer.DroppedPackets + (viewer.IsInStep ? DroppedOf(viewer) - viewer.AddedAtDropped : 0);

    /// <summary>How many of them have a track.</summary>
    public int With(int track)
    {
        int count = ListOf(track)?.Count ?? 0;
        foreach (UdpViewer viewer in CollectionsMarshal.AsSpan(_plain))
        {
            count += viewer.Has(track) ? 1 : 0;
        }

        return count;
    }

    /// <summary>A run went to all that have its track.</summary>
    public void CountSent(in UdpRun run)
    {
        if (run.Track < _sentByTrack.Length)
        {
            _sentByTrack[run.Track] += run.PacketCount;
            _bytesByTrack[run.Track] += run.TotalBytes;
        }
    }

    /// <summary>All that have a track were left without packets of it. False: nobody ever had it.</summary>
    public bool CountDropped(int track, long packets)
    {
        if (track >= _droppedByTrack.Length)
        {
            return false;
        }

        _droppedByTrack[track] += packets;
        return true;
    }

    /// <summary>The socket has no room in the middle of a batch.</summary>
    /// <inheritdoc cref="UdpCut.Begin"/>
    public void Cut(UdpSendPlan plan, int first, int cut) => (_cut ??= new UdpCut()).Begin(plan, first, cut);

    /// <summary>The batch goes on from where it was cut.</summary>
    public void GoOn() => _cut?.End();

    /// <summary>All were left without packets, whatever their tracks, and nobody waits for the rest of a batch any more.</summary>
    /// <param name="packets">How many.</param>
    /// <param name="withBatch">Those of a batch that was cut are among them.</param>
    /// <returns>Of these packets, those that somebody has had before the cut, for each who has.</returns>
    public long Drop(long packets, bool withBatch)
    {
        long had = _cut is { Track: >= 0 } cut ? Settle(cut, withBatch) : 0;
        _droppedForAll += packets;
        foreach (UdpTrackList? list in _tracks)
        {
            list?.EndPass();
        }

        return had;
    }

    /// <summary>Runs of a track went to all that have it; for those who came into step before there was anything they are the first.</summary>
    public void NoteFirst(int track)
    {
        if (_awaitFirst == 0)
        {
            return;
        }

        UdpTrackList? list = ListOf(track);
        for (int i = 0; list is not null && i < list.Count; i++)
        {
            NoteFirst(list[i]);
        }

        foreach (UdpViewer viewer in CollectionsMarshal.AsSpan(_plain))
        {
            if (viewer.Has(track))
            {
                NoteFirst(viewer);
            }
        }
    }

    /// <summary>
    /// Out of the lists of those that get segments, in the middle of a track's runs; <paramref name="before"/> says which of them it has had.
    /// </summary>
    public void SetAside(UdpViewer viewer, int track, long before)
    {
        viewer.HasHad = (track, before);
        foreach (UdpTrackList? list in _tracks)
        {
            list?.Remove(viewer);
        }

        _plain.Add(viewer);
    }

    /// <summary>
    /// There is a way to it again. One that takes segments, as far as we know, goes with the others from the next track's runs on.
    /// </summary>
    public void ComeBack(UdpViewer viewer)
    {
        if (!viewer.IsPlain)
        {
            _plain.Remove(viewer);
            EnterLists(viewer);
        }
    }

    /// <summary>The viewer has had all that those in step have had. Between two batches.</summary>
    public void Enter(UdpViewer viewer)
    {
        viewer.IsInStep = true;
        _awaitFirst += viewer.AskedMicros > 0 ? 1 : 0;
        Count++;
        if (viewer.Tracks.Length > _tracks.Length)
        {
            Array.Resize(ref _tracks, viewer.Tracks.Length);
            Array.Resize(ref _sentByTrack, viewer.Tracks.Length);
            Array.Resize(ref _bytesByTrack, viewer.Tracks.Length);
            Array.Resize(ref _droppedByTrack, viewer.Tracks.Length);
        }

        viewer.AddedAtDropped = DroppedOf(viewer);
        viewer.AddedAtPackets = SumOf(_sentByTrack, viewer);
        viewer.AddedAtBytes = SumOf(_bytesByTrack, viewer);
        if (viewer.IsPlain || viewer.RestsUntilMicros != 0)
        {
            _plain.Add(viewer);
        }
        else
        {
            EnterLists(viewer);
        }
    }

    /// <summary>It goes, and keeps what it has got as its own; at any time.</summary>
    public void Leave(UdpViewer viewer)
    {
        Debug.Assert(viewer.IsInStep, "Only who is in step leaves it.");
        viewer.SentPackets = PacketsSent(viewer);
        viewer.SentBytes = BytesSent(viewer);
        viewer.DroppedPackets = PacketsDropped(viewer);
        viewer.IsInStep = false;
        _awaitFirst -= viewer.AskedMicros > 0 ? 1 : 0;
        Count--;
        foreach (UdpTrackList? list in _tracks)
        {
            list?.Remove(viewer);
        }

        _plain.Remove(viewer);
    }

    /// <summary>A track that the viewer has goes to another address.</summary>
    public void Readdress(UdpViewer viewer, int track) => ListOf(track)?.Readdress(viewer);

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
        _cut?.End();
    }

    /// <summary>What it has had of the track whose runs were cut.</summary>
    private (long Packets, long Bytes) HadOf(UdpViewer viewer)
    {
        if (_cut is not { Track: >= 0 and int track } cut || ListOf(track) is not { } list || track >= viewer.Tracks.Length)
        {
            return default;
        }

        return viewer.Tracks[track].Slot is >= 0 and int slot ? cut.HadAt(list, slot) : default;
    }

    /// <summary>A batch that was cut goes no further: what each has had of it is its own, and not among what it was left without.</summary>
    private long Settle(UdpCut cut, bool withBatch)
    {
        long had = 0;
        for (int t = 0; withBatch && t < cut.Done.Length; t++)
        {
            had += cut.Done[t] > 0 && CountDropped(t, -cut.Done[t]) ? cut.Done[t] * With(t) : 0;
        }

        UdpTrackList? list = ListOf(cut.Track);
        for (int i = 0; list is not null && i < list.Count; i++)
        {
            (long packets, long bytes) = cut.HadAt(list, i);
            list[i].SentPackets += packets;
            list[i].SentBytes += bytes;
            list[i].DroppedPackets -= withBatch ? packets : 0;
            had += withBatch ? packets : 0;
        }

        cut.End();
        return had;
    }

    private long DroppedOf(UdpViewer viewer) => _droppedForAll + SumOf(_droppedByTrack, viewer);

    private static long SumOf(long[] byTrack, UdpViewer viewer)
    {
        long sum = 0;
        for (int t = 0; t < viewer.Tracks.Length && t < byTrack.Length; t++)
        {
            sum += viewer.Tracks[t].Rtp.IsEmpty ? 0 : byTrack[t];
        }

        return sum;
    }

    private void NoteFirst(UdpViewer viewer)
    {
        if (viewer.AskedMicros > 0)
        {
            _awaitFirst--;
            table.NoteFirst(viewer);
        }
    }

    /// <summary>Among those that get segments.</summary>
    private void EnterLists(UdpViewer viewer)
    {
        for (int t = 0; t < viewer.Tracks.Length; t++)
        {
            if (!viewer.Tracks[t].Rtp.IsEmpty)
            {
                (_tracks[t] ??= new UdpTrackList(t)).Add(viewer);
            }
        }
    }
}
