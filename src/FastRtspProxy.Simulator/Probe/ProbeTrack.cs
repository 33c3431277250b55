using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Probe;

/// <summary>All that is measured on one track. One owner at a time.</summary>
internal sealed class ProbeTrack : IMediaOwner
{
    private readonly TrackReceiver _receiver;
    private uint _lastTimestamp;
    private long _sinceKeyFrames;
    private long _lastKeyMicros;
    private long _firstMicros;
    private double _jitterTicks;
    private double _lastTransit;
    private long _extendedTicks;
    private double _sumX;
    private double _sumY;
    private double _sumXx;
    private double _sumXy;
    private long _points;

    public ProbeTrack(TrackPlan plan)
    {
        Plan = plan;
        _receiver = new TrackReceiver(plan, Bucket, this, verify: true);
    }

    public TrackPlan Plan { get; }

    public ReceiveBucket Bucket { get; } = new();

    public long PayloadBytes { get; private set; }

    public RtpFirst? First { get; private set; }

    public long Frames { get; private set; }

    public List<long> GopFrames { get; } = [];

    public List<long> KeyIntervalsMicros { get; } = [];

    public int LargestPacketBytes { get; private set; }

    public bool HasBye { get; private set; }

    public string? Cname { get; private set; }

    /// <summary>Arrival and content of sender reports.</summary>
    public List<(long ArrivalMicros, ulong Ntp, uint RtpTime)> SenderReports { get; } = [];

    /// <summary>A compound packet did not begin with SR or RR, or had no CNAME, RFC 3550 section 6.1.</summary>
    public bool HasBadCompound { get; private set; }

    public double SecondsWatched => _firstMicros == 0 ? 0 : Math.Max(0.001, (_receiver.LastPacketMicros - _firstMicros) / 1e6);

    public double JitterMillis => _jitterTicks * 1000 / Plan.ClockRate;

    /// <summary>
    /// How much faster the source's RTP clock runs than ours, parts in a million: the slope of a line through all packets. Means little below some
    /// ten seconds.
    /// </summary>
    public double DriftPpm
    {
        get
        {
            double denominator = (_points * _sumXx) - (_sumX * _sumX);
            return _points < 10 || denominator == 0 ? 0 : ((((_points * _sumXy) - (_sumX * _sumY)) / denominator) - 1) * 1e6;
        }
    }

    public void TakeRtp(ReadOnlySpan<byte> packet, long nowMicros)
    {
        _receiver.TakeRtp(packet, nowMicros, UnixClock.NowMicros());
        if (!RtpPacketView.TryParse(packet, out RtpPacketView view, out _) || !Plan.Announces(view.PayloadType))
        {
            return;
        }

        bool newFrame = First is null || view.Timestamp != _lastTimestamp;
        if (First is null)
        {
            First = new RtpFirst(view.SequenceNumber, view.Timestamp, view.Ssrc, nowMicros);
            _firstMicros = nowMicros;
            _lastTransit = 0;
        }
        else
        {
            _extendedTicks += (int)(view.Timestamp - _lastTimestamp);
        }

        PayloadBytes += view.Payload.Length;
        LargestPacketBytes = Math.Max(LargestPacketBytes, packet.Length);
        _lastTimestamp = view.Timestamp;
        TakeTiming(nowMicros, newFrame);
        if (newFrame)
        {
            Frames++;
            _sinceKeyFrames++;
        }

        if ((AccessUnitClassifier.Classify(Plan.Codec, view) & AccessUnitHint.RandomAccess) != 0)
        {
            TakeKeyFrame(nowMicros);
        }
    }

    public void TakeRtcp(ReadOnlySpan<byte> compound, long nowMicros)
    {
        _receiver.TakeRtcp(compound, nowMicros);
        RtcpCompoundReader reader = new(compound);
        bool first = true;
        bool hasCname = false;
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            HasBadCompound |= first && packet.Type is not (RtcpPacketType.SenderReport or RtcpPacketType.ReceiverReport);
            first = false;
            if (packet.Type == RtcpPacketType.SenderReport)
            {
                SenderReports.Add((nowMicros, packet.Ntp, packet.RtpTimestamp));
            }

            if (packet.Type == RtcpPacketType.SourceDescription && packet.Cname is { } cname)
            {
                hasCname = true;
                Cname = cname;
            }
        }

        HasBadCompound |= !hasCname;
    }

    public void OnFirstPacket(TrackReceiver track, long nowMicros)
    {
    }

    public void OnFirstKeyFrame(TrackReceiver track, long nowMicros)
    {
    }

    public void OnBye(TrackReceiver track) => HasBye = true;

    public int WriteReceiverReport(Span<byte> output, uint ssrc, long nowMicros) => _receiver.WriteReceiverReport(output, ssrc, nowMicros);

    private void TakeTiming(long nowMicros, bool newFrame)
    {
        double arrivalTicks = (nowMicros - _firstMicros) * (double)Plan.ClockRate / 1e6;
        double transit = arrivalTicks - _extendedTicks;
        _jitterTicks += (Math.Abs(transit - _lastTransit) - _jitterTicks) / 16; // RFC 3550 A.8
        _lastTransit = transit;
        if (newFrame)
        {
            double x = arrivalTicks;
            double y = _extendedTicks;
            _sumX += x;
            _sumY += y;
            _sumXx += x * x;
            _sumXy += x * y;
            _points++;
        }
    }

    private void TakeKeyFrame(long nowMicros)
    {
        // A key frame's packets may all say so (slices, parameter sets): it counts once.
        if (_lastKeyMicros != 0 && _sinceKeyFrames == 0)
        {
            return;
        }

        if (_lastKeyMicros != 0)
        {
            GopFrames.Add(_sinceKeyFrames);
            KeyIntervalsMicros.Add(nowMicros - _lastKeyMicros);
        }

        _lastKeyMicros = nowMicros;
        _sinceKeyFrames = 0;
    }
}
