using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// What a track needs whose packets come from another source than the one that was described: the payload type that viewers were told, and the
/// parameter sets in front of its random access points where the source does not send them there itself. A viewer that missed the first of these
/// points, or was moved past it, has the sets from the next one. It stays for as long as the description does. Mutable, one owner.
/// </summary>
internal sealed class TrackSeam
{
    /// <summary>Of the newest random access point; of no meaning while <see cref="_hasPoint"/> is false.</summary>
    private uint _pointTimestamp;

    /// <summary>False from the beginning of a session until its first random access point.</summary>
    private bool _hasPoint;

    /// <summary>The source has sent sets of its own since the point before.</summary>
    private bool _hasSets;

    /// <summary>The payload type of the source's packets, which become those of the track; null: they are the same.</summary>
    public byte? PayloadType { get; private set; }

    /// <summary>The pictures have to be of that size, by the first set that comes in the stream; null: of any.</summary>
    public (int Width, int Height)? Size { get; private set; }

    /// <summary>A session with a source begins.</summary>
    /// <param name="payloadType">See <see cref="PayloadType"/>.</param>
    /// <param name="size">See <see cref="Size"/>.</param>
    public void BeginSession(byte? payloadType, (int Width, int Height)? size)
    {
        _hasPoint = false;
        _hasSets = false;
        PayloadType = payloadType;
        Size = size;
    }

    /// <summary>True for a packet in front of which sets have to stand. Asked once for each that is passed on, in their order.</summary>
    /// <param name="flags">What it is.</param>
    /// <param name="timestamp">On the mount's timeline.</param>
    public bool NeedsSets(EntryFlags flags, uint timestamp)
    {
        if ((flags & EntryFlags.ParameterSets) != 0)
        {
            _hasSets = true;
        }

        if ((flags & EntryFlags.RandomAccess) == 0 || (_hasPoint && timestamp == _pointTimestamp))
        {
            return false;
        }

        bool needs = !_hasSets;
        _hasPoint = true;
        _pointTimestamp = timestamp;
        _hasSets = false;
        return needs;
    }

    /// <summary>Whether pictures of that set fit. It counts once: a camera that changes its size later does what it always could.</summary>
    public bool Fits(MediaCodec codec, ReadOnlySpan<byte> sequenceSet)
    {
        if (Size is not { } size || !VideoFormat.TryRead(codec, sequenceSet, out VideoFormat format))
        {
            return true;
        }

        Size = null;
        return size == (format.Width, format.Height);
    }
}
