using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>
/// What a camera does wrong, and when. The text is a list, separated by commas:
/// <code>
/// loss=1% reorder=2% dup=1% corrupt=1% truncate=1%   packets, by probability; loss=#100: exactly the 101st packet of each session's track
/// jitter=20ms                                         each unit is up to so much late; order stays
/// stall=5s@30s                                        no media for 5 s, 30 s after the start
/// reboot@60s  reboot=10s@60s                          away for 3 s (10 s), everything begins anew
/// bye@90s  close@120s                                 RTCP BYE; RTSP connections closed
/// clock-jump=10s@30s  clock-jump=-10s@30s             its clock is set: RTP timestamps and the time in sender reports jump together
/// sdp-change@30s  sdp-change=size@30s                 sessions end, and it is another camera from then on: H.265 in the place of H.264
/// sdp-change=no-audio@30s                             (or back), smaller pictures, no sound
/// …@60s/60s                                           and again every 60 s
/// stray=1%  stray=#100                                the timestamp of single units is 10 s to 10 h off, either way
/// sr-clock=-1h  sr-clock=random  sr-drift=1%          sender reports tell a time that is an hour behind, nothing true at all, fast by a
///                                                     hundredth (-1%: slow)
/// silent-describe 401-storm nonce-rotate no-rtcp      DESCRIBE is never answered; every request is 401; each nonce is good for one request;
///                                                     no sender reports
/// busy                                                SETUP is answered 453
/// one-session                                         SETUP of a second session of a stream is answered 453
/// refuse-track=audio  refuse-track=audio:461          SETUP of such tracks (video, audio, metadata) is answered 404, another status, or nothing
/// refuse-track=audio:silent
/// slow-answers=12s  slow-answers=12s:PLAY             every request waits so long before it is acted on; or those of one method
/// keepalive=GET_PARAMETER  keepalive=OPTIONS:6s       nothing but this method keeps a session alive; the session's time-out
/// ssrc=per-gop                                        each group of pictures has a new SSRC; numbers and timestamps go on
/// udp-only  rtcp-only                                 SETUP for TCP is answered 461; over UDP the reports arrive, the media does not
/// late-media=4s                                       the first packet comes so long after PLAY, at the next group of pictures
/// video-silent@10s  video-silent=5s@10s               no video any more, or for 5 s, while the other tracks flow; or in the sessions of that
/// video-silent=session@10s                            moment only
/// </code>
/// All is a function of the seed: the same seed gives the same run.
/// </summary>
internal sealed partial record FaultSchedule
{
    private const double StrayMicrosMin = 10e6;
    private const double StrayMicrosMax = 36_000e6;

    public static FaultSchedule None { get; } = new();

    public PacketFault Loss { get; init; } = PacketFault.Never;

    public PacketFault Reorder { get; init; } = PacketFault.Never;

    public PacketFault Duplicate { get; init; } = PacketFault.Never;

    public PacketFault Corrupt { get; init; } = PacketFault.Never;

    public PacketFault Truncate { get; init; } = PacketFault.Never;

    /// <summary>By unit, not by packet.</summary>
    public PacketFault Stray { get; init; } = PacketFault.Never;

    public TimeSpan Jitter { get; init; }

    /// <summary>How far ahead of the truth the time in sender reports is.</summary>
    public TimeSpan ReportOffset { get; init; }

    /// <summary>How much faster than it should the time in sender reports runs: 0.01 is a hundredth.</summary>
    public double ReportDrift { get; init; }

    /// <summary>Each sender report tells any time since 1970.</summary>
    public bool ReportsAtRandom { get; init; }

    public IReadOnlyList<TimedFault> Timed { get; init; } = [];

    public bool SilentDescribe { get; init; }

    public bool UnauthorizedStorm { get; init; }

    public bool RotatesNonce { get; init; }

    public bool NoRtcp { get; init; }

    public bool Busy { get; init; }

    /// <summary>Each stream has one session at a time, for each event loop.</summary>
    public bool OneSession { get; init; }

    /// <summary>Tracks that cannot be set up.</summary>
    public IReadOnlyList<TrackRefusal> RefusedTracks { get; init; } = [];

    /// <summary>Null: requests are acted on at once.</summary>
    public SlowAnswers? SlowAnswers { get; init; }

    /// <summary>Null: every request of a session and every receiver report keeps it alive.</summary>
    public OnlyKeepAlive? OnlyKeepAlive { get; init; }

    /// <summary>Each group of pictures has a new SSRC.</summary>
    public bool SsrcPerGroup { get; init; }

    /// <summary>Interleaved media is refused.</summary>
    public bool UdpOnly { get; init; }

    /// <summary>RTP over UDP is lost on its way, RTCP is not.</summary>
    public bool RtcpOnly { get; init; }

    /// <summary>From PLAY to the first packet.</summary>
    public TimeSpan LateMedia { get; init; }

    /// <summary>True when single packets can be hit, so that batches cannot be sent whole.</summary>
    public bool TouchesPackets => Loss.IsSet || Reorder.IsSet || Duplicate.IsSet || Corrupt.IsSet || Truncate.IsSet;

    /// <summary>Whether a session lives on by a request of this method; null: by a receiver report.</summary>
    public bool KeepsAlive(string? method) => OnlyKeepAlive is not { } only || method == only.Method || method is RtspMethod.Setup or RtspMethod.Play;

    /// <summary>How SETUP of a track of this kind fails; null: it does not.</summary>
    public TrackRefusal? RefusalOf(string mediaType)
    {
        foreach (TrackRefusal refusal in RefusedTracks)
        {
            if (refusal.MediaType == mediaType)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>The fate of the n-th packet of a session's track.</summary>
    public PacketFate FateOf(ulong seed, int track, long ordinal)
    {
        ulong lane = Hash64.Of(seed, (ulong)track);
        PacketFate fate = PacketFate.None;
        fate |= Loss.Strikes(lane + 1, ordinal) ? PacketFate.Lost : 0;
        fate |= Reorder.Strikes(lane + 2, ordinal) ? PacketFate.Reordered : 0;
        fate |= Duplicate.Strikes(lane + 3, ordinal) ? PacketFate.Duplicated : 0;
        fate |= Corrupt.Strikes(lane + 4, ordinal) ? PacketFate.Corrupted : 0;
        fate |= Truncate.Strikes(lane + 5, ordinal) ? PacketFate.Truncated : 0;
        return fate;
    }

    /// <summary>How late a unit leaves, in microseconds.</summary>
    public long JitterMicros(ulong seed, int track, long unit) =>
        Jitter > TimeSpan.Zero ? (long)(Jitter.TotalMicroseconds * Hash64.Unit(Hash64.Of(seed, (ulong)track) + 6, (ulong)unit)) : 0;

    /// <summary>How far off a unit's timestamp is, in microseconds; 0: it is right.</summary>
    public long StrayMicros(ulong seed, int track, long unit)
    {
        ulong lane = Hash64.Of(seed, (ulong)track) + 7;
        if (!Stray.Strikes(lane, unit))
        {
            return 0;
        }

        double distance = StrayMicrosMin + ((StrayMicrosMax - StrayMicrosMin) * Hash64.Unit(lane + 1, (ulong)unit));
        return (long)(Hash64.Unit(lane + 2, (ulong)unit) < 0.5 ? -distance : distance);
    }
}
