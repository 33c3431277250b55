using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Simulator.Receive;

/// <summary>One track of one client: takes its packets, knows what is missing, and reports. About 350 bytes; no allocation per packet.</summary>
internal sealed class TrackReceiver(TrackPlan plan, ReceiveBucket bucket, IMediaOwner owner, bool verify) : IMediaTaker
{
    private SequenceTracker _sequence; // mutable structs: not readonly
    private UnitTracker _unit;
    private JoinProbe _join;
    private long _lost;
    private long _packets;
    private long _kernelDrops;
    private long _attributedToTool;
    private long _attributedToServer;
    private long _lastFrameMicros;
    private long _lastSenderReportMicros;
    private long _reportedExpected;
    private long _reportedReceived;
    private uint _ssrc;
    private uint _lastSenderReport;
    private uint _lastTransit;
    private int _jitterSixteenths;
    private bool _hasSource;
    private bool _hasKeyFrame;

    public TrackPlan Plan => plan;

    /// <summary>Packets that are missing now.</summary>
    public long Lost => _lost;

    /// <summary>Packets taken, duplicates not counted.</summary>
    public long Packets => _packets;

    /// <summary>When the last packet came; 0 before the first.</summary>
    public long LastPacketMicros { get; private set; }

    /// <summary>Frames that the camera sent before this are catch-up: Unix microseconds of our PLAY.</summary>
    public long LiveFromUnixMicros { get; set; }

    /// <summary>The source's SSRC, 0 before the first packet.</summary>
    public uint Ssrc => _ssrc;

    /// <summary>Takes a datagram or an interleaved payload of the RTP side. Both clocks were read once for the whole batch.</summary>
    public void TakeRtp(ReadOnlySpan<byte> packet, long nowMicros, long nowUnixMicros)
    {
        ref ReceiveCounters counters = ref bucket.Counters;
        counters.Packets++;
        counters.Bytes += packet.Length;
        if (!RtpPacketView.TryParse(packet, out RtpPacketView view, out _))
        {
            counters.Malformed++;
            counters.Unusable++;
            return;
        }

        if (!plan.Announces(view.PayloadType) || (_hasSource && view.Ssrc != _ssrc && !TakeNewSource(view.Ssrc, nowMicros)))
        {
            counters.Foreign++;
            counters.Unusable++;
            return;
        }

        if (!_hasSource)
        {
            _hasSource = true;
            _ssrc = view.Ssrc;
            owner.OnFirstPacket(this, nowMicros);
        }

        LastPacketMicros = nowMicros;
        SequenceVerdict verdict = _sequence.Take(view.SequenceNumber, out int missing);
        if (verdict != SequenceVerdict.InOrder && !TakeOutOfOrder(verdict, missing, view.Timestamp))
        {
            return;
        }

        _packets++;
        TakeJitter(view.Timestamp, nowMicros);
        if (plan.IsVideo && verdict != SequenceVerdict.Late)
        {
            TakeVideo(view, missing > 0, nowMicros, nowUnixMicros);
        }
    }

    /// <summary>Takes a datagram or an interleaved payload of the RTCP side.</summary>
    public void TakeRtcp(ReadOnlySpan<byte> compound, long nowMicros)
    {
        bucket.Counters.RtcpPackets++;
        RtcpCompoundReader reader = new(compound);
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            if (packet.Type == RtcpPacketType.SenderReport)
            {
                bucket.Counters.SenderReports++;
                _lastSenderReport = NtpTime.Middle(packet.Ntp);
                _lastSenderReportMicros = nowMicros;
            }
            else if (packet.Type == RtcpPacketType.Bye)
            {
                owner.OnBye(this);
                return;
            }
        }

        if (reader.Malformed)
        {
            bucket.Counters.Malformed++;
        }
    }

    /// <summary>Writes RR and SDES about what came so far; returns the bytes.</summary>
    public int WriteReceiverReport(Span<byte> output, uint ownSsrc, long nowMicros)
    {
        int bytes;
        if (_hasSource)
        {
            long expected = _sequence.Expected;
            long expectedSince = Math.Max(0, expected - _reportedExpected);
            long lostSince = Math.Max(0, expectedSince - (_packets - _reportedReceived));
            byte fraction = expectedSince == 0 ? (byte)0 : (byte)Math.Min(255, lostSince * 256 / expectedSince);
            _reportedExpected = expected;
            _reportedReceived = _packets;
            uint delay = _lastSenderReport == 0 ? 0 : (uint)((nowMicros - _lastSenderReportMicros) * 65536 / 1_000_000);
            RtcpReportBlock block = new(
                _ssrc, fraction, (int)Math.Min(_lost, 0x7F_FFFF), (uint)_sequence.Highest, (uint)(_jitterSixteenths >> 4), _lastSenderReport, delay);
            bytes = RtcpWriter.WriteReceiverReport(output, ownSsrc, [block]);
        }
        else
        {
            bytes = RtcpWriter.WriteReceiverReport(output, ownSsrc);
        }

        return bytes + RtcpWriter.WriteSdesCname(output[bytes..], ownSsrc, "rtspsim"u8);
    }

    /// <summary>What the kernel dropped of the socket so far.</summary>
    public void SetKernelDrops(long drops)
    {
        bucket.Counters.KernelDrops += drops - _kernelDrops;
        _kernelDrops = drops;
    }

    /// <summary>
    /// Says whose fault the missing packets are: ours as far as our socket overflowed; where nothing lies between us and the server, the server's.
    /// </summary>
    public void Attribute(bool nothingBetween)
    {
        long tool = Math.Min(_lost, _kernelDrops);
        long server = nothingBetween ? _lost - tool : 0;
        bucket.Counters.LostByTool += tool - _attributedToTool;
        bucket.Counters.LostByServer += server - _attributedToServer;
        _attributedToTool = tool;
        _attributedToServer = server;
    }

    // A camera that was restarted comes with another SSRC; a stray packet of somebody else does so too, but then ours goes on.
    private bool TakeNewSource(uint ssrc, long nowMicros)
    {
        const long SilenceMicros = 200_000;
        if (nowMicros - LastPacketMicros < SilenceMicros)
        {
            return false;
        }

        bucket.Counters.Restarts++;
        _ssrc = ssrc;
        _sequence = default;
        _unit = default;
        return true;
    }

    /// <summary>Counts it; false when the packet is to be ignored.</summary>
    private bool TakeOutOfOrder(SequenceVerdict verdict, int missing, uint timestamp)
    {
        ref ReceiveCounters counters = ref bucket.Counters;
        switch (verdict)
        {
            case SequenceVerdict.Duplicate:
                counters.Duplicated++;
                return false;
            case SequenceVerdict.AfterGap:
                counters.Lost += missing;
                _lost += missing;
                if (_unit.IsOpen)
                {
                    // The end of the open unit is missing, unless this packet belongs to it too; either way it is not whole.
                    _unit.Damage();
                }

                return true;
            case SequenceVerdict.Late:
                counters.Reordered++;
                counters.Lost--;
                _lost--;
                if (_unit.IsOpen && _unit.Timestamp == timestamp)
                {
                    _unit.Damage();
                }

                return true;
            default:
                counters.Restarts++;
                _unit = default;
                return true;
        }
    }

    // RFC 3550 A.8, in integers.
    private void TakeJitter(uint timestamp, long nowMicros)
    {
        uint transit = (uint)(nowMicros * plan.ClockRate / 1_000_000) - timestamp;
        int difference = Math.Abs((int)(transit - _lastTransit));
        if (_packets > 1)
        {
            _jitterSixteenths += difference - ((_jitterSixteenths + 8) >> 4);
        }

        _lastTransit = transit;
    }

    private void TakeVideo(in RtpPacketView view, bool afterGap, long nowMicros, long nowUnixMicros)
    {
        if (_unit.IsOpen && _unit.Timestamp != view.Timestamp)
        {
            // The marker is missing, lost or never sent (quirk: FLIR M400).
            EndUnit(nowMicros, nowUnixMicros);
        }

        if (!_unit.IsOpen)
        {
            _unit.Begin(view.Timestamp, afterGap);
        }

        bool mayBeKey = (AccessUnitClassifier.Classify(plan.Codec, view) & AccessUnitHint.RandomAccess) != 0;
        _unit.Take(plan.Codec == MediaCodec.H265, verify, mayBeKey, plan.HasUnits ? view.Payload : default);
        if (view.Marker)
        {
            EndUnit(nowMicros, nowUnixMicros);
        }
    }

    private void EndUnit(long nowMicros, long nowUnixMicros)
    {
        ref ReceiveCounters counters = ref bucket.Counters;
        bool isKey = _unit.IsKey;
        UnitOutcome outcome = _unit.End(verify && plan.HasUnits);
        counters.Frames++;
        counters.KeyFrames += isKey ? 1 : 0;
        switch (outcome)
        {
            case UnitOutcome.Incomplete:
                counters.UnitsIncomplete++;
                return;
            case UnitOutcome.Corrupt:
                counters.UnitsCorrupt++;
                return;
            case UnitOutcome.Truncated:
                counters.UnitsTruncated++;
                return;
            case UnitOutcome.Verified:
                counters.UnitsVerified++;
                counters.UnitsStamped++;
                break;
            case UnitOutcome.Stamped:
                counters.UnitsStamped++;
                break;
        }

        if (isKey && !_hasKeyFrame)
        {
            _hasKeyFrame = true;
            owner.OnFirstKeyFrame(this, nowMicros);
            if (LiveFromUnixMicros != 0)
            {
                ReceiveBucket.Record(bucket.KeyFrameAfterPlay, nowUnixMicros - LiveFromUnixMicros);
                _join.Begin(_unit.Timestamp, nowUnixMicros);
            }
        }

        long sent = _unit.SentUnixMicros;
        if (sent != 0 && _join.TryTake(_unit.Timestamp, plan.ClockRate, sent, nowUnixMicros, out long behind, out long waitingBehind))
        {
            ReceiveBucket.Record(bucket.BehindLive, behind);
            ReceiveBucket.Record(bucket.WaitingBehindLive, waitingBehind);
        }

        if (sent != 0 && sent < LiveFromUnixMicros)
        {
            // From a cache of the last group of pictures: its age is not the server's delay.
            counters.CatchUpFrames++;
            return;
        }

        if (sent != 0)
        {
            bucket.RecordLatency(nowUnixMicros - sent);
        }

        if (_lastFrameMicros != 0)
        {
            ReceiveBucket.Record(bucket.FrameGap, nowMicros - _lastFrameMicros);
        }

        _lastFrameMicros = nowMicros;
    }
}
