using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Connection, redirects and DESCRIBE.</summary>
internal sealed partial class BackendSession
{
    private static readonly BackendFailure s_replaced = new(BackendFailureKind.Stopped, "replaced by the connection of a redirect");

    /// <summary>Connects and reads the description.</summary>
    public async Task<BackendFailure?> OpenAsync()
    {
        for (int hop = 0; ; hop++)
        {
            Move(BackendState.Connecting);
            if (await ConnectAsync() is { } unreachable)
            {
                return Lose(unreachable);
            }

            if (State == BackendState.Closed)
            {
                return new BackendFailure(BackendFailureKind.Stopped, "stopped");
            }

            Move(BackendState.Describing);
            RtspReply reply = await AskAsync(RtspMethod.Describe, _url.RequestUri, _options.Timings.Answer, new RtspHeader("Accept", "application/sdp"));
            if (Ended)
            {
                return Lose(reply.Failure ?? new BackendFailure(BackendFailureKind.Stopped, "stopped"));
            }

            if (reply.Status is 301 or 302 or 303 or 305 or 307 or 308)
            {
                if (Redirect(reply.Message!, hop) is { } problem)
                {
                    return Lose(problem);
                }

                continue;
            }

            return reply.IsOk ? OnDescribed(reply.Message) : Lose(FailureOf(RtspMethod.Describe, reply));
        }
    }

    /// <summary>
    /// Reads the description once more where the connection is the one that the camera made (REGISTER with reuse_connection): there may be no other way to it. False: on any other connection a new session is
    /// better, because some servers keep for a connection what they began to make with its DESCRIBE.
    /// </summary>
    public async Task<bool> TryDescribeAgainAsync()
    {
        if (!_isGivenConnection || Ended || State != BackendState.Described)
        {
            return false;
        }

        Move(BackendState.Describing);
        RtspReply reply = await AskAsync(RtspMethod.Describe, _url.RequestUri, _options.Timings.Answer, new RtspHeader("Accept", "application/sdp"));
        if (!Ended && (reply.IsOk ? OnDescribed(reply.Message) : FailureOf(RtspMethod.Describe, reply)) is { } failure)
        {
            Lose(failure);
        }

        return true;
    }

    private async Task<BackendFailure?> ConnectAsync()
    {
        try
        {
            ByteStream stream = await ConnectStreamAsync();
            if (State == BackendState.Closed)
            {
                stream.Close();
                return null;
            }

            RtspClientChannel channel = new(stream, this, _options.StreamName, _log);
            _channel = channel;
            channel.Start();
            return null;
        }
        catch (ByteStreamException e)
        {
            return new BackendFailure(BackendFailureKind.Unreachable, e.Message);
        }
    }

    private async Task<ByteStream> ConnectStreamAsync()
    {
        _isGivenConnection = false;

        // What another host challenged us with is no business of this one's.
        _auth = _options.Credentials.ClientForConnection(_url);
        if (_options.Connection is { } given && !_connectionTaken)
        {
            _connectionTaken = true;
            if (await given(_shard) is { } stream)
            {
                _auth = _options.Credentials.ClientFor(_url, stream.Remote.Address);
                _isGivenConnection = true;
                return stream;
            }
        }

        TimeSpan limit = _options.Timings.Connect;
        if (_options.Transport == BackendTransport.HttpTunnel)
        {
            int port = _options.TunnelPort > 0 ? _options.TunnelPort : _url.Port;
            HttpTunnelTarget target = new(Target(port), _url.PathAndQuery, _url.Tls, _options.InsecureTls, limit);

            // The HTTP server has challenges of its own; those of the RTSP server inside must not be taken for them when a POST is renewed.
            return Named(await HttpTunnelStream.ConnectAsync(_shard, target, _options.Credentials.ClientFor(_url)));
        }

        if (_url.Tls)
        {
            // The media must not leave the encryption: interleaved, always (WayOffer.IsFixed).
            return Named(await TlsByteStream.ConnectAsync(_shard, Target(_url.Port), limit, _options.InsecureTls));
        }

        return Named(await TcpByteStream.ConnectAsync(_shard, Target(_url.Port), limit));
    }

    /// <exception cref="ByteStreamException">The policy refuses the port.</exception>
    private ConnectTarget Target(int port)
    {
        if (_options.Targets.RefusesPort(port))
        {
            throw new ByteStreamException(ConnectFailure.NotAllowed, $"this machine must not connect to {_url.Host}:{port}: a stream that was registered without a log-in (-U) may name the ports 80, 322, 443, 554 and those from 1024 on");
        }

        IPAddress? camera = _redirectedBy;
        return new ConnectTarget(_url.Host, port)
        {
            Names = _options.Names,
            Refuses = address => _options.Targets.Refuses(address, camera),
            Refusal = _options.Targets.Refusal(camera),
            LastAddress = _options.Credentials.AddressOf(_url.Host),
        };
    }

    /// <summary>A connection that we made: the host of the URL has that address.</summary>
    private ByteStream Named(ByteStream stream)
    {
        _options.Credentials.OnConnected(_url.Host, stream.Remote.Address);
        return stream;
    }

    private BackendFailure? Redirect(RtspMessage answer, int hop)
    {
        if (hop >= RedirectHops)
        {
            return new BackendFailure(BackendFailureKind.BadRedirect, $"the camera redirects in a circle (more than {RedirectHops} times)");
        }

        if (answer.Header("Location") is not { } location)
        {
            return new BackendFailure(BackendFailureKind.BadRedirect, "the camera redirects without saying where");
        }

        if (RedirectTarget(location, out BackendFailure? problem) is not { } target)
        {
            return problem;
        }

        BackendLog.Redirected(_log, _options.StreamName, target.Redacted);
        RtspClientChannel? old = _channel;
        _redirectedBy = old?.Remote.Address ?? _redirectedBy;
        _channel = null;
        old?.Close(s_replaced);
        _id.End();
        _url = target;
        _base = _aggregate = target.RequestUri;
        return null;
    }

    private BackendFailure? OnDescribed(RtspMessage answer)
    {
        if (answer.Body.IsEmpty)
        {
            return Lose(BackendFailureKind.BadDescription, "DESCRIBE was answered without a description");
        }

        if (!SdpDocument.TryParse(answer.Body, out SdpDocument? document, out SdpDefect defect))
        {
            return Lose(BackendFailureKind.BadDescription, $"the camera's description (SDP) cannot be read: {defect}");
        }

        _base = ControlUrl.Base(_url.RequestUri, answer.Header("Content-Base"), answer.Header("Content-Location"));
        _aggregate = ControlUrl.Resolve(_base, document.Control);
        ChooseTracks(document);
        if (_tracks.Count == 0)
        {
            return Lose(BackendFailureKind.NoMedia, document.Media.Count == 0
                ? "the camera's description (SDP) has no media"
                : "the camera's description (SDP) has no track that can be passed on");
        }

        if (_tracks.Count > TracksMax)
        {
            return Lose(BackendFailureKind.BadDescription, $"the camera's description (SDP) has more than {TracksMax} tracks");
        }

        Description = document;
        DescribedMicros = _shard.NowMicros;
        TimeSpan? length = ProgrammeLength.Of(document);
        _programme = new ProgrammeWatch(_options.Overrun.Has(length, _shard.NowMicros) ? null : length);
        ChooseWay();
        Move(BackendState.Described);
        ScheduleKeepAlive();
        return null;
    }

    /// <summary>Back-channels (a=sendonly) and what is not plain RTP stay out; so nobody is asked to talk, and nobody else's intercom is blocked (Frigate's documentation of restreaming, go2rtc issue 160).</summary>
    private void ChooseTracks(SdpDocument document)
    {
        _tracks.Clear();
        foreach (SdpMedia media in SdpRewriter.Served(document))
        {
            IReadOnlyList<string> controls = ControlUrl.Candidates(_base, document.Control, media.Control);
            _tracks.Add(new BackendTrack(_tracks.Count, media, controls[0], _sink, _options.VideoSilence) { Controls = controls, Unused = _unused });
        }
    }
}
