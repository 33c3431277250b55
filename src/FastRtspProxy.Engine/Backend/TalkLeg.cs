using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// A session's back channel (ONVIF streaming specification, section 5.3): asked for with DESCRIBE, set up behind the tracks, and sent to while the
/// session plays. One of the camera's back channels is set up, <see cref="BackChannelRecord.Wanted"/>. Whatever becomes of it is the talkers' affair:
/// no session is lost for it. Without <see cref="BackendOptions.BackChannel"/> nothing of it is there. On the session's shard.
/// </summary>
internal sealed class TalkLeg
{
    /// <summary>The largest packet that is passed on: what an Ethernet carries, as a camera is sent nothing in pieces.</summary>
    public const int PacketBytesMax = 1472;

    /// <summary>Sender reports go out so often while somebody talks (RFC 3550 section 6.2).</summary>
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(5);

    /// <summary>So much may wait for a camera that reads at the pace of its speaker; the rest of the connection's queue is for requests.</summary>
    private const int QueuedBytesMax = 4 * 1024;

    private static readonly RtspHeader s_require = new("Require", BackChannelRecord.OptionTag);

    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly CameraDialogue _dialogue;
    private readonly SessionWay _way;
    private readonly CameraChannels _channels;
    private readonly MediaSockets _mediaSockets;

    /// <summary>The camera's, of the newest description.</summary>
    private IReadOnlyList<SdpMedia> _offered = [];

    /// <summary>That which is set up, and its numbers; null: none is.</summary>
    private SdpMedia? _media;
    private TalkNumbers? _numbers;

    /// <summary>Its place among the camera's.</summary>
    private int _section;

    /// <summary>Over TCP; null: over UDP.</summary>
    private ChannelPair? _pair;

    /// <summary>Over UDP; null: over TCP.</summary>
    private TalkSocket? _rtp;
    private TalkSocket? _rtcp;

    /// <summary>Made by the first packet; runs while somebody talks.</summary>
    private ShardTimer? _reportTimer;

    /// <summary>As many packets had been sent when the newest report went out.</summary>
    private uint _packetsReported;

    public TalkLeg(
        BackendContext context, BackendLife life, CameraDialogue dialogue, SessionWay way, CameraChannels channels, MediaSockets mediaSockets)
    {
        _context = context;
        _life = life;
        _dialogue = dialogue;
        _way = way;
        _channels = channels;
        _mediaSockets = mediaSockets;
    }

    /// <summary>What PLAY says besides.</summary>
    public RtspHeader[] PlayHeaders => _media is null ? [] : [s_require];

    private BackChannelRecord? Record => _context.Options.BackChannel;

    /// <summary>DESCRIBE, with the tag where the camera may bear it; where it refuses that, once more without.</summary>
    public async Task<RtspReply> DescribeAsync()
    {
        if (Record is not { } record)
        {
            return await _dialogue.DescribeAsync();
        }

        if (!record.IsAsked(_context.NowMicros))
        {
            RtspReply without = await _dialogue.DescribeAsync();
            if (record.OnAskedWithout(without.IsOk, _context.NowMicros))
            {
                Say("it does not answer when it is asked for it");
            }

            return without;
        }

        RtspReply reply = await _dialogue.DescribeAsync(s_require);
        if (!reply.HasAnswer)
        {
            record.OnUnanswered();
        }
        else if (BackChannelRecord.MayBeAboutTheTag(reply.Status) && !_life.HasEnded)
        {
            int refusal = reply.Status;
            reply = await _dialogue.DescribeAsync();
            if (reply.IsOk)
            {
                record.OnRefused(_context.NowMicros);
                Say($"it answers {refusal} when it is asked for it");
            }
        }

        return reply;
    }

    /// <summary>The camera was described.</summary>
    public void OnDescribed(SdpDocument document)
    {
        _offered = Record is null ? [] : SdpRewriter.BackChannels(document);
        if (Record is { } record && _offered.Count == 0 && record.IsAsked(_context.NowMicros))
        {
            Say("its description has none");
        }
    }

    /// <summary>Sets the wanted one up, when the tracks are; the session goes on without it where that fails.</summary>
    public async Task SetUpAsync()
    {
        if (Record is not { } record || _offered.Count == 0 || _life.HasEnded)
        {
            return;
        }

        _section = Math.Clamp(record.Wanted, 0, _offered.Count - 1);
        SdpMedia media = _offered[_section];
        TransportSpec? offer = Offer();
        if (offer is not { } spec)
        {
            Say("no pair of UDP ports is free on this machine");
            return;
        }

        RtspReply reply = await AskAsync(media, spec);
        if (_life.HasEnded)
        {
            Close(); // once more: the ports came after the session's end
            return;
        }

        if (reply.IsOk && TryTake(reply.Message))
        {
            _media = media;
            _numbers = new TalkNumbers(media.ClockRate);
            record.Said = null;
            BackendLog.BackChannelSetUp(_context.Log, _context.StreamName, media.EncodingName, media.ClockRate, _rtp is null ? "TCP" : "UDP");
        }
        else
        {
            Close();
            if (!reply.HasAnswer)
            {
                record.OnRefused(_context.NowMicros); // each session would wait for it
            }

            Say(reply.HasAnswer ? $"it answers {reply.Status} when it is set up" : "it does not answer when it is set up");
        }
    }

    /// <summary>PLAY with the tag was refused: nobody talks in this session, nor in the next ones. False: it had no tag.</summary>
    public bool TryGiveUp(int status)
    {
        if (_media is null || Record is not { } record)
        {
            return false;
        }

        Close();
        record.OnRefused(_context.NowMicros);
        Say($"it answers {status} when it is played with it");
        return true;
    }

    /// <summary>Passes one packet of a talker on. What it came to is for the talker's counts.</summary>
    /// <param name="section">Which of the camera's back channels it is for.</param>
    /// <param name="packet">As it came; nothing of it has been looked at.</param>
    /// <param name="isFirst">Another talker begins, or the same one anew.</param>
    public TalkOutcome Send(int section, ReadOnlySpan<byte> packet, bool isFirst)
    {
        if (_life.State != BackendState.Playing || _media is null || _numbers is not { } numbers)
        {
            return TalkOutcome.NotThere;
        }

        if (section >= _offered.Count)
        {
            return TalkOutcome.NotThere;
        }

        if (packet.Length > PacketBytesMax || !RtpPacketView.TryParse(packet, out RtpPacketView view, out _)
            || !Knows(_offered[section], view.PayloadType))
        {
            return TalkOutcome.Unusable;
        }

        if (section != _section)
        {
            return TalkOutcome.OtherSection;
        }

        if (_pair is not null && _dialogue.QueuedBytes > QueuedBytesMax)
        {
            return TalkOutcome.Full;
        }

        Span<byte> frame = stackalloc byte[InterleavedFrame.HeaderBytes + PacketBytesMax];
        Span<byte> ours = frame.Slice(InterleavedFrame.HeaderBytes, packet.Length);
        packet.CopyTo(ours);
        numbers.Write(ours, view.Payload.Length, isFirst, _context.NowMicros);
        Send(frame, packet.Length, isRtcp: false);
        if (_reportTimer is not { IsRunning: true })
        {
            (_reportTimer ??= _context.Shard.CreateTimer(OnReportDue)).Start(s_reportInterval);
            SendReport(numbers);
        }

        return TalkOutcome.Sent;
    }

    /// <summary>The session has ended.</summary>
    public void Close()
    {
        _reportTimer?.Stop();
        _media = null;
        _rtp?.Close();
        _rtcp?.Close();
        _rtp = _rtcp = null;
        _pair = null;
    }

    /// <summary>SETUP at the URL that its control means, and where the camera does not know that, at the next one that it may mean.</summary>
    private async Task<RtspReply> AskAsync(SdpMedia media, TransportSpec spec)
    {
        RtspReply first = default;
        foreach (string url in ControlUrl.Candidates(_dialogue.Base, _dialogue.SessionControl, media.Control))
        {
            RtspReply reply = await _dialogue.AskAsync(
                RtspMethod.Setup, url, _context.Timings.SilentTrack, new RtspHeader("Transport", TransportHeader.Format(spec)), s_require);
            if (_life.HasEnded || !TransportSetup.IsUnknownUrl(reply.Status))
            {
                return reply.IsOk || !first.HasAnswer ? reply : first; // what only a further guess met says nothing of the back channel
            }

            first = first.HasAnswer ? first : reply;
        }

        return first;
    }

    private static bool Knows(SdpMedia media, byte payloadType)
    {
        for (int i = 0; i < media.PayloadTypes.Count; i++)
        {
            if (media.PayloadTypes[i] == payloadType)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>By the way of the session's media; a group is for what comes from the camera. Null: this machine has no ports.</summary>
    private TransportSpec? Offer()
    {
        TransportSpec spec = new() { Profile = "RTP/AVP" };
        if (_way.IsTcp)
        {
            return _channels.FreePair() is { } pair ? spec with { Tcp = true, Interleaved = _pair = pair } : null;
        }

        if (!UdpPorts.TryBindPair(null, PortRange.Ephemeral, out Socket? rtp, out Socket? rtcp))
        {
            return null;
        }

        _rtp = Begin(rtp);
        _rtcp = Begin(rtcp);
        return spec with { ClientPort = new PortPair(_rtp.LocalPort, _rtcp.LocalPort) };
    }

    private TalkSocket Begin(Socket socket)
    {
        SocketSetup.SetTrafficClass(socket, _context.Options.Dscp);
        TalkSocket talk = new(_context.Shard, socket, _context.Options.Tap);
        talk.Start();
        return talk;
    }

    private bool TryTake(RtspMessage answer)
    {
        TransportSpec spec = answer.Header("Transport") is { } text && TransportHeader.Parse(text) is [var first, ..]
            ? first
            : new TransportSpec { Tcp = _pair is not null };
        if (_pair is { } asked)
        {
            _pair = _channels.TakeForTalk(asked, spec.Interleaved);
            return true;
        }

        if (spec.Tcp)
        {
            return false;
        }

        (_rtp!.Peer, _rtcp!.Peer) = _mediaSockets.TalkPeers(spec);
        return !_rtp.Peer.IsEmpty;
    }

    /// <summary>While nothing was sent for a whole interval nobody talks, and no more reports go out.</summary>
    private void OnReportDue()
    {
        if (_numbers is { } numbers && numbers.Packets != _packetsReported && _life.State == BackendState.Playing)
        {
            SendReport(numbers);
            _reportTimer!.Start(s_reportInterval * (0.6 + (0.4 * Random.Shared.NextDouble())));
        }
    }

    private void SendReport(TalkNumbers numbers)
    {
        _packetsReported = numbers.Packets;
        Span<byte> frame = stackalloc byte[InterleavedFrame.HeaderBytes + 128];
        Span<byte> report = frame[InterleavedFrame.HeaderBytes..];
        ulong now = NtpTime.FromUnix(_context.Shard.UtcNow);
        int length = RtcpWriter.WriteSenderReport(
            report, numbers.Ssrc, now, numbers.TimestampAt(_context.NowMicros), numbers.Packets, numbers.Octets);
        length += RtcpWriter.WriteSdesCname(report[length..], numbers.Ssrc, ReceiverReports.CanonicalName);
        Send(frame, length, isRtcp: true);
    }

    /// <summary>A packet of that length, behind the room for an interleaved header.</summary>
    private void Send(Span<byte> frame, int length, bool isRtcp)
    {
        if (_pair is { } pair)
        {
            InterleavedFrame.Write(frame, isRtcp ? pair.Rtcp : pair.Rtp, length);
            _dialogue.SendFrame(frame[..(InterleavedFrame.HeaderBytes + length)]);
        }
        else if ((isRtcp ? _rtcp : _rtp) is { Peer.IsEmpty: false } socket)
        {
            _ = socket.TrySend(frame.Slice(InterleavedFrame.HeaderBytes, length));
        }
    }

    private void Say(string why)
    {
        if (Record is { } record && record.Said != why)
        {
            record.Said = why;
            BackendLog.NoBackChannel(_context.Log, _context.StreamName, why);
        }
    }
}
