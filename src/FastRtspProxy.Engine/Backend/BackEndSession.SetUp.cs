using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>SETUP of every receive track, strictly one after the other: cameras were seen to fail on pipelined SETUPs.</summary>
internal sealed partial class BackEndSession
{
    private async Task<BackEndFailure?> SetUpAsync(BackEndTrack track, TimeSpan limit)
    {
        MulticastGroup? group = _tcp || _multicastRefused ? null : AllowedGroup(MulticastGroup.Of(track.Media));
        if (!_tcp && group is null && !TryBind(track))
        {
            return new BackEndFailure(BackEndFailureKind.Refused, "no pair of UDP ports is free on this machine");
        }

        // Quirk: mode=PLAY in Transport breaks some servers (GSL client.go), so it is not sent.
        string transport = _tcp ? InterleavedOffer(track) : group is null ? UdpOffer(track) : MulticastOffer(track, group);
        RtspReply reply = await AskSetUpAsync(track, transport, limit);
        if (Ended)
        {
            return Failure;
        }

        if (reply.Status == RtspStatus.UnsupportedTransport && group is not null)
        {
            _multicastRefused = true;
            return await SetUpAsync(track, limit);
        }

        if (reply.Status == RtspStatus.UnsupportedTransport && !_tcp)
        {
            if (track.Index > 0)
            {
                return new BackEndFailure(BackEndFailureKind.UdpRefused, "the camera does not do UDP for every track (461)");
            }

            SwitchToTcp(track);
            return await SetUpAsync(track, limit);
        }

        if (!reply.IsOk)
        {
            return FailureOf(RtspMethod.Setup, reply);
        }

        return TakeTransport(track, reply.Message, group);
    }

    private async Task<RtspReply> AskSetUpAsync(BackEndTrack track, string transport, TimeSpan limit)
    {
        RtspHeader header = new("Transport", transport);
        RtspReply reply = await AskAsync(RtspMethod.Setup, track.Control, limit, header);
        return _id.DropAfter(RtspMethod.Setup, reply.Status) && !Ended
            ? await AskAsync(RtspMethod.Setup, track.Control, limit, header)
            : reply;
    }

    private static string MulticastOffer(BackEndTrack track, MulticastGroup group) => TransportHeader.Format(new TransportSpec
    {
        Profile = Profile(track),
        Multicast = true,
        Port = group.Ports.Rtp > 0 ? group.Ports : null,
    });

    /// <summary>Joins the groups of the tracks that have one (C14: only while they are used, so not before PLAY and not during PAUSE).</summary>
    private BackEndFailure? JoinGroups()
    {
        foreach (BackEndTrack track in _tracks)
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
        foreach (BackEndTrack track in _tracks)
        {
            if (track.Group is not null)
            {
                track.Close();
            }
        }
    }

    private BackEndFailure? JoinGroup(BackEndTrack track, MulticastGroup group)
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

        track.RtpSocket = new BackEndMediaSocket(_shard, rtp, this, track, isRtcp: false);
        track.RtcpSocket = new BackEndMediaSocket(_shard, rtcp, this, track, isRtcp: true);
        track.RtpSocket.AllowAny(default);

        // RTCP goes to the group, or with one source to that source (C14).
        track.RtcpSocket.AllowAny(PeerAddress.From(group.Source ?? group.Address, group.Ports.Rtcp));
        track.RtpSocket.Start();
        track.RtcpSocket.Start();
        return null;
    }

    private static BackEndFailure CannotJoin(MulticastGroup group) =>
        new(BackEndFailureKind.UdpRefused, $"the multicast group {group.Address}:{group.Ports.Rtp} cannot be joined");

    /// <summary>The camera refuses UDP: from here on, and for the mount's later sessions, TCP.</summary>
    private void SwitchToTcp(BackEndTrack track)
    {
        track.Close();
        _tcp = true;
        _sink.OnSessionChanged();
    }

    private bool _multicastRefused;

    private BackEndFailure? TakeTransport(BackEndTrack track, RtspMessage answer, MulticastGroup? group)
    {
        IReadOnlyList<TransportSpec> specs = answer.Header("Transport") is { } text ? TransportHeader.Parse(text) : [];
        TransportSpec spec = specs.Count > 0 ? specs[0] : new TransportSpec { Tcp = _tcp };
        if (spec.Tcp && !_tcp)
        {
            if (track.Index > 0)
            {
                return new BackEndFailure(BackEndFailureKind.UdpRefused, "the camera answered a UDP SETUP with TCP");
            }

            SwitchToTcp(track);
        }

        if (group is not null && !_tcp)
        {
            MulticastGroup answered = group.With(spec);
            track.Group = answered;
            bool usable = answered.Ports.Rtp > 0 && !_options.Targets.RefusesPort(answered.Ports.Rtp) && !_options.Targets.RefusesPort(answered.Ports.Rtcp);
            return usable ? null : CannotJoin(answered);
        }

        if (_tcp)
        {
            TakeChannels(track, spec.Interleaved);
            return null;
        }

        TakePorts(track, spec);
        return null;
    }

    /// <summary>The usual pair, or the next one that no other track has: a camera may have answered with other channels than it was asked for.</summary>
    private ChannelPair FreeChannels(BackEndTrack track)
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

    private string InterleavedOffer(BackEndTrack track)
    {
        // RFC 2326 section 10.12 and retina PR 46: media may come before the answer, so the channels are known from now on.
        ChannelPair asked = FreeChannels(track);
        track.Channels = asked;
        Assign(asked.Rtp, track);
        Assign(asked.Rtcp, track);
        return TransportHeader.Format(new TransportSpec { Profile = Profile(track), Tcp = true, Interleaved = asked });
    }

    private static string UdpOffer(BackEndTrack track) => TransportHeader.Format(new TransportSpec
    {
        Profile = Profile(track),
        ClientPort = new PortPair(track.RtpSocket!.LocalPort, track.RtcpSocket!.LocalPort),
    });

    private static string Profile(BackEndTrack track) =>
        track.Media.Protocol.StartsWith("RTP/AVPF", StringComparison.OrdinalIgnoreCase) ? "RTP/AVPF" : "RTP/AVP";

    /// <summary>Channel numbers as answered; where the answer repeats those of another track, or has none, those that we asked for.</summary>
    private void TakeChannels(BackEndTrack track, ChannelPair? answered)
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

    private void Unassign(BackEndTrack track)
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

    private void Assign(byte channel, BackEndTrack track)
    {
        _trackOfChannel[channel] = track;
        _channel?.Expect(channel);
    }

    private bool TryBind(BackEndTrack track)
    {
        // Always a pair of our own choosing: two cameras that announce the same SDP port must not share a socket (live555 weakness 10).
        if (!UdpPorts.TryBindPair(null, PortRange.Ephemeral, out Socket? rtp, out Socket? rtcp))
        {
            return false;
        }

        track.RtpSocket = new BackEndMediaSocket(_shard, rtp, this, track, isRtcp: false);
        track.RtcpSocket = new BackEndMediaSocket(_shard, rtcp, this, track, isRtcp: true);
        PeerAddress camera = PeerAddress.From(_channel!.Remote);
        track.RtpSocket.Allow(camera, camera, 0);
        track.RtcpSocket.Allow(camera, camera, 0);
        track.RtpSocket.Start();
        track.RtcpSocket.Start();
        return true;
    }

    private void TakePorts(BackEndTrack track, TransportSpec spec)
    {
        PeerAddress camera = PeerAddress.From(_channel!.Remote);
        PeerAddress media = camera;
        if (spec.Source is { } source && IPAddress.TryParse(source, out IPAddress? address)
            && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && MaySendTo(address))
        {
            media = PeerAddress.From(address, 0);
        }

        track.RtpSocket!.Allow(camera, media, AllowedPort(spec.ServerPort?.Rtp));
        track.RtcpSocket!.Allow(camera, media, AllowedPort(spec.ServerPort?.Rtcp));
    }

    /// <summary>False for an address that the camera may not send us to: then it counts as not named.</summary>
    private bool MaySendTo(IPAddress address) => !_options.Targets.Refuses(address, _channel!.Remote.Address);

    /// <summary>0 for a port that the camera may not send us to: then reports go to where its own come from.</summary>
    private int AllowedPort(int? port) => port is not { } named || _options.Targets.RefusesPort(named) ? 0 : named;

    /// <summary>With one source in its filter a group's reports go to that source (C14); one that must not be sent to is not one.</summary>
    private MulticastGroup? AllowedGroup(MulticastGroup? group) => group is { Source: { } source } && !MaySendTo(source) ? group with { Source = null } : group;

    /// <summary>Opens NAT and firewall for the way back: two datagrams of four bytes from both ports, as LIVE555 does (its bytes CE FA ED FE).</summary>
    private void Punch()
    {
        ReadOnlySpan<byte> dummy = [0xCE, 0xFA, 0xED, 0xFE];
        foreach (BackEndTrack track in _tracks)
        {
            for (int i = 0; i < 2; i++)
            {
                Punch(track.RtpSocket, dummy);
                Punch(track.RtcpSocket, dummy);
            }
        }
    }

    private static void Punch(BackEndMediaSocket? socket, ReadOnlySpan<byte> dummy)
    {
        if (socket is { Peer.IsEmpty: false })
        {
            _ = socket.Send(dummy, socket.Peer);
        }
    }
}
