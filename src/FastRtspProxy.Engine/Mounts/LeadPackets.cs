using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Finds the first random access point in what comes, and keeps what leads it: parameter sets in packets of their own belong to the picture behind
/// them. One owner.
/// </summary>
/// <param name="codecs">Of the tracks, by index.</param>
internal sealed class LeadPackets(IReadOnlyList<MediaCodec> codecs)
{
    /// <summary>Parameter sets, SEI and the like of one picture; more is none.</summary>
    private const int PacketsMax = 16;

    private readonly Ingest.RandomAccessFinder[] _finders = [.. codecs.Select(static codec => new Ingest.RandomAccessFinder(codec))];
    private readonly int _track = IndexOfPictures(codecs);
    private readonly List<LeadPacket> _packets = [];

    /// <summary>Of the packets that are kept; without meaning while there are none.</summary>
    private uint _timestamp;

    /// <summary>Of the newest packet of pictures; null: none has come.</summary>
    private uint? _newest;

    /// <summary>What leads the point, in its order.</summary>
    public IReadOnlyList<LeadPacket> All => _packets;

    /// <summary>True for the packet with which the point begins. Where no track has pictures that depend on each other, any is.</summary>
    /// <param name="track">Its track's index.</param>
    /// <param name="source">The stream that it belongs to.</param>
    /// <param name="view">The packet.</param>
    /// <param name="arrivalMicros">On the shard's clock.</param>
    /// <param name="isLate">A point was waited for in vain: the beginning of a picture is one.</param>
    public bool IsPoint(int track, uint source, in RtpPacketView view, long arrivalMicros, bool isLate)
    {
        if (_track < 0)
        {
            return true;
        }

        if (track != _track)
        {
            return false;
        }

        bool beginsPicture = _newest is { } newest && newest != view.Timestamp;
        _newest = view.Timestamp;
        AccessUnitHint hint = _finders[track].Classify(view, arrivalMicros);
        if ((hint & AccessUnitHint.RandomAccess) != 0 || (isLate && beginsPicture))
        {
            return true;
        }

        bool leads = (hint & AccessUnitHint.ParameterSets) != 0
            || (_packets.Count > 0 && view.Timestamp == _timestamp && (hint & AccessUnitHint.NonVcl) != 0);
        if (!leads || _packets.Count == PacketsMax)
        {
            _packets.Clear();
        }

        if (leads)
        {
            _timestamp = view.Timestamp;
            _packets.Add(new LeadPacket(track, source, view.Packet.ToArray(), arrivalMicros));
        }

        return false;
    }

    private static int IndexOfPictures(IReadOnlyList<MediaCodec> codecs)
    {
        for (int i = 0; i < codecs.Count; i++)
        {
            if (MediaCodecs.NeedsRandomAccessPoint(codecs[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
