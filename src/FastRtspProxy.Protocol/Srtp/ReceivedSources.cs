namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// The sources of one stream. A camera has one, and another after a restart; who has the keys and sends more makes the oldest forgotten.
/// </summary>
internal sealed class ReceivedSources
{
    private const int CountMax = 8;

    private readonly ReceivedSource?[] _sources = new ReceivedSource?[CountMax];
    private long _uses;

    /// <summary>Null: nothing of it was genuine so far.</summary>
    public ReceivedSource? Find(uint ssrc)
    {
        foreach (ReceivedSource? source in _sources)
        {
            if (source is not null && source.Ssrc == ssrc)
            {
                source.UsedAt = ++_uses;
                return source;
            }
        }

        return null;
    }

    /// <summary>The first packet of a source was genuine.</summary>
    public ReceivedSource Add(uint ssrc, uint rollovers, ushort sequenceNumber)
    {
        int oldest = 0;
        for (int i = 1; i < CountMax; i++)
        {
            if ((_sources[i]?.UsedAt ?? 0) < (_sources[oldest]?.UsedAt ?? 0))
            {
                oldest = i;
            }
        }

        return _sources[oldest] = new ReceivedSource(ssrc, rollovers, sequenceNumber) { UsedAt = ++_uses };
    }
}
