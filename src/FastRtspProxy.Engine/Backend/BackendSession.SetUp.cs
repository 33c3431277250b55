using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>SETUP of every receive track, strictly one after the other: cameras were seen to fail on pipelined SETUPs.</summary>
internal sealed partial class BackendSession
{
    /// <summary>Sets one track up, by one way after the other while nothing else is set up.</summary>
    private async Task<BackendFailure?> SetUpAsync(BackendTrack track, bool isNeeded, TimeSpan limit)
    {
        while (true)
        {
            MulticastGroup? group = _way == MediaWay.Multicast ? AllowedGroup(MulticastGroup.Of(track.Media)) : null;
            BackendFailure? failure;
            if (!OverTcp && group is null && !TryBind(track))
            {
                failure = OnUnusable(track, new BackendFailure(BackendFailureKind.Refused, "no pair of UDP ports is free on this machine"));
            }
            else
            {
                RtspReply reply = await AskSetUpAsync(track, Offer(track, group), limit);
                if (Ended || !reply.HasAnswer)
                {
                    OnUnanswered(isNeeded ? Failure ?? reply.Failure : null);
                    return Failure ?? reply.Failure;
                }

                if (reply.IsOk)
                {
                    failure = TakeTransport(track, reply.Message, group);
                    _isAnyTrackSetUp |= failure is null;
                    return failure;
                }

                failure = OnSetUpRefused(track, isNeeded, reply.Status, FailureOf(RtspMethod.Setup, reply));
            }

            if (failure is not null)
            {
                return failure;
            }
        }
    }

    /// <summary>
    /// SETUP at the URL that the track's control means, and after a 404 at the next one that it may mean. Which of them the camera knows is the same for all
    /// tracks, so the next track begins with it.
    /// </summary>
    private async Task<RtspReply> AskSetUpAsync(BackendTrack track, string transport, TimeSpan limit)
    {
        IReadOnlyList<string> urls = track.Controls;
        int first = Math.Min(_controlReading, urls.Count - 1);
        RtspReply refused = default;
        for (int i = 0; i < urls.Count; i++)
        {
            int reading = (first + i) % urls.Count;
            RtspReply reply = await AskSetUpAsync(urls[reading], transport, limit);
            if (i > 0 && !Ended && (!reply.HasAnswer || TrackSetup.IsSessionWide(reply.Status)))
            {
                return refused; // what only our second guess met says nothing of the track
            }

            if (Ended || !IsUnknownUrl(reply.Status))
            {
                _controlReading = reply.IsOk ? reading : _controlReading;
                return reply;
            }

            refused = i == 0 ? reply : refused;
        }

        return refused;
    }

    private async Task<RtspReply> AskSetUpAsync(string url, string transport, TimeSpan limit)
    {
        RtspHeader header = new("Transport", transport);
        RtspReply reply = await AskAsync(RtspMethod.Setup, url, limit, header);
        return _id.DropAfter(RtspMethod.Setup, reply.Status) && !Ended
            ? await AskAsync(RtspMethod.Setup, url, limit, header)
            : reply;
    }

    /// <summary>Quirk: mode=PLAY in Transport breaks some servers (gortsplib, client.go), so it is not sent.</summary>
    private string Offer(BackendTrack track, MulticastGroup? group) =>
        OverTcp ? InterleavedOffer(track) : group is null ? UdpOffer(track) : MulticastOffer(track, group);

    /// <summary>404, and what servers that have no 404 say of a URL that they do not know (RFC 2326 sections 11.3.3 and 11.3.4).</summary>
    private static bool IsUnknownUrl(int status) => status is RtspStatus.NotFound or RtspStatus.BadRequest or RtspStatus.Gone;

    private static string MulticastOffer(BackendTrack track, MulticastGroup group) => TransportHeader.Format(new TransportSpec
    {
        Profile = Profile(track),
        Multicast = true,
        Port = group.Ports.Rtp > 0 ? group.Ports : null,
    });

    /// <summary>Joins the groups of the tracks that have one (only while they are used: not before PLAY and not during PAUSE; ONVIF Streaming, multicast).</summary>
    private BackendFailure? JoinGroups()
    {
        foreach (BackendTrack track in _tracks)
        {
            if (track.Group is { } group && track.RtpSocket is null && JoinGroup(track, group) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private void LeaveGroups()
    {
        foreach (BackendTrack track in _tracks)
        {
            if (track.Group is not null)
            {
                track.Close();
            }
        }
    }

    private BackendFailure? JoinGroup(BackendTrack track, MulticastGroup group)
    {
        IPAddress local = _channel!.Local.Address;
        if (group.TryOpen(group.Ports.Rtp, local, sends: false) is not { } rtp)
        {
            return CannotJoin(group);
        }

        if (group.TryOpen(group.Ports.Rtcp, local, sends: true) is not { } rtcp)
        {
            rtp.Dispose();
            return CannotJoin(group);
        }

        track.RtpSocket = new BackendMediaSocket(_shard, rtp, this, track, null, isRtcp: false);
        track.RtcpSocket = new BackendMediaSocket(_shard, rtcp, this, track, null, isRtcp: true);

        // RTCP goes to the group, or with one source to that source (RFC 5760: others may not send to such a group).
        track.RtcpSocket.Name(PeerAddress.From(group.Source ?? group.Address, group.Ports.Rtcp));
        track.RtpSocket.Start();
        track.RtcpSocket.Start();
        return null;
    }

    /// <summary>The camera holds a session for the group by now, so the next way needs another one.</summary>
    private BackendFailure CannotJoin(MulticastGroup group)
    {
        BackendFailure failure = new(BackendFailureKind.Refused, $"the multicast group {group.Address}:{group.Ports.Rtp} cannot be joined");
        return FailureAfter(Ways.OnFailed(_way, failure.Message, _shard.NowMicros), failure);
    }

    /// <summary>Which of <see cref="BackendTrack.Controls"/> the camera took for the newest track; 0 before the first SETUP.</summary>
    private int _controlReading;

    private BackendFailure? TakeTransport(BackendTrack track, RtspMessage answer, MulticastGroup? group)
    {
        IReadOnlyList<TransportSpec> specs = answer.Header("Transport") is { } text ? TransportHeader.Parse(text) : [];
        TransportSpec spec = specs.Count > 0 ? specs[0] : new TransportSpec { Tcp = OverTcp };
        track.Sources.Named = spec.Ssrc ?? track.Sources.Named;
        if (spec.Tcp && !OverTcp && OnAnsweredWithTcp(track) is { } failure)
        {
            return failure;
        }

        if (OverTcp)
        {
            TakeChannels(track, spec.Interleaved);
            return null;
        }

        if (group is not null)
        {
            MulticastGroup answered = group.With(spec);
            track.Group = answered;
            bool usable = answered.Ports.Rtp > 0 && !_options.Targets.RefusesPort(answered.Ports.Rtp) && !_options.Targets.RefusesPort(answered.Ports.Rtcp);
            return usable ? null : CannotJoin(answered);
        }

        TakePorts(track, spec);
        return null;
    }

    /// <summary>The usual pair, or the next one that no other track has: a camera may have answered with other channels than it was asked for.</summary>
    private ChannelPair FreeChannels(BackendTrack track)
    {
        for (int first = 2 * track.Index; first < byte.MaxValue; first += 2)
        {
            if (IsFree(first) && IsFree(first + 1))
            {
                return new ChannelPair((byte)first, (byte)(first + 1));
            }
        }

        return new ChannelPair((byte)(2 * track.Index), (byte)((2 * track.Index) + 1));

        bool IsFree(int channel) => _trackOfChannel[channel] is not { } owner || owner == track;
    }

    private string InterleavedOffer(BackendTrack track)
    {
        // RFC 2326 section 10.12 and retina PR 46: media may come before the answer, so the channels are known from now on.
        ChannelPair asked = FreeChannels(track);
        track.Channels = asked;
        Assign(asked.Rtp, track);
        Assign(asked.Rtcp, track);
        return TransportHeader.Format(new TransportSpec { Profile = Profile(track), Tcp = true, Interleaved = asked });
    }

    private static string UdpOffer(BackendTrack track) => TransportHeader.Format(new TransportSpec
    {
        Profile = Profile(track),
        ClientPort = new PortPair(track.RtpSocket!.LocalPort, track.RtcpSocket!.LocalPort),
    });

    private static string Profile(BackendTrack track) =>
        track.Media.Protocol.StartsWith("RTP/AVPF", StringComparison.OrdinalIgnoreCase) ? "RTP/AVPF" : "RTP/AVP";

    /// <summary>Channel numbers as answered; where the answer repeats those of another track, or has none, those that we asked for.</summary>
    private void TakeChannels(BackendTrack track, ChannelPair? answered)
    {
        ChannelPair asked = track.Channels ?? FreeChannels(track);
        ChannelPair channels = answered ?? asked;
        if (_trackOfChannel[channels.Rtp] is { } other && other != track)
        {
            channels = asked;
        }
        else if (channels != asked && _trackOfChannel[asked.Rtp] == track)
        {
            _trackOfChannel[asked.Rtp] = _trackOfChannel[asked.Rtcp] = null;
        }

        track.Channels = channels;
        Assign(channels.Rtp, track);
        Assign(channels.Rtcp, track);
    }

    private void Unassign(BackendTrack track)
    {
        track.Channels = null;
        for (int channel = 0; channel < _trackOfChannel.Length; channel++)
        {
            if (_trackOfChannel[channel] == track)
            {
                _trackOfChannel[channel] = null;
            }
        }
    }

    private void Assign(byte channel, BackendTrack track)
    {
        _trackOfChannel[channel] = track;
        _channel?.Expect(channel);
    }

    private bool TryBind(BackendTrack track)
    {
        // Always a pair of our own choosing: two cameras that announce the same SDP port must not share a socket (live555 weakness 10).
        if (!UdpPorts.TryBindPair(null, PortRange.Ephemeral, out Socket? rtp, out Socket? rtcp))
        {
            return false;
        }

        MediaPeers peers = new(PeerAddress.From(_channel!.Remote));
        track.RtpSocket = new BackendMediaSocket(_shard, rtp, this, track, peers, isRtcp: false);
        track.RtcpSocket = new BackendMediaSocket(_shard, rtcp, this, track, peers, isRtcp: true);
        track.RtpSocket.Start();
        track.RtcpSocket.Start();
        return true;
    }

    private void TakePorts(BackendTrack track, TransportSpec spec)
    {
        PeerAddress camera = PeerAddress.From(_channel!.Remote);
        PeerAddress media = camera;
        if (spec.Source is { } source && IPAddress.TryParse(source, out IPAddress? address)
            && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && MaySendTo(address))
        {
            media = PeerAddress.From(AddressText.OnLinkOf(address, _channel!.Remote.Address), 0);
        }

        track.RtpSocket!.Peers!.Name(media);
        track.RtpSocket.Name(At(media, AllowedPort(spec.ServerPort?.Rtp)));
        track.RtcpSocket!.Name(At(media, AllowedPort(spec.ServerPort?.Rtcp)));
    }

    private static PeerAddress At(in PeerAddress host, int port) => port > 0 ? host.WithPort(port) : default;

    /// <summary>False for an address that the camera may not send us to: then it counts as not named.</summary>
    private bool MaySendTo(IPAddress address) => !_options.Targets.Refuses(address, _channel!.Remote.Address);

    /// <summary>0 for a port that the camera may not send us to: then reports go to where its own come from.</summary>
    private int AllowedPort(int? port) => port is not { } named || _options.Targets.RefusesPort(named) ? 0 : named;

    /// <summary>With one source in its filter a group's reports go to that source; one that must not be sent to is not one.</summary>
    private MulticastGroup? AllowedGroup(MulticastGroup? group) => group is { Source: { } source } && !MaySendTo(source) ? group with { Source = null } : group;

    /// <summary>
    /// Opens NAT and firewall for the way back: two datagrams of four bytes from both ports, as LIVE555 does (its bytes CE FA ED FE). Not to a group: no NAT lies on that way, and all its other
    /// members would get them.
    /// </summary>
    private void Punch()
    {
        ReadOnlySpan<byte> dummy = [0xCE, 0xFA, 0xED, 0xFE];
        foreach (BackendTrack track in _tracks)
        {
            for (int i = 0; i < 2 && track.Group is null; i++)
            {
                Punch(track.RtpSocket, dummy);
                Punch(track.RtcpSocket, dummy);
            }
        }
    }

    private static void Punch(BackendMediaSocket? socket, ReadOnlySpan<byte> dummy)
    {
        if (socket is { Peer.IsEmpty: false })
        {
            _ = socket.Send(dummy, socket.Peer);
        }
    }
}
