using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// Holds a track's pictures back from the beginning of a session with the camera to the first random access point: a decoder can do nothing with
/// them, neither the one of a first client nor the one of a client that was held over an outage, which would mend the new pictures with the old ones.
/// Cameras begin with a key frame; other servers begin wherever they are.
/// </summary>
internal sealed class RandomAccessGate(MediaCodec codec)
{
    /// <summary>The track went by its limit once without a random access point: it is not held back again until one is seen.</summary>
    private bool _hasNone;

    /// <summary>How long pictures are held back, from <see cref="_sinceMicros"/> on.</summary>
    private long _limitMicros;

    /// <summary>When the session's first picture was held back; below 0: none was.</summary>
    private long _sinceMicros;

    /// <summary>The timestamp of the packet that was held back last; a picture is not begun in its middle.</summary>
    private uint _heldTimestamp;

    /// <summary>The timestamp of the newest parameter sets of this session; null: there were none.</summary>
    private uint? _leadTimestamp;

    /// <summary>True for a track whose random access points can be told.</summary>
    public bool Applies { get; } = MediaCodecs.NeedsRandomAccessPoint(codec);

    /// <summary>True while pictures are held back.</summary>
    public bool IsShut { get; private set; }

    /// <summary>Another source may have what the last one had not.</summary>
    public void TakeSource() => _hasNone = false;

    /// <summary>
    /// A session begins. After so long the pictures pass as they come, and from then on they do from the start until a random access point is seen;
    /// 0: at once.
    /// </summary>
    public void BeginSession(long limitMicros)
    {
        IsShut = Applies && !_hasNone && limitMicros > 0;
        _limitMicros = limitMicros;
        _sinceMicros = -1;
        _leadTimestamp = null;
    }

    /// <summary>Whether a packet is held back, for good.</summary>
    public bool Holds(EntryFlags flags, uint timestamp, long arrivalMicros)
    {
        if ((flags & EntryFlags.RandomAccess) != 0)
        {
            IsShut = false;
            _hasNone = false;
            return false;
        }

        if (!IsShut)
        {
            return false;
        }

        // Parameter sets in packets of their own, and what else leads a picture, may belong to the random access point that follows them.
        if ((flags & EntryFlags.ParameterSets) != 0)
        {
            _leadTimestamp = timestamp;
            return false;
        }

        if ((flags & EntryFlags.NonVcl) != 0 && timestamp == _leadTimestamp)
        {
            return false;
        }

        if (_sinceMicros < 0)
        {
            _sinceMicros = arrivalMicros;
        }
        else if (arrivalMicros - _sinceMicros > _limitMicros && timestamp != _heldTimestamp)
        {
            IsShut = false;
            _hasNone = true;
            return false;
        }

        _heldTimestamp = timestamp;
        return true;
    }
}
