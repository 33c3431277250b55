using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// Where a track can be joined, for codecs of which a packet alone does not tell: those that have a table in the stream, and those whose better
/// places may be missing.
/// </summary>
internal sealed class RandomAccessFinder(MediaCodec codec)
{
    /// <summary>As long as a client waits for a better place, at the most.</summary>
    private const long PlainIntraMicros = 12_000_000;

    /// <summary>Null: the codec's packets tell by themselves.</summary>
    private readonly TransportStreamScanner? _transport = codec == MediaCodec.Mpeg2Ts ? new TransportStreamScanner() : null;

    /// <summary>When the newest place with all headers came, or the session's first packet; below 0: none has come.</summary>
    private long _betterMicros = -1;

    /// <summary>The timestamp of the track's last packet; null: none has come. Another one begins a picture.</summary>
    private uint? _timestamp;

    /// <summary>A session begins: what is waited for is waited for anew. The tables of a transport stream stay.</summary>
    public void BeginSession()
    {
        _betterMicros = -1;
        _timestamp = null;
    }

    public AccessUnitHint Classify(in RtpPacketView packet, long arrivalMicros)
    {
        if (_transport is { } transport)
        {
            return transport.Scan(packet.Payload) | (packet.Marker ? AccessUnitHint.EndsFrame : AccessUnitHint.None);
        }

        AccessUnitHint hint = AccessUnitClassifier.Classify(codec, packet);
        return codec == MediaCodec.MpegVideo ? WithPlainIntra(hint, packet.Timestamp, arrivalMicros) : hint;
    }

    // Pictures of type I are where a stream is joined whose sequence header stands in its description, or comes once in minutes.
    private AccessUnitHint WithPlainIntra(AccessUnitHint hint, uint timestamp, long arrivalMicros)
    {
        bool beginsPicture = timestamp != _timestamp;
        _timestamp = timestamp;
        if (_betterMicros < 0 || (hint & AccessUnitHint.RandomAccess) != 0)
        {
            _betterMicros = arrivalMicros;
            return hint;
        }

        bool isPoint = beginsPicture && (hint & AccessUnitHint.Intra) != 0 && arrivalMicros - _betterMicros > PlainIntraMicros;
        return isPoint ? hint | AccessUnitHint.RandomAccess : hint;
    }
}
