using HdrHistogram;

namespace FastRtspProxy.Simulator.Receive;

/// <summary>Counters and histograms of a kind of clients on one shard. All times in microseconds. Touched on the shard only.</summary>
internal sealed class ReceiveBucket
{
    /// <summary>Two minutes: what is later than that is as bad as that.</summary>
    public const long HighestMicros = 120_000_000;

    private const int TotalDigits = 3;

    /// <summary>Two digits are 1 %: enough for a curve, and a tenth of the memory.</summary>
    private const int IntervalDigits = 2;

    /// <summary>Mutable; not readonly.</summary>
    public ReceiveCounters Counters;

    /// <summary>From the camera's send time of a frame to the arrival of its last packet; live frames only.</summary>
    public LongHistogram Latency { get; } = NewTotal();

    /// <summary>The same since the last snapshot.</summary>
    public LongHistogram IntervalLatency { get; private set; } = NewInterval();

    /// <summary>From the end of a video frame to the end of the next.</summary>
    public LongHistogram FrameGap { get; } = NewTotal();

    /// <summary>From the beginning of a client's connect to its first RTP packet.</summary>
    public LongHistogram FirstPacket { get; } = NewTotal();

    /// <summary>From the beginning of a client's connect to the last packet of its first key frame.</summary>
    public LongHistogram FirstKeyFrame { get; } = NewTotal();

    /// <summary>From the PLAY request to the same moment.</summary>
    public LongHistogram KeyFrameAfterPlay { get; } = NewTotal();

    /// <inheritdoc cref="JoinProbe"/>
    public LongHistogram BehindLive { get; } = NewTotal();

    /// <summary>The same for a player that waits for late frames.</summary>
    public LongHistogram WaitingBehindLive { get; } = NewTotal();

    /// <summary>Frames that came before they were sent: the clocks of camera and tool are not the same.</summary>
    public long ClockErrors { get; private set; }

    /// <summary>Adds another bucket's histograms of the whole run.</summary>
    public void Add(ReceiveBucket other)
    {
        Latency.Add(other.Latency);
        FrameGap.Add(other.FrameGap);
        FirstPacket.Add(other.FirstPacket);
        FirstKeyFrame.Add(other.FirstKeyFrame);
        KeyFrameAfterPlay.Add(other.KeyFrameAfterPlay);
        BehindLive.Add(other.BehindLive);
        WaitingBehindLive.Add(other.WaitingBehindLive);
        ClockErrors += other.ClockErrors;
    }

    public static LongHistogram NewTotal() => new(1, HighestMicros, TotalDigits);

    public static LongHistogram NewInterval() => new(1, HighestMicros, IntervalDigits);

    public static void Record(LongHistogram histogram, long micros) => histogram.RecordValue(Math.Clamp(micros, 1, HighestMicros));

    /// <summary>A live frame is complete.</summary>
    public void RecordLatency(long micros)
    {
        // A frame can be a little "early" by the granularity of two readings of one clock.
        if (micros < -1000)
        {
            ClockErrors++;
            return;
        }

        Record(Latency, micros);
        Record(IntervalLatency, micros);
    }

    /// <summary>The interval's histogram; a new interval begins.</summary>
    public LongHistogram TakeInterval()
    {
        LongHistogram taken = IntervalLatency;
        IntervalLatency = NewInterval();
        return taken;
    }
}
