using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// Where a full socket has cut a batch: what those in step have had of it, which is counted for each by its place in the list, and only while the
/// batch goes no further. There from the first cut on. On the shard only.
/// </summary>
internal sealed class UdpCut
{
    /// <summary>By track, packets of those before the one under way: all that have such a track have had them, and that is counted.</summary>
    private readonly long[] _done = new long[RingOptions.TracksMax];

    /// <summary>Packets and bytes of the track under way: all of them, those before the run that was cut, and with that one.</summary>
    private (long Packets, long Bytes) _all;
    private (long Packets, long Bytes) _before;
    private (long Packets, long Bytes) _with;

    /// <summary>The track in whose runs the batch was cut; below 0: none was.</summary>
    public int Track { get; private set; } = -1;

    /// <inheritdoc cref="_done"/>
    public ReadOnlySpan<long> Done => _done;

    /// <summary>The socket has no room.</summary>
    /// <param name="plan">Of the batch.</param>
    /// <param name="first">The first run of the track under way.</param>
    /// <param name="cut">The run that some of a block have not had.</param>
    public void Begin(UdpSendPlan plan, int first, int cut)
    {
        Array.Clear(_done);
        for (int at = 0; at < plan.RunCount; at++)
        {
            // All runs of a track go with its first one.
            ref readonly UdpRun run = ref plan.Runs[at];
            _done[run.Track] += !run.IsRtcp && (at < first || _done[run.Track] > 0) ? run.PacketCount : 0;
        }

        Track = plan.Runs[first].Track;
        _all = _before = _with = default;
        int next = first;
        do
        {
            ref readonly UdpRun run = ref plan.Runs[next];
            _before = next == cut ? _all : _before;
            _all = (_all.Packets + run.PacketCount, _all.Bytes + run.TotalBytes);
            _with = next == cut ? _all : _with;
            next = run.Next;
        }
        while (next > 0);
    }

    /// <summary>It goes on.</summary>
    public void End() => Track = -1;

    /// <summary>What somebody in the list of the track under way has had of it.</summary>
    public (long Packets, long Bytes) HadAt(UdpTrackList list, int index) =>
        list.HasHadAll(index) ? _all : !list.IsInBlock(index) ? default : index < list.Next ? _with : _before;
}
