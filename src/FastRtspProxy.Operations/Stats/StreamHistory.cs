using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Operations.Stats;

/// <summary>The last samples of one stream: 300 of them, 5 KB. Under its owner's lock.</summary>
internal sealed class StreamHistory
{
    public const int Samples = 300;

    private readonly StreamSample[] _ring = new StreamSample[Samples];
    private int _next;
    private StreamStatus? _before;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>In which look it was seen last; what is not seen any more is forgotten.</summary>
    public long Seen { get; set; }

    public void Add(StreamStatus now)
    {
        _ring[_next] = StreamSample.Of(now, _before);
        _before = now;
        _next = (_next + 1) % Samples;
        Count = Math.Min(Count + 1, Samples);
    }

    /// <summary>Other looks are to come, further apart, or nearer: those that are there would stand at the wrong times.</summary>
    public void Clear()
    {
        Count = 0;
        _before = null;
    }

    /// <summary>The newest so many, the oldest first.</summary>
    public StreamSample[] Last(int count)
    {
        count = Math.Min(count, Count);
        StreamSample[] last = new StreamSample[count];
        for (int i = 0; i < count; i++)
        {
            last[i] = _ring[(_next - count + i + Samples) % Samples];
        }

        return last;
    }
}
