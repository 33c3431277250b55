using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.Protocol.Srtp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// One RTSP session with a recorder that is one viewer's alone (ONVIF streaming specification, replay): what the viewer asks is asked here one to
/// one, and what comes goes on as it came, packet by packet, to <see cref="IReplayMedia"/>. The media is interleaved in the RTSP connection, always:
/// so a viewer that reads slowly makes the recorder wait (<see cref="Hold"/>), and nothing is lost. Nothing is kept, timed, counted or repaired here.
/// From the connection to its end, never used twice; methods never throw. All of it lives on one shard.
/// </summary>
internal sealed class ReplayLeg : IBackendSink, IFrameTaker
{
    /// <summary>In <see cref="_trackOf"/>: nobody's channel.</summary>
    private const byte Nobody = byte.MaxValue;

    /// <summary>A viewer's RTCP that is larger is no report.</summary>
    private const int RtcpBytesMax = 1500;

    /// <summary>While so much waits for the recorder, the viewer's reports are left out.</summary>
    private const int QueuedBytesMax = 16 * 1024;

    private static readonly BackendFailure s_stopped = new(BackendFailureKind.Stopped, "stopped");

    /// <summary>Keep-alives are that far apart at the most, and half of the recorder's time-out.</summary>
    private static readonly TimeSpan s_keepAliveMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_keepAliveMin = TimeSpan.FromSeconds(1);

    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly CameraDialogue _dialogue;
    private readonly IReplayMedia _media;
    private readonly ShardTimer _keepAlive;

    /// <summary>By channel of the connection: twice the track's index, and one more for its RTCP.</summary>
    private readonly byte[] _trackOf = new byte[256];

    /// <summary>By track: where its RTCP goes; as long as <see cref="Media"/>, 0 until the track's SETUP was answered.</summary>
    private byte[] _rtcpChannels = [];

    /// <summary>By track, as <see cref="Media"/>: what its control may mean (<see cref="ControlUrl.Candidates"/>); null: nobody has asked.</summary>
    private IReadOnlyList<string>?[] _urls = [];

    /// <summary>Which of the URLs that a control may mean the recorder takes (<see cref="ControlUrl.Candidates"/>).</summary>
    private int _controlReading;

    /// <summary>The recorder does not take GET_PARAMETER as a keep-alive.</summary>
    private bool _asksOptions;

    /// <summary>It is held, or was since the keep-alive in hand was asked: that may be why there is no answer.</summary>
    private bool _wasHeld;
    private bool _isHeld;

    /// <summary>The viewer wants no more: set before the end begins, and nothing goes to <see cref="_media"/> any more.</summary>
    private bool _isOver;

    /// <summary>The one end.</summary>
    private Task? _closing;

    public ReplayLeg(BackendOptions options, IReplayMedia media, Shard shard, ILogger log)
    {
        _context = new BackendContext(options, this, shard, log);
        _media = media;
        _life = new BackendLife(_context, static failure => failure, OnLost);
        _dialogue = new CameraDialogue(_context, _life);
        _keepAlive = shard.CreateTimer(() => _ = KeepAliveAsync());
        Array.Fill(_trackOf, Nobody);
    }

    /// <summary>The recorder's description; null before it was read.</summary>
    public SdpDocument? Description { get; private set; }

    /// <summary>The tracks that viewers are offered, in order.</summary>
    public IReadOnlyList<SdpMedia> Media { get; private set; } = [];

    /// <inheritdoc cref="CameraDialogue.FailureOf"/>
    public BackendFailure FailureOf(string method, RtspReply reply) => _dialogue.FailureOf(method, reply);

    /// <summary>Connects and reads the description; an answer of 2xx came with one.</summary>
    /// <param name="asked">What the viewer says with its request.</param>
    public async Task<RtspReply> OpenAsync(RtspHeader[] asked)
    {
        for (int hop = 0; ; hop++)
        {
            if (_life.HasEnded)
            {
                return Ended();
            }

            _life.Move(BackendState.Connecting);
            if (await _dialogue.ConnectAsync(this) is { } unreachable)
            {
                return new RtspReply(null, _life.Lose(unreachable));
            }

            if (_life.HasEnded)
            {
                return Ended();
            }

            _life.Move(BackendState.Describing);
            RtspReply reply = await _dialogue.DescribeAsync(asked);
            if (_life.HasEnded || !reply.IsRedirect)
            {
                return _life.HasEnded ? Ended() : reply.IsOk ? TakeDescription(reply) : reply;
            }

            if (_dialogue.FollowRedirect(reply.Message!, hop) is { } problem)
            {
                return new RtspReply(null, _life.Lose(problem));
            }
        }
    }

    /// <summary>SETUP of a track; its packets come from then on.</summary>
    public async Task<RtspReply> SetUpAsync(int track, RtspHeader[] asked)
    {
        ChannelPair channels = PairFor(track);
        Assign(track, channels);
        RtspReply reply = await _context.Options.Profiles.SetUpAsync(
            Media[track], isProtected: false, profile => AskForTrackAsync(track, Headers(profile)));
        if (reply.IsOk && !TryTake(track, channels, reply.Message))
        {
            return new RtspReply(null, new BackendFailure(
                BackendFailureKind.NoWay, "the recorder does not send in the RTSP connection, which replay needs: media over UDP cannot wait"));
        }

        ScheduleKeepAlive();
        return reply;

        RtspHeader[] Headers(string profile) =>
            [new("Transport", TransportHeader.Format(new TransportSpec { Profile = profile, Tcp = true, Interleaved = channels })), .. asked];
    }

    /// <summary>
    /// Any other request of the viewer. When the answer is given, all that came before it was given to <see cref="IReplayMedia"/>, and nothing that
    /// comes after it is before <see cref="Release"/>.
    /// </summary>
    /// <param name="method">Which.</param>
    /// <param name="track">Whose; null: of all.</param>
    /// <param name="asked">What the viewer says with it.</param>
    /// <param name="body">The same in the body.</param>
    public async Task<RtspReply> AskAsync(string method, int? track, RtspHeader[] asked, ReadOnlyMemory<byte> body)
    {
        string url = track is { } one ? UrlsOf(one)[Math.Min(_controlReading, UrlsOf(one).Count - 1)] : _dialogue.Aggregate;
        RtspReply reply = await _dialogue.AskAsync(method, url, _context.Timings.Answer, asked, body);
        if (_life.HasEnded)
        {
            return Ended();
        }

        if (reply.HasAnswer)
        {
            // In the midst of what was read: the answer's place among the packets is kept.
            _media.OnBatchEnd();
            Hold();
        }

        return reply;
    }

    /// <summary>Which track's URL that is, by the names that the recorder gives them; below 0: none's.</summary>
    public int TrackAt(string url)
    {
        for (int i = 0; i < Media.Count; i++)
        {
            foreach (string known in UrlsOf(i))
            {
                if (known.Equals(url, StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }

            // Quirk: not a URL but the control as it was described; or one on a host as the recorder knows itself.
            if (Media[i].Control is { Length: > 0 } control && url.EndsWith(control, StringComparison.OrdinalIgnoreCase)
                && (url.Length == control.Length || url[^(control.Length + 1)] == '/'))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The viewer's RTCP for a track, as it came.</summary>
    public void SendRtcp(int track, ReadOnlySpan<byte> compound)
    {
        if (_life.HasEnded || compound.Length > RtcpBytesMax || _dialogue.QueuedBytes > QueuedBytesMax
            || track >= _rtcpChannels.Length || _rtcpChannels[track] is not (> 0 and byte channel))
        {
            return;
        }

        Span<byte> frame = stackalloc byte[InterleavedFrame.HeaderBytes + RtcpBytesMax];
        InterleavedFrame.Write(frame, channel, compound.Length);
        compound.CopyTo(frame[InterleavedFrame.HeaderBytes..]);
        _dialogue.SendFrame(frame[..(InterleavedFrame.HeaderBytes + compound.Length)]);
    }

    /// <summary>The viewer cannot take more now: the recorder waits.</summary>
    public void Hold()
    {
        _isHeld = _wasHeld = true;
        _dialogue.Hold();
    }

    /// <summary>The viewer takes more again.</summary>
    public void Release()
    {
        _isHeld = false;
        _dialogue.Release();
    }

    /// <summary>TEARDOWN where the recorder holds a session, bounded, then the connection. Never fails; may be called again.</summary>
    public Task CloseAsync() => _closing ??= CloseOnceAsync();

    /// <inheritdoc/>
    void IFrameTaker.OnFrame(byte channel, ReadOnlySpan<byte> payload)
    {
        if (_trackOf[channel] is not Nobody and byte place && !_isOver)
        {
            _media.OnPacket(place >> 1, (place & 1) != 0, payload);
        }
    }

    /// <inheritdoc/>
    void IFrameTaker.OnBatchEnd()
    {
        if (!_isOver)
        {
            _media.OnBatchEnd();
        }
    }

    /// <inheritdoc/>
    void IBackendSink.OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros)
    {
    }

    /// <inheritdoc/>
    void IBackendSink.OnSenderReport(int track, uint source, ulong ntp, uint rtpTimestamp, long arrivalMicros)
    {
    }

    /// <inheritdoc/>
    void IBackendSink.OnCanonicalName(int track, ReadOnlySpan<byte> name)
    {
    }

    /// <inheritdoc/>
    void IBackendSink.OnGap(int track)
    {
    }

    /// <inheritdoc/>
    void IBackendSink.OnBatchEnd()
    {
    }

    /// <inheritdoc/>
    void IBackendSink.OnMoved(BackendState to)
    {
    }

    /// <inheritdoc/>
    void IBackendSink.OnSessionChanged()
    {
    }

    private RtspReply Ended() => new(null, _life.Failure ?? s_stopped);

    private void OnLost(BackendFailure failure)
    {
        _keepAlive.Stop();
        if (!_isOver)
        {
            _media.OnLost(failure);
        }
    }

    private RtspReply TakeDescription(RtspReply reply)
    {
        RtspMessage answer = reply.Message!;
        if (!SdpDocument.TryParse(answer.Body, out SdpDocument? document, out SdpDefect defect))
        {
            return Lose(BackendFailureKind.BadDescription, $"the recorder's description (SDP) cannot be read: {defect}");
        }

        IReadOnlyList<SdpMedia> media = SdpRewriter.Served(document);
        if (media.Count is 0 or > ReceiveTracks.CountMax)
        {
            return Lose(BackendFailureKind.NoMedia, media.Count == 0
                ? "the recorder's description (SDP) has no track that can be passed on"
                : $"the recorder's description (SDP) has more than {ReceiveTracks.CountMax} tracks");
        }

        if (media.Any(static one => SrtpOffer.IsProtected(one.Protocol)))
        {
            return Lose(
                BackendFailureKind.BadDescription, "the recorder encrypts its media (SRTP), which replay does not read: switch SRTP off in it");
        }

        _dialogue.TakeUrls(answer, document.Control);
        (Description, Media) = (document, media);
        _rtcpChannels = new byte[media.Count];
        _urls = new IReadOnlyList<string>?[media.Count];
        _life.Move(BackendState.Described);
        return reply;
    }

    private RtspReply Lose(BackendFailureKind kind, string message) => new(null, _life.Lose(kind, message));

    /// <summary>SETUP at the URL that the track's control means, and after a 404 at the next one that it may mean.</summary>
    private async Task<RtspReply> AskForTrackAsync(int track, RtspHeader[] headers)
    {
        IReadOnlyList<string> urls = UrlsOf(track);
        RtspReply first = default;
        for (int i = 0; i < urls.Count; i++)
        {
            int reading = (_controlReading + i) % urls.Count;
            RtspReply reply = await _dialogue.AskAsync(RtspMethod.Setup, urls[reading], _context.Timings.Answer, headers);
            if (_life.HasEnded)
            {
                return Ended();
            }

            if (reply.Status is not (RtspStatus.NotFound or RtspStatus.BadRequest or RtspStatus.Gone))
            {
                _controlReading = reply.IsOk ? reading : _controlReading;
                return i == 0 || reply.IsOk ? reply : first;
            }

            first = i == 0 ? reply : first;
        }

        return first;
    }

    private IReadOnlyList<string> UrlsOf(int track) => _urls[track] ??=
        ControlUrl.Candidates(_dialogue.Base, _dialogue.SessionControl, Media[track].Control);

    /// <summary>The channels are those of the answer; where it has none, those that we asked for. False: it is not interleaved.</summary>
    private bool TryTake(int track, ChannelPair asked, RtspMessage answer)
    {
        IReadOnlyList<TransportSpec> specs = answer.Header("Transport") is { } text ? TransportHeader.Parse(text) : [];
        if (specs.Count > 0 && !specs[0].Tcp)
        {
            return false;
        }

        ChannelPair channels = specs.Count > 0 && specs[0].Interleaved is { } answered && IsFree(track, answered) ? answered : asked;
        if (channels != asked)
        {
            _trackOf[asked.Rtp] = _trackOf[asked.Rtcp] = Nobody;
        }

        Assign(track, channels);
        _rtcpChannels[track] = channels.Rtcp;
        return true;
    }

    /// <summary>By the track's number, or the first that is nobody's: a recorder may number them itself, in the order of the SETUPs.</summary>
    private ChannelPair PairFor(int track)
    {
        int channel = 2 * track;
        for (int next = 0; !IsFree(track, PairAt(channel)) && next < _trackOf.Length; next += 2)
        {
            channel = next;
        }

        return PairAt(channel);
    }

    private static ChannelPair PairAt(int channel) => new((byte)channel, (byte)(channel + 1));

    private bool IsFree(int track, ChannelPair channels) =>
        channels.Rtp != channels.Rtcp && IsFree(track, channels.Rtp) && IsFree(track, channels.Rtcp);

    private bool IsFree(int track, byte channel) => _trackOf[channel] == Nobody || _trackOf[channel] >> 1 == track;

    private void Assign(int track, ChannelPair channels)
    {
        _trackOf[channels.Rtp] = (byte)(2 * track);
        _trackOf[channels.Rtcp] = (byte)((2 * track) + 1);
        _dialogue.Expect(channels.Rtp);
        _dialogue.Expect(channels.Rtcp);
    }

    private TimeSpan KeepAlivePeriod => TimeSpan.FromTicks(Math.Clamp(_dialogue.Id.Timeout.Ticks / 2, s_keepAliveMin.Ticks, s_keepAliveMax.Ticks));

    private void ScheduleKeepAlive()
    {
        if (!_life.HasEnded && !_isOver && _dialogue.Id.Value is not null)
        {
            TimeSpan quiet = TimeSpan.FromMicroseconds(_context.NowMicros - _dialogue.LastRequestMicros);
            _keepAlive.Start(quiet < KeepAlivePeriod ? KeepAlivePeriod - quiet : KeepAlivePeriod);
        }
    }

    /// <summary>Whatever the viewer asks is a sign of life, too: only where it has asked nothing for a while, we do.</summary>
    private async Task KeepAliveAsync()
    {
        if (!_life.HasEnded && _context.NowMicros - _dialogue.LastRequestMicros >= (long)KeepAlivePeriod.TotalMicroseconds)
        {
            _wasHeld = _isHeld;
            string method = _asksOptions ? RtspMethod.Options : RtspMethod.GetParameter;
            RtspReply reply = await _dialogue.AskAsync(method, _dialogue.Aggregate, _context.Timings.ShortAnswer);
            if (_life.HasEnded)
            {
                return;
            }

            if (reply.Status == RtspStatus.SessionNotFound)
            {
                _life.Lose(BackendFailureKind.KeepAliveRefused, "the recorder has ended the session (a keep-alive was answered 454)");
            }
            else if (!reply.HasAnswer && !_wasHeld)
            {
                _life.Lose(reply.Failure);
            }

            _asksOptions |= reply.Status >= RtspStatus.BadRequest;
        }

        ScheduleKeepAlive();
    }

    private async Task CloseOnceAsync()
    {
        _isOver = true;
        _keepAlive.Stop();
        Release(); // the answer to the TEARDOWN may stand behind what was held
        if (_dialogue.OwesTeardown)
        {
            _life.Move(BackendState.TearingDown);
            _ = await _dialogue.AskAsync(RtspMethod.Teardown, _dialogue.Aggregate, _context.Timings.Teardown);
        }

        _life.Move(BackendState.Closed);
        _dialogue.Close(s_stopped);
    }
}
