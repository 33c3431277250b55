using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// SETUP of the tracks, strictly one after the other: cameras were seen to fail on pipelined SETUPs. Offers the present way, takes what the camera
/// answers, and judges what a SETUP that failed means for the session (<see cref="TrackSetup"/>).
/// </summary>
internal sealed class TransportSetup(
    BackendContext context,
    BackendLife life,
    CameraDialogue dialogue,
    SessionWay way,
    TrackSupervision supervision,
    CameraChannels channels,
    MediaSockets sockets)
{
    /// <summary>Which of <see cref="BackendTrack.Controls"/> the camera took for the newest track; 0 before the first SETUP.</summary>
    private int _controlReading;

    /// <summary>Sets every track up that the camera gives. A failure has ended the session.</summary>
    public async Task<BackendFailure?> SetUpAsync(IReadOnlyList<BackendTrack> tracks)
    {
        TimeSpan waited = TimeSpan.Zero;
        foreach (BackendTrack track in tracks)
        {
            bool isNeeded = TrackSetup.IsNeeded(tracks, track);
            if (!isNeeded && supervision.LeavesOutUnasked(track))
            {
                continue;
            }

            long askedMicros = context.NowMicros;
            if (await SetUpAsync(track, isNeeded, PatienceFor(isNeeded, waited)) is { } failure)
            {
                failure = Named(track, failure);
                if (life.HasEnded || TrackSetup.Judge(isNeeded, failure.Kind, failure.Status) != SetupVerdict.LeaveOut)
                {
                    supervision.OnSetUpEnded(track, isNeeded, failure);
                    return life.Lose(failure);
                }

                supervision.LeaveOut(track, failure);
                waited += failure.Status == 0 ? TimeSpan.FromMicroseconds(context.NowMicros - askedMicros) : TimeSpan.Zero;
            }
            else if (life.HasEnded)
            {
                return life.Failure;
            }
            else
            {
                supervision.OnPresent(track);
            }
        }

        return null;
    }

    /// <summary>A group cannot be joined. The camera holds a session for it by now, so the next way needs another one.</summary>
    public BackendFailure CannotJoin(MulticastGroup group) =>
        way.OnFailed(new BackendFailure(
            BackendFailureKind.Refused, $"the multicast group {AddressText.WithPort(group.Address.ToString(), group.Ports.Rtp)} cannot be joined"));

    /// <summary>The first SETUP makes the session: a camera that starts its encoder for it is slow whichever track it is for.</summary>
    private TimeSpan PatienceFor(bool isNeeded, TimeSpan waited) => isNeeded || (!way.IsAnyTrackSetUp && waited == TimeSpan.Zero)
        ? context.Timings.Answer
        : TrackSetup.Patience(context.Timings.SilentTrack, waited, TimeSpan.FromMicroseconds(dialogue.SlowestAnswerMicros), context.Timings.Answer);

    /// <summary>The failure of a track's SETUP, with the track's name, and with what may be the reason where the keys were ours.</summary>
    private static BackendFailure Named(BackendTrack track, BackendFailure failure)
    {
        if (!failure.Message.StartsWith(RtspMethod.Setup, StringComparison.Ordinal))
        {
            return failure;
        }

        string keys = failure.Status > 0 && track.Protection?.Doubt is { } doubt ? $" (the keys were ours, because {doubt})" : string.Empty;
        return failure with { Message = $"{RtspMethod.Setup} of {track.Name}{failure.Message[RtspMethod.Setup.Length..]}{keys}" };
    }

    /// <summary>Sets one track up, by one way after the other while nothing else is set up.</summary>
    private async Task<BackendFailure?> SetUpAsync(BackendTrack track, bool isNeeded, TimeSpan limit)
    {
        if (Unaskable(track) is { } unaskable)
        {
            return unaskable;
        }

        while (true)
        {
            MulticastGroup? group = way.Current == MediaWay.Multicast ? sockets.AllowedGroup(MulticastGroup.Of(track.Media)) : null;
            BackendFailure? failure;
            if (!way.IsTcp && group is null && !sockets.TryBind(track))
            {
                failure = way.OnUnusable(track, new BackendFailure(BackendFailureKind.Refused, "no pair of UDP ports is free on this machine"));
            }
            else
            {
                RtspReply reply = await AskAsync(track, Offer(track, group), limit);
                if (life.HasEnded || !reply.HasAnswer)
                {
                    way.OnUnanswered(isNeeded ? life.Failure ?? reply.Failure : null);
                    return life.Failure ?? reply.Failure;
                }

                if (reply.IsOk)
                {
                    return Take(track, reply.Message, group);
                }

                if (isNeeded && dialogue.RedirectOf(reply) is { } elsewhere)
                {
                    return elsewhere;
                }

                failure = way.OnSetUpRefused(track, isNeeded, dialogue.FailureOf(RtspMethod.Setup, reply));
            }

            if (failure is not null)
            {
                return failure;
            }
        }
    }

    /// <summary>Why the track is not asked for, with the status that a camera would refuse it with; null: it is.</summary>
    private static BackendFailure? Unaskable(BackendTrack track)
    {
        if (track.Protection is { Problem: { } problem })
        {
            return new BackendFailure(BackendFailureKind.Refused, $"{track.Name} is encrypted (SRTP), and {problem}")
            {
                Status = KeyManagement.FailureStatus,
            };
        }

        int length = track.Controls[0].Length;
        return length <= CameraDialogue.UrlCharsMax ? null
            : new BackendFailure(
                BackendFailureKind.Refused,
                $"{track.Name} has a control URL of {length} characters, and the longest that is sent has {CameraDialogue.UrlCharsMax}")
            {
                Status = RtspStatus.RequestUriTooLong,
            };
    }

    private Task<RtspReply> AskAsync(BackendTrack track, TransportSpec offer, TimeSpan limit) => context.Options.Profiles.SetUpAsync(
        track.Media, track.Protection is not null, profile => AskAsync(track, TransportHeader.Format(offer with { Profile = profile }), limit));

    /// <summary>
    /// SETUP at the URL that the track's control means, and after a 404 at the next one that it may mean. Which of them the camera knows is the same
    /// for all tracks, so the next track begins with it.
    /// </summary>
    private async Task<RtspReply> AskAsync(BackendTrack track, string transport, TimeSpan limit)
    {
        IReadOnlyList<string> urls = track.Controls;
        int first = Math.Min(_controlReading, urls.Count - 1);
        RtspReply refused = default;
        for (int i = 0; i < urls.Count; i++)
        {
            int reading = (first + i) % urls.Count;
            RtspReply reply = await AskAsync(
                urls[reading], limit, [new RtspHeader("Transport", transport), .. track.Protection?.SetUpHeaders(urls[reading]) ?? []]);
            if (i > 0 && !life.HasEnded && (!reply.HasAnswer || TrackSetup.IsSessionWide(reply.Status)))
            {
                return refused; // what only our second guess met says nothing of the track
            }

            if (life.HasEnded || !IsUnknownUrl(reply.Status))
            {
                _controlReading = reply.IsOk ? reading : _controlReading;
                return reply;
            }

            refused = i == 0 ? reply : refused;
        }

        return refused;
    }

    private async Task<RtspReply> AskAsync(string url, TimeSpan limit, RtspHeader[] headers)
    {
        RtspReply reply = await dialogue.AskAsync(RtspMethod.Setup, url, limit, headers);
        return dialogue.Id.DropAfter(RtspMethod.Setup, reply.Status) && !life.HasEnded
            ? await dialogue.AskAsync(RtspMethod.Setup, url, limit, headers)
            : reply;
    }

    /// <summary>404, and what servers that have no 404 say of a URL that they do not know (RFC 2326 sections 11.3.3 and 11.3.4).</summary>
    public static bool IsUnknownUrl(int status) => status is RtspStatus.NotFound or RtspStatus.BadRequest or RtspStatus.Gone;

    /// <summary>The Transport header but for its profile. Quirk: mode=PLAY breaks some servers (gortsplib, client.go), so it is not sent.</summary>
    private TransportSpec Offer(BackendTrack track, MulticastGroup? group)
    {
        if (way.IsTcp)
        {
            return new TransportSpec { Tcp = true, Interleaved = channels.Ask(track) };
        }

        return group is null
            ? new TransportSpec { ClientPort = new PortPair(track.RtpSocket!.LocalPort, track.RtcpSocket!.LocalPort) }
            : new TransportSpec { Multicast = true, Port = group.Ports.Rtp > 0 ? group.Ports : null };
    }

    /// <summary>SETUP of a track was answered 2xx. A failure: the answer is of no use.</summary>
    private BackendFailure? Take(BackendTrack track, RtspMessage answer, MulticastGroup? group)
    {
        BackendFailure? failure = TakeTransport(track, answer, group);
        if (failure is null)
        {
            way.OnTrackSetUp();
        }

        return failure;
    }

    private BackendFailure? TakeTransport(BackendTrack track, RtspMessage answer, MulticastGroup? group)
    {
        IReadOnlyList<TransportSpec> specs = answer.Header("Transport") is { } text ? TransportHeader.Parse(text) : [];
        TransportSpec spec = specs.Count > 0 ? specs[0] : new TransportSpec { Tcp = way.IsTcp };
        track.Sources.Named = spec.Ssrc ?? track.Sources.Named;
        track.Protection?.Take(answer);
        if (spec.Tcp && !way.IsTcp && way.OnAnsweredWithTcp(track) is { } failure)
        {
            return failure;
        }

        if (way.IsTcp)
        {
            channels.Take(track, spec.Interleaved);
            return null;
        }

        if (group is null)
        {
            sockets.TakePorts(track, spec);
            return null;
        }

        MulticastGroup answered = group.With(spec);
        track.Group = answered;
        return sockets.IsUsable(answered) ? null : CannotJoin(answered);
    }
}
