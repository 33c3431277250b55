using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>
/// The RTSP sessions of a packet capture, numbered in the order of their first bytes: the same numbers each time that the file is read. Bounded: of
/// more connections than anybody's report has, the later ones are left out.
/// </summary>
internal class SessionFinder : IPacketHandler, IConversationOwner
{
    private const int ConversationsMax = 4096;

    private readonly Dictionary<(UInt128, int, UInt128, int), Conversation> _conversations = [];
    private readonly Dictionary<string, PacketSession> _byCookie = [];
    private readonly List<PacketSession> _sessions = [];
    private readonly Dictionary<PacketSession, StreamCutter> _requests = [];
    private readonly WaitingBudget _budget = new();

    public IReadOnlyList<PacketSession> Sessions => _sessions;

    /// <summary>Connections that are encrypted.</summary>
    public int TlsConnections { get; private set; }

    /// <summary>Connections that there was no room for.</summary>
    public int LeftOut { get; private set; }

    /// <summary>When the newest packet was captured, since 1970.</summary>
    protected long NowMicros { get; private set; }

    /// <inheritdoc/>
    public void OnSegment(in TcpSegment segment, ReadOnlySpan<byte> payload)
    {
        NowMicros = segment.Micros;
        (UInt128, int, UInt128, int) key = (segment.Pair.From, segment.FromPort, segment.Pair.To, segment.ToPort);
        bool isKnown = _conversations.TryGetValue(key, out Conversation? conversation)
            || _conversations.TryGetValue((segment.Pair.To, segment.ToPort, segment.Pair.From, segment.FromPort), out conversation);
        if (isKnown && segment is { IsSyn: true, IsAck: false } && conversation!.Kind != ConversationKind.Unknown)
        {
            isKnown = false; // the same ports again: another connection
            conversation.Flush();
            _conversations.Remove((conversation.Pair.From, conversation.FromPort, conversation.Pair.To, conversation.ToPort));
        }

        if (!isKnown)
        {
            if (_conversations.Count >= ConversationsMax)
            {
                LeftOut++;
                return;
            }

            conversation = new Conversation(this, segment.Pair, segment.FromPort, segment.ToPort, _budget);
            _conversations.Add(key, conversation);
        }

        conversation!.OnSegment(segment, payload);
    }

    /// <inheritdoc/>
    public virtual void OnDatagram(in IpAddressPair pair, int fromPort, int toPort, ReadOnlySpan<byte> payload, long micros) => NowMicros = micros;

    /// <summary>The file has ended.</summary>
    public void Flush()
    {
        foreach (Conversation conversation in _conversations.Values)
        {
            conversation.Flush();
        }
    }

    /// <inheritdoc/>
    void IConversationOwner.OnTls() => TlsConnections++;

    /// <inheritdoc/>
    void IConversationOwner.OnRtsp(Conversation conversation, bool isFromCamera, ReadOnlySpan<byte> bytes)
    {
        conversation.Session ??= SessionOf(conversation);
        OnRtsp(conversation.Session, isFromCamera, bytes);
    }

    /// <inheritdoc/>
    void IConversationOwner.OnGap(Conversation conversation, bool isFromCamera, long bytes)
    {
        conversation.Session ??= SessionOf(conversation);
        OnGap(conversation.Session, isFromCamera, bytes);
    }

    protected virtual void OnRtsp(PacketSession session, bool isFromCamera, ReadOnlySpan<byte> bytes)
    {
        if (!isFromCamera)
        {
            if (!_requests.TryGetValue(session, out StreamCutter? cutter))
            {
                _requests.Add(session, cutter = new StreamCutter(new Requests(session)));
            }

            cutter.OnBytes(bytes);
        }
    }

    protected virtual void OnGap(PacketSession session, bool isFromCamera, long bytes)
    {
        if (!isFromCamera && _requests.TryGetValue(session, out StreamCutter? cutter))
        {
            cutter.OnGap();
        }
    }

    /// <summary>The two connections of a tunnel are one session.</summary>
    private PacketSession SessionOf(Conversation conversation)
    {
        if (conversation.Cookie is { } cookie && _byCookie.TryGetValue(cookie, out PacketSession? known))
        {
            return known;
        }

        PacketSession session = new(_sessions.Count, conversation.Client, conversation.Camera, conversation.CameraPort)
        {
            IsTunnelled = conversation.Cookie is not null,
        };
        _sessions.Add(session);
        if (conversation.Cookie is { } first)
        {
            _byCookie.Add(first, session);
        }

        return session;
    }

    /// <summary>Counts the requests of a session.</summary>
    private sealed class Requests(PacketSession session) : IStreamUnits
    {
        public void OnMessage(ReadOnlySpan<byte> raw, RtspMessage message)
        {
            if (message.IsRequest)
            {
                session.Requests++;
                session.Uri ??= message.Uri.Contains("://", StringComparison.Ordinal) ? message.Uri : null;
            }
        }

        public void OnFrame(byte channel, ReadOnlySpan<byte> payload)
        {
        }

        public void OnGarbage(int bytes)
        {
        }
    }
}
