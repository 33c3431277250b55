using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A session for those who ask from outside: counted while it plays, told of when it begins and ends. On the session's shard.</summary>
/// <param name="session">Whose.</param>
/// <param name="agent">What its player called itself with the SETUP; null: nothing.</param>
/// <param name="kind">What its connection is.</param>
internal sealed class SessionWatcher(Session session, string? agent, ConnectionKind kind) : IWatcher
{
    /// <summary>Whatever a player calls itself, nobody reads more.</summary>
    private const int AgentCharsMax = 200;

    /// <summary>A shorter time says nothing of a rate.</summary>
    private const long RateMicrosMin = 1_000_000;

    private readonly string? _agent = agent is null ? null : Printable.Line(agent[..Math.Min(agent.Length, AgentCharsMax)]);

    /// <summary>The way that it is counted by; null while it does not play.</summary>
    private ViewerWay? _counted;

    /// <summary>It was told that it came, so it will be told that it went.</summary>
    private bool _wasTold;

    /// <summary>When the rate was measured last, what had been sent by then, and the rate.</summary>
    private long _rateMicros = session.BegunMicros;
    private long _rateBytes;
    private long _bitsPerSecond;

    /// <inheritdoc/>
    public string Id { get; } = SessionId.New(session.Shard.Index);

    /// <inheritdoc/>
    public IMount Mount => session.Mount;

    /// <summary>By which way its media goes; without meaning before its first SETUP is done.</summary>
    public ViewerWay Way => session.Group is not null ? ViewerWay.Multicast
        : !session.IsInterleaved ? ViewerWay.Udp
        : session.IsSecure ? ViewerWay.Tls
        : kind switch
        {
            ConnectionKind.Http => ViewerWay.Http,
            ConnectionKind.WebSocket => ViewerWay.WebSocket,
            _ => ViewerWay.Tcp,
        };

    /// <summary>Its media goes out from now on.</summary>
    public void OnStarted()
    {
        if (_counted is not null)
        {
            return;
        }

        _counted = Way;
        Counters.CountViewer(Way, 1);
        if (!_wasTold)
        {
            _wasTold = true;
            session.Home.Events.TellOfViewer(
                EngineEventKind.ViewerJoined, Mount.Name, session.ClientAddress, Id, ViewerWays.NameOf(Way), null);
        }
    }

    /// <summary>It gets nothing more.</summary>
    public void OnStopped()
    {
        if (_counted is { } way)
        {
            _counted = null;
            Counters.CountViewer(way, -1);
        }
    }

    /// <summary>The session has ended.</summary>
    public void OnEnded()
    {
        if (_wasTold)
        {
            session.Home.Events.TellOfViewer(
                EngineEventKind.ViewerLeft, Mount.Name, session.ClientAddress, Id, ViewerWays.NameOf(Way), SessionEnds.NameOf(session.EndCause));
        }
    }

    /// <inheritdoc/>
    public void Kick() => session.End(SessionEnd.Kicked);

    /// <inheritdoc/>
    public ViewerStatus Describe()
    {
        (long bytes, long packets) = session.Media.Sent;
        MeasureRate(bytes);
        return new ViewerStatus
        {
            Id = Id,
            Stream = Mount.Name,
            Address = session.ClientAddress,
            Agent = _agent,
            User = session.Grant.User,
            Way = ViewerWays.NameOf(Way),
            IsPlaying = _counted is not null,
            Since = session.Shard.UtcNow - TimeSpan.FromMicroseconds(session.Shard.NowMicros - session.BegunMicros),
            SentBytes = bytes,
            SentPackets = packets,
            Bitrate = _counted is null ? 0 : _bitsPerSecond,
            Lag = session.Media.Lag?.TotalSeconds,
            DroppedPackets = session.Media.PacketsDropped,
            ReportedLostPackets = session.PacketsReportedLost,
            RoundTrip = session.Carrier?.Stream.RoundTrip?.TotalSeconds,
        };
    }

    private DeliveryCounters Counters => session.Mount.Counters.On(session.Shard.Index);

    /// <summary>Since it was measured last, or since the session began.</summary>
    private void MeasureRate(long bytes)
    {
        long elapsed = session.Shard.NowMicros - _rateMicros;
        if (elapsed >= RateMicrosMin)
        {
            _bitsPerSecond = (long)((bytes - _rateBytes) * 8e6 / elapsed);
            _rateMicros = session.Shard.NowMicros;
            _rateBytes = bytes;
        }
    }
}
