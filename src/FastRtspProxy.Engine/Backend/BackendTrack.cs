using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>One receive track of a session: checks what comes, puts UDP into order, reads the camera's RTCP and writes our reports.</summary>
internal sealed class BackendTrack
{
    /// <summary>Media within so long counts as flowing.</summary>
    public const long FlowingMicros = 2_000_000;

    private readonly IBackendSink _sink;

    /// <summary>Hears of the pictures, where the track carries some.</summary>
    private readonly VideoSilence _silence;
    private readonly bool[] _payloadTypes = new bool[128];
    private readonly ReorderWindow _window = new();
    private readonly KeptPackets _probation = new();
    private RtpReceptionStats _stats = new();
    private MediaPosition _position;
    private ArrivalTicks _arrivals;

    /// <summary>Whose packets are passed on: <see cref="SourceChoice.Source"/> once what waited of the stream before it is through.</summary>
    private uint _source;
    private long _lastRtpMicros;

    /// <summary>The source's newest sender report and when it came; of no meaning without <see cref="_hasReport"/>.</summary>
    private ulong _lastReportNtp;
    private long _lastReportMicros;
    private bool _hasReport;

    public BackendTrack(int index, SdpMedia media, string control, IBackendSink sink, VideoSilence silence)
    {
        Index = index;
        Media = media;
        Controls = [control];
        IsVideo = media.Type.Equals("video", StringComparison.OrdinalIgnoreCase);
        Name = $"track{index + 1} ({media.Type}, {media.EncodingName})";
        _sink = sink;
        _silence = silence;
        _arrivals = new ArrivalTicks(media.ClockRate);
        Sources = new SourceChoice { Named = media.Ssrc };
        foreach (int type in media.PayloadTypes)
        {
            if (type is >= 0 and < 128)
            {
                _payloadTypes[type] = true;
            }
        }
    }

    /// <summary>The place among the receive tracks, from 0.</summary>
    public int Index { get; }

    /// <summary>Its part of the description.</summary>
    public SdpMedia Media { get; }

    /// <summary>The URLs that its SETUP may have, the likeliest first (<see cref="Protocol.Rtsp.ControlUrl.Candidates"/>); never empty.</summary>
    public IReadOnlyList<string> Controls { get; init; }

    /// <summary>Where packets are counted that do not fit; the session's, shared by its tracks.</summary>
    public UnusedPackets Unused { get; init; } = new();

    /// <summary>Its encryption; null: it has none.</summary>
    public TrackProtection? Protection { get; set; }

    /// <summary>It carries pictures.</summary>
    public bool IsVideo { get; }

    /// <summary>For messages: the name that viewers know it by, and what it is.</summary>
    public string Name { get; }

    /// <summary>Why this session goes on without it; null: it is asked for, or was set up.</summary>
    public TrackAbsence? Absence { get; set; }

    /// <summary>Its source has said BYE, and nothing came since.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Our sockets; null when interleaved.</summary>
    public BackendMediaSocket? RtpSocket { get; set; }

    /// <inheritdoc cref="RtpSocket"/>
    public BackendMediaSocket? RtcpSocket { get; set; }

    /// <summary>The multicast group that carries the track; null: none does.</summary>
    public MulticastGroup? Group { get; set; }

    /// <summary>Our channels when interleaved.</summary>
    public ChannelPair? Channels { get; set; }

    /// <summary>Packets passed on.</summary>
    public long Packets { get; private set; }

    /// <summary>Packets of a payload type that the description does not name (RFC 3550 section 5.1: ignored).</summary>
    public long UnknownPayloadTypes { get; private set; }

    /// <summary>Packets that are not RTP version 2, or whose header, extension or padding passes their end.</summary>
    public long Malformed { get; private set; }

    /// <inheritdoc cref="SourceChoice"/>
    public SourceChoice Sources { get; }

    /// <summary>The arrival of the first packet passed on; of no meaning while <see cref="Packets"/> is 0.</summary>
    public long FirstRtpMicros { get; private set; }

    /// <summary>RTP or RTCP that is not our own has come, whatever its payload type: a sign of life, but no media.</summary>
    public bool HasHeard { get; private set; }

    /// <summary>The last RTP packet's arrival.</summary>
    public long LastRtpMicros => _lastRtpMicros;

    /// <summary>Packets that are missing in the numbers of its sources, one after the other; late ones count as come.</summary>
    public long Lost => _stats.LostOfAll;

    /// <inheritdoc cref="RtpReceptionStats.Jitter"/>
    public uint JitterTicks => _stats.Jitter;

    /// <inheritdoc cref="LossReport"/>
    public LossReport Losses { get; } = new();

    /// <summary>The window, for its counts.</summary>
    public ReorderWindow Window => _window;

    /// <summary>Media of it came a moment ago.</summary>
    public bool Flows(long nowMicros) => Packets > 0 && nowMicros - _lastRtpMicros < FlowingMicros;

    /// <summary>True where the payload type is one of ours.</summary>
    public bool Knows(byte payloadType) => _payloadTypes[payloadType & 0x7F];

    /// <summary>A new PLAY: sequence numbers may start anew.</summary>
    public void OnPlay()
    {
        _window.Reset();
        _position.Break();
        HasEnded = false;
        Sources.BeginAnew();
    }

    /// <summary>How much of it came, by its timestamps.</summary>
    public TimeSpan Played => _position.Played(Media.ClockRate);

    /// <summary>An interleaved packet: in order by nature.</summary>
    public void OnOrderedRtp(ReadOnlySpan<byte> packet, long nowMicros)
    {
        if (!TryCheck(ref packet, nowMicros, out RtpPacketView view))
        {
            return;
        }

        switch (Sources.Judge(view.Ssrc, view.SequenceNumber, nowMicros, isOrdered: true))
        {
            case SourceVerdict.GoesOn:
                Pass(view, packet, nowMicros);
                break;
            case SourceVerdict.Begins:
                BeginSource(nowMicros);
                Pass(view, packet, nowMicros);
                break;
        }
    }

    /// <summary>A datagram.</summary>
    public void OnDatagram(ReadOnlySpan<byte> packet, long nowMicros)
    {
        if (!TryCheck(ref packet, nowMicros, out RtpPacketView view))
        {
            return;
        }

        switch (Sources.Judge(view.Ssrc, view.SequenceNumber, nowMicros, isOrdered: false))
        {
            case SourceVerdict.GoesOn:
                Order(view, packet, nowMicros);
                break;
            case SourceVerdict.Begins:
                BeginSource(nowMicros);
                OrderKept(view.SequenceNumber, nowMicros);
                Order(view, packet, nowMicros);
                break;
            case SourceVerdict.Keep:
                _probation.Add(packet, isFirst: Sources.Kept == 1);
                break;
        }
    }

    /// <summary>Stops waiting for packets that are missing for longer than the limit. True while some still wait.</summary>
    public bool OnReorderTick(long nowMicros, long limitMicros)
    {
        while (_window.Held > 0 && nowMicros - _window.HeldSinceMicros >= limitMicros)
        {
            GiveUpGap(nowMicros);
        }

        return _window.Held > 0;
    }

    /// <summary>The camera's RTCP. True for a BYE of the source that plays.</summary>
    /// <param name="compound">As it came.</param>
    /// <param name="isGroup">Other receivers send reports there as well: only a sender's is a sign of life, and one name is the camera's.</param>
    /// <param name="nowMicros">The shard's clock.</param>
    public bool OnRtcp(ReadOnlySpan<byte> compound, bool isGroup, long nowMicros)
    {
        bool bye = false;
        RtcpCompoundReader reader = new(compound);
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            HasHeard |= !isGroup || packet.Type == RtcpPacketType.SenderReport;
            switch (packet.Type)
            {
                case RtcpPacketType.SenderReport when !Sources.HasSource || Sources.IsOfStream(packet.Ssrc):
                    (_hasReport, _lastReportNtp, _lastReportMicros) = (true, packet.Ntp, nowMicros);
                    _sink.OnSenderReport(Index, Sources.HasSource ? Sources.Source : packet.Ssrc, packet.Ntp, packet.RtpTimestamp, nowMicros);
                    break;
                case RtcpPacketType.SourceDescription
                    when packet.TryGetCname(out uint named, out ReadOnlySpan<byte> name) && (!isGroup || Sources.IsOfStream(named)):
                    _sink.OnCanonicalName(Index, name);
                    break;
                case RtcpPacketType.Bye:
                    bye |= Sources.HasSource && packet.Leaves(Sources.Ssrc);
                    break;
            }
        }

        HasEnded |= bye;
        return bye;
    }

    /// <summary>Writes an RR and our SDES: what keeps a session alive with many a camera (RFC 3550 sections 6.4.2 and 6.5).</summary>
    public int WriteReceiverReport(Span<byte> output, uint ownSsrc, string cname, long nowMicros)
    {
        int written;
        if (Sources.HasSource)
        {
            // LSR and DLSR: section 6.4.1.
            Span<RtcpReportBlock> blocks =
            [
                new RtcpReportBlock(
                    Sources.Ssrc,
                    _stats.FractionLostAndReset(),
                    (int)Math.Clamp(_stats.Lost, -0x80_0000, 0x7F_FFFF),
                    _stats.ExtendedHighest,
                    _stats.Jitter,
                    _hasReport ? NtpTime.Middle(_lastReportNtp) : 0,
                    _hasReport ? NtpTime.Delay(TimeSpan.FromMicroseconds(nowMicros - _lastReportMicros)) : 0),
            ];
            written = RtcpWriter.WriteReceiverReport(output, ownSsrc, blocks);
        }
        else
        {
            written = RtcpWriter.WriteReceiverReport(output, ownSsrc);
        }

        return written + RtcpWriter.WriteSdesCname(output[written..], ownSsrc, cname);
    }

    /// <summary>Closes the sockets and gives kept packets back.</summary>
    public void Close()
    {
        RtpSocket?.Close();
        RtcpSocket?.Close();
        RtpSocket = RtcpSocket = null;
        _window.Reset();
        _probation.Clear();
    }

    private bool TryCheck(ref ReadOnlySpan<byte> packet, long nowMicros, out RtpPacketView view)
    {
        if (Protection is { } protection && !protection.TryOpenRtp(ref packet, nowMicros))
        {
            HasHeard = true;
            view = default;
            return false;
        }

        if (!RtpPacketView.TryParse(packet, out view, out _))
        {
            Malformed++;
            Unused.CountMalformed();
            return false;
        }

        HasHeard = true;
        if (!_payloadTypes[view.PayloadType])
        {
            UnknownPayloadTypes++;
            LeaveOut(view, nowMicros);
            Unused.CountType(view.PayloadType);
            return false;
        }

        return true;
    }

    /// <summary>A packet that nobody is to get. One of the stream's numbers is not missing for it: nothing waits, and it is no loss.</summary>
    private void LeaveOut(in RtpPacketView view, long nowMicros)
    {
        if (Sources.HasSource && view.Ssrc == Sources.Ssrc && _position.LeaveOut(view.SequenceNumber))
        {
            _stats.UpdateUnused(view.SequenceNumber);
            _window.LeaveOut(view.SequenceNumber);
            TakeHeld(nowMicros);
        }
    }

    /// <summary>
    /// What was kept of a stream that plays now, before the packet that confirmed it. One may have overtaken another, so the window begins at the
    /// lowest number.
    /// </summary>
    private void OrderKept(ushort sequenceNumber, long nowMicros)
    {
        int lowest = 0;
        for (int i = 0; i < Sources.Kept; i++)
        {
            if (RtpPacketView.TryParse(_probation.View(i), out RtpPacketView view, out _)
                && (short)(view.SequenceNumber - sequenceNumber) > -ReorderWindow.Capacity)
            {
                lowest = Math.Min(lowest, (short)(view.SequenceNumber - sequenceNumber));
            }
        }

        _window.StartAt((ushort)(sequenceNumber + lowest));
        for (int i = 0; i < Sources.Kept; i++)
        {
            if (RtpPacketView.TryParse(_probation.View(i), out RtpPacketView view, out _))
            {
                Order(view, _probation.View(i), nowMicros);
            }
        }

        _probation.Clear();
    }

    private void Order(in RtpPacketView view, ReadOnlySpan<byte> packet, long nowMicros)
    {
        while (true)
        {
            switch (_window.Offer(view.SequenceNumber, packet, nowMicros))
            {
                case ReorderAction.Pass:
                    Pass(view, packet, nowMicros);
                    return;
                case ReorderAction.PassAndTake:
                    Pass(view, packet, nowMicros);
                    TakeHeld(nowMicros);
                    return;
                case ReorderAction.MakeRoom when _window.Held == 0:
                    _window.SkipTo(view.SequenceNumber);
                    continue;
                case ReorderAction.MakeRoom:
                    GiveUpGap(nowMicros);
                    continue;
                case ReorderAction.Restart:
                    Restart(view.SequenceNumber, nowMicros);
                    continue;
                default:
                    return;
            }
        }
    }

    /// <summary>Another stream plays from here on. What waits of the one before it goes first: nothing of it will close its gaps.</summary>
    private void BeginSource(long nowMicros)
    {
        PassHeld(nowMicros);
        _source = Sources.Source;
        _hasReport = false;
        _position.Break();
        _stats = new RtpReceptionStats { LostBefore = _stats.LostOfAll };
        _window.Reset();
    }

    /// <summary>The stream's numbers began anew: what waits goes first, then the packet that said so before this one confirmed it.</summary>
    private void Restart(ushort sequenceNumber, long nowMicros)
    {
        PassHeld(nowMicros);
        if (!_window.TryTakeCandidate(out byte[] memory, out int length)
            || !RtpPacketView.TryParse(memory.AsSpan(0, length), out RtpPacketView view, out _))
        {
            _window.Reset();
            return;
        }

        bool isFirst = (short)(view.SequenceNumber - sequenceNumber) < 0;
        _window.StartAt(isFirst ? view.SequenceNumber : sequenceNumber);
        _ = _window.Offer(view.SequenceNumber, memory.AsSpan(0, length), nowMicros);
        if (isFirst)
        {
            Pass(view, memory.AsSpan(0, length), nowMicros);
        }

        ReorderWindow.Return(memory);
    }

    private void PassHeld(long nowMicros) => _ = OnReorderTick(nowMicros, limitMicros: long.MinValue);

    private void Pass(in RtpPacketView view, ReadOnlySpan<byte> packet, long nowMicros)
    {
        _lastRtpMicros = nowMicros;
        HasEnded = false;
        FirstRtpMicros = Packets++ == 0 ? nowMicros : FirstRtpMicros;

        if (IsVideo)
        {
            _silence.OnPicture(nowMicros);
        }

        _stats.Update(view.SequenceNumber, view.Timestamp, _arrivals.At(nowMicros));
        _position.Note(view.Timestamp, Media.ClockRate);
        if (!_position.GoesOn(view.SequenceNumber, out int leftOut))
        {
            _sink.OnGap(Index);
        }

        if (leftOut > 0)
        {
            _sink.OnLeftOut(Index, leftOut);
        }

        _sink.OnRtp(Index, _source, view, packet, nowMicros);
    }

    private void GiveUpGap(long nowMicros)
    {
        _window.SkipGap();
        TakeHeld(nowMicros);
    }

    private void TakeHeld(long nowMicros)
    {
        while (_window.TryTake(out byte[] memory, out int length))
        {
            if (RtpPacketView.TryParse(memory.AsSpan(0, length), out RtpPacketView view, out _))
            {
                Pass(view, memory.AsSpan(0, length), nowMicros);
            }

            ReorderWindow.Return(memory);
        }
    }
}
