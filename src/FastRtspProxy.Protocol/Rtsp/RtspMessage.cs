using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>
/// A request or a response. It owns a copy of its bytes and is meant to be used again for the next message: parsing into it allocates nothing
/// once its buffers have grown. Strings are made when they are asked for; the spans are valid until the next parse or <see cref="Reset"/>.
/// </summary>
public sealed partial class RtspMessage
{
    /// <summary>A body buffer above this size is given back by <see cref="Reset"/>: one large SDP must not stay for hours.</summary>
    private const int KeptBodyBytes = 64 * 1024;

    /// <summary>What <see cref="Trim"/> leaves of a buffer: enough for what players send.</summary>
    private const int TrimmedBytes = 2048;

    /// <summary>Of <see cref="_bodyBytes"/>: more came than is kept, and nothing is.</summary>
    private const int TooLong = -1;

    private const int FirstHeadBytes = 1024;

    private const int FirstHeaders = 16;

    /// <summary>Rented, as <see cref="_headers"/>, when a head comes; empty again after <see cref="Trim"/>.</summary>
    private byte[] _head = [];
    private byte[] _body = [];
    private HeaderSlot[] _headers = [];
    private RtspStartLine _start;
    private string? _method;
    private string? _uri;
    private string? _version;
    private string? _reason;
    private int _bodyBytes;
    private bool _passedContent;

    public bool IsRequest => _start.IsRequest;

    /// <summary>The method as sent (case matters, RFC 2326 section 10); empty for a response.</summary>
    public string Method => _method ??= RtspMethod.Intern(MethodBytes);

    /// <summary>The request URI as sent; empty for a response.</summary>
    public string Uri => _uri ??= RepeatedText.Of(UriBytes);

    /// <summary>`RTSP/1.0`, or `HTTP/1.x` on a tunnel.</summary>
    public string Version => _version ??= VersionText(VersionBytes);

    /// <summary>True for the HTTP messages that open a tunnel.</summary>
    public bool IsHttp => VersionBytes.Length > 5 && Ascii.EqualsIgnoreCase(VersionBytes[..5], "HTTP/"u8);

    /// <summary>100 to 999; 0 for a request.</summary>
    public int StatusCode => _start.StatusCode;

    public string Reason => _reason ??= Text(_head.AsSpan(_start.Reason));

    public ReadOnlySpan<byte> MethodBytes => _head.AsSpan(_start.Method);

    public ReadOnlySpan<byte> UriBytes => _head.AsSpan(_start.Uri);

    public ReadOnlySpan<byte> Body => _body.AsSpan(0, Math.Max(0, _bodyBytes));

    /// <summary>The body, kept or passed over, holds more than blanks and line ends.</summary>
    public bool HasContent => _passedContent || !IsBlank(Body);

    public int HeaderCount { get; private set; }

    /// <summary>What the message holds in memory for its head and its body.</summary>
    public int BufferBytes => _head.Length + _body.Length;

    /// <summary>The CSeq, null when it is missing or no number of one to ten digits: what an unsigned 32-bit counter gives has as many.</summary>
    public long? CSeq => Utf8Parser.TryParse(CSeqText, out long cseq, out _) ? cseq : null;

    /// <summary>The CSeq as it came, for an answer (`007` stays `007`); empty when it is none.</summary>
    public ReadOnlySpan<byte> CSeqText =>
        TryGetHeader("CSeq"u8, out ReadOnlySpan<byte> value) && value.Length is > 0 and <= 10 && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            ? value
            : default;

    /// <summary>The session id, without `;timeout=`; null when there is none.</summary>
    public string? Session
    {
        get
        {
            if (!TryGetHeader("Session"u8, out ReadOnlySpan<byte> value))
            {
                return null;
            }

            int end = value.IndexOf((byte)';');
            ReadOnlySpan<byte> id = Trim(end < 0 ? value : value[..end]);
            return id.IsEmpty ? null : Text(id);
        }
    }

    /// <summary>The first header of that name, trimmed; names are compared without case (RFC 2326 section 4 by way of RFC 2068).</summary>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (int i = 0; i < HeaderCount; i++)
        {
            if (Ascii.EqualsIgnoreCase(NameAt(i), name))
            {
                value = ValueAt(i);
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The first header of that name as text, null when there is none.</summary>
    public string? Header(string name)
    {
        for (int i = 0; i < HeaderCount; i++)
        {
            if (Ascii.EqualsIgnoreCase(NameAt(i), name))
            {
                return Text(ValueAt(i));
            }
        }

        return null;
    }

    /// <summary>All headers of that name, in order (several WWW-Authenticate lines are usual).</summary>
    public IReadOnlyList<string> HeaderValues(string name)
    {
        List<string>? values = null;
        for (int i = 0; i < HeaderCount; i++)
        {
            if (Ascii.EqualsIgnoreCase(NameAt(i), name))
            {
                (values ??= []).Add(Text(ValueAt(i)));
            }
        }

        return values ?? (IReadOnlyList<string>)[];
    }

    public (string Name, string Value) HeaderAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)HeaderCount, nameof(index));
        return (Text(NameAt(index)), Text(ValueAt(index)));
    }

    /// <summary>A piece of the body, which is not kept.</summary>
    public void PassBody(ReadOnlySpan<byte> piece) => _passedContent |= !IsBlank(piece);

    /// <summary>A piece of the body, which is kept as long as what came of it is no larger than so much; then none of it is.</summary>
    public void KeepBody(ReadOnlySpan<byte> piece, int bytesMax)
    {
        PassBody(piece);
        if (_bodyBytes < 0 || _bodyBytes + piece.Length > bytesMax)
        {
            _bodyBytes = TooLong;
            return;
        }

        int before = _bodyBytes;
        if (_body.Length < before + piece.Length)
        {
            Array.Resize(ref _body, bytesMax);
        }

        piece.CopyTo(_body.AsSpan(before));
        _bodyBytes = before + piece.Length;
    }

    /// <summary>Empties the message; buffers are kept for the next one.</summary>
    public void Reset()
    {
        _start = default;
        _method = _uri = _version = _reason = null;
        HeaderCount = 0;
        _bodyBytes = 0;
        _passedContent = false;
        if (_body.Length > KeptBodyBytes)
        {
            _body = [];
        }
    }

    /// <summary>
    /// Empties the message and gives its buffers back, wiped, and the body's if it is large: for whoever keeps the message through a long silence.
    /// </summary>
    public void Trim()
    {
        Reset();
        _body = _body.Length > TrimmedBytes ? [] : _body;
        GiveBack(ref _head);
        GiveBack(ref _headers);
    }

    private static void GiveBack<T>(ref T[] rented)
    {
        if (rented.Length > 0)
        {
            ArrayPool<T>.Shared.Return(rented, clearArray: true); // a head may hold a password
            rented = [];
        }
    }

    private ReadOnlySpan<byte> VersionBytes => _head.AsSpan(_start.Version);

    private ReadOnlySpan<byte> NameAt(int index) => _head.AsSpan(_headers[index].NameStart, _headers[index].NameLength);

    private ReadOnlySpan<byte> ValueAt(int index) => _head.AsSpan(_headers[index].ValueStart, _headers[index].ValueLength);

    private static string VersionText(ReadOnlySpan<byte> version) => version.SequenceEqual("RTSP/1.0"u8) ? "RTSP/1.0" : Text(version);

    private static string Text(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? string.Empty : Encoding.UTF8.GetString(bytes);

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8).IsEmpty;

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r"u8);

    private struct HeaderSlot
    {
        public int NameStart;
        public int NameLength;
        public int ValueStart;
        public int ValueLength;
    }
}
