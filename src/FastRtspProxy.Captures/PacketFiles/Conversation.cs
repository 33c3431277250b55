using System.Text;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>
/// A TCP connection of a packet capture: who is the client, whether it speaks RTSP, and through HTTP or not. Gives on what is RTSP.
/// </summary>
internal sealed class Conversation
{
    /// <summary>The head of a tunnel's request or answer.</summary>
    private const int HeadBytesMax = 16 * 1024;

    /// <summary>The first line of a request with a long URL.</summary>
    private const int FirstLineBytesMax = 2048;

    private readonly IConversationOwner _owner;
    private readonly TcpDirection[] _directions;
    private readonly MemoryStream[] _heads = [new(), new()];
    private readonly bool[] _isBehindHead = [false, false];
    private readonly TunnelDecoder _decoder = new();

    /// <summary>0: the side of the first packet is the client, 1: the other one; -1: not known yet.</summary>
    private int _client = -1;
    private ConversationKind _kind;

    public Conversation(IConversationOwner owner, in IpAddressPair pair, int fromPort, int toPort, WaitingBudget budget)
    {
        _owner = owner;
        Pair = pair;
        FromPort = fromPort;
        ToPort = toPort;
        _directions = [Direction(0, budget), Direction(1, budget)];
    }

    /// <summary>As the first packet had it.</summary>
    public IpAddressPair Pair { get; }

    public int FromPort { get; }

    public int ToPort { get; }

    public UInt128 Client => _client == 1 ? Pair.To : Pair.From;

    public UInt128 Camera => _client == 1 ? Pair.From : Pair.To;

    public int CameraPort => _client == 1 ? FromPort : ToPort;

    /// <summary>Of a tunnel's connections; null: it is none.</summary>
    public string? Cookie { get; private set; }

    public ConversationKind Kind => _kind;

    /// <summary>The session that it belongs to; null: none was found yet.</summary>
    public PacketSession? Session { get; set; }

    /// <summary>When the newest bytes came.</summary>
    public long Micros { get; private set; }

    public void OnSegment(in TcpSegment segment, ReadOnlySpan<byte> payload)
    {
        if (_kind == ConversationKind.Other)
        {
            return;
        }

        Micros = segment.Micros;
        int side = segment.Pair.From == Pair.From && segment.FromPort == FromPort ? 0 : 1;
        if (segment.IsSyn)
        {
            _directions[side].Begin(segment.Number);
            _client = _client < 0 && !segment.IsAck ? side : _client;
        }
        else
        {
            _directions[side].Add(segment.Number, payload, segment.LengthSent);
        }

        if (segment.Ends)
        {
            _directions[0].Flush();
            _directions[1].Flush();
        }
    }

    /// <summary>The file has ended.</summary>
    public void Flush()
    {
        _directions[0].Flush();
        _directions[1].Flush();
    }

    private TcpDirection Direction(int side, WaitingBudget budget) =>
        new(bytes => OnBytes(side, bytes), missed => OnMissed(side, missed), budget);

    private void OnMissed(int side, long bytes)
    {
        if (_kind is ConversationKind.Rtsp or ConversationKind.TunnelGet && _client >= 0)
        {
            _owner.OnGap(this, isFromCamera: side != _client, bytes);
        }
    }

    private void OnBytes(int side, ReadOnlySpan<byte> bytes)
    {
        if (_kind == ConversationKind.Unknown)
        {
            MemoryStream first = _heads[side];
            first.Write(bytes);
            bytes = first.GetBuffer().AsSpan(0, (int)first.Length);
            if (!bytes.Contains((byte)'\n') && bytes.Length < FirstLineBytesMax && char.IsAsciiLetterUpper((char)bytes[0]))
            {
                return; // the first line may say what it is, and is not whole yet
            }

            Judge(side, bytes);
            _heads[side] = new MemoryStream();
        }

        switch (_kind)
        {
            case ConversationKind.Rtsp:
                _owner.OnRtsp(this, isFromCamera: side != _client, bytes);
                break;
            case ConversationKind.TunnelGet when side != _client:
                TakeBehindHead(side, bytes, isFromCamera: true);
                break;
            case ConversationKind.TunnelPost when side == _client:
                TakeBehindHead(side, bytes, isFromCamera: false);
                break;
        }
    }

    /// <summary>By the first bytes that say it.</summary>
    private void Judge(int side, ReadOnlySpan<byte> bytes)
    {
        string first = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 2048)]);
        if (bytes is [0x16, 3, ..])
        {
            _kind = ConversationKind.Other;
            _owner.OnTls();
        }
        else if (first.StartsWith("RTSP/1.", StringComparison.Ordinal))
        {
            (_client, _kind) = (1 - side, ConversationKind.Rtsp);
        }
        else if (IsRequest(first))
        {
            (_client, _kind) = (side, ConversationKind.Rtsp);
        }
        else if (first.StartsWith("GET ", StringComparison.Ordinal) || first.StartsWith("POST ", StringComparison.Ordinal))
        {
            Cookie = CookieOf(first);
            _client = side;
            _kind = Cookie is null ? ConversationKind.Other : first[0] == 'G' ? ConversationKind.TunnelGet : ConversationKind.TunnelPost;
        }
        else if (bytes[0] != InterleavedFrame.Magic && _client >= 0)
        {
            _kind = ConversationKind.Other; // seen from its beginning, and nothing of ours
        }
    }

    private static bool IsRequest(string text)
    {
        int line = text.IndexOf('\n', StringComparison.Ordinal);
        return line > 0 && text[..line].TrimEnd().EndsWith(" RTSP/1.0", StringComparison.Ordinal);
    }

    private static string? CookieOf(string head)
    {
        const string Name = "x-sessioncookie:";
        int at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        int end = at < 0 ? -1 : head.IndexOf('\n', at);
        return end < 0 ? null : head[(at + Name.Length)..end].Trim();
    }

    private void TakeBehindHead(int side, ReadOnlySpan<byte> bytes, bool isFromCamera)
    {
        if (!_isBehindHead[side])
        {
            _heads[side].Write(bytes);
            ReadOnlySpan<byte> head = _heads[side].GetBuffer().AsSpan(0, (int)_heads[side].Length);
            int end = head.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                _kind = head.Length > HeadBytesMax ? ConversationKind.Other : _kind;
                return;
            }

            _isBehindHead[side] = true;
            bytes = head[(end + 4)..];
        }

        if (isFromCamera)
        {
            _owner.OnRtsp(this, isFromCamera, bytes);
            return;
        }

        byte[] decoded = new byte[TunnelDecoder.BytesOf(bytes.Length)];
        _ = _decoder.TryDecode(bytes, decoded, out int count);
        _owner.OnRtsp(this, isFromCamera, decoded.AsSpan(0, count));
    }
}
