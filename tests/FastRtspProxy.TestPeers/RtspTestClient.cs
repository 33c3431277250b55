using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text;

namespace FastRtspProxy.TestPeers;

/// <summary>
/// A client that sends exactly what a test says and shows exactly what comes back. Answers and `$` frames are told apart as they come, in order; every wait has a limit.
/// </summary>
internal sealed class RtspTestClient : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly Queue<InterleavedPacket> _frames = new();
    private readonly List<string> _order = [];
    private int _start;
    private int _end;
    private int _cseq;

    /// <summary>TLS, or a WebSocket; null: the bytes are the socket's.</summary>
    private readonly Stream? _stream;

    public RtspTestClient(Socket socket, Stream? stream = null)
    {
        _socket = socket;
        _stream = stream;
    }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    public Socket Socket => _socket;

    /// <summary>What came, in order: <c>response</c> or <c>frame</c>.</summary>
    public IReadOnlyList<string> Order => _order;

    /// <summary>The CSeq of the last request that <see cref="RequestAsync"/> sent.</summary>
    public int LastCSeq => _cseq;

    public static async Task<RtspTestClient> ConnectAsync(int port, IPAddress? address = null, IPAddress? from = null)
    {
        address ??= IPAddress.Loopback;
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }

        await socket.ConnectAsync(new IPEndPoint(address, port)).WaitAsync(Limit);
        return new RtspTestClient(socket);
    }

    /// <summary>Connects by TLS, and trusts whatever certificate there is.</summary>
    public static async Task<RtspTestClient> ConnectSecureAsync(int port, SslProtocols protocols = SslProtocols.None, string name = "localhost")
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port)).WaitAsync(Limit);
        SslStream tls = new(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = name,
                EnabledSslProtocols = protocols,
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
            }).WaitAsync(Limit);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }

        return new RtspTestClient(socket, tls);
    }

    /// <summary>Goes on as a WebSocket, by the framework's own code for it.</summary>
    /// <param name="headers">Further ones of the opening, each with its line's end.</param>
    public async Task<RtspTestClient> UpgradeAsync(string headers = "")
    {
        await SendAsync($"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: rtsp.onvif.org\r\n{headers}\r\n");
        RtspTestResponse opened = await ReadResponseAsync();
        if (opened.StatusLine != "HTTP/1.1 101 Switching Protocols")
        {
            throw new WebSocketException(opened.StatusLine);
        }

        WebSocket socket = WebSocket.CreateFromStream(AsStream(), new WebSocketCreationOptions { SubProtocol = "rtsp.onvif.org" });
        return new RtspTestClient(_socket, WebSocketStream.Create(socket, WebSocketMessageType.Binary));
    }

    /// <summary>Goes on in an HTTP tunnel, of which this connection is the GET and the other one the POST.</summary>
    public async Task<RtspTestClient> TunnelAsync(RtspTestClient post)
    {
        string cookie = Guid.NewGuid().ToString("N");
        await SendAsync($"GET / HTTP/1.0\r\nx-sessioncookie: {cookie}\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n");
        RtspTestResponse opened = await ReadResponseAsync();
        if (opened.Status != 200)
        {
            throw new IOException(opened.StatusLine);
        }

        await post.SendAsync($"POST / HTTP/1.0\r\nx-sessioncookie: {cookie}\r\nContent-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\n\r\n");
        return new RtspTestClient(_socket, new TunnelStream(AsStream(), post.AsStream()));
    }

    /// <summary>What was agreed on; null: it is in the clear.</summary>
    public SslStream? Tls => _stream as SslStream;

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_stream is not null)
        {
            await _stream.WriteAsync(bytes).AsTask().WaitAsync(Limit);
            return;
        }

        while (!bytes.IsEmpty)
        {
            int sent = await _socket.SendAsync(bytes, SocketFlags.None).AsTask().WaitAsync(Limit);
            bytes = bytes[sent..];
        }
    }

    /// <summary>Sends a `$` frame.</summary>
    public Task SendFrameAsync(byte channel, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[payload.Length + 4];
        frame[0] = (byte)'$';
        frame[1] = channel;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        payload.CopyTo(frame.AsSpan(4));
        return SendAsync(frame);
    }

    /// <summary>Sends a request with the next CSeq and waits for its answer. Headers as <c>Name: value</c>.</summary>
    public async Task<RtspTestResponse> RequestAsync(string method, string url, params string[] headers)
    {
        await SendAsync(Request(method, url, headers));
        return await ReadResponseAsync();
    }

    public string Request(string method, string url, params string[] headers)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{method} {url} RTSP/1.0\r\nCSeq: {++_cseq}\r\n");
        foreach (string header in headers)
        {
            text.Append(header).Append("\r\n");
        }

        return text.Append("\r\n").ToString();
    }

    /// <summary>The next answer; frames before it are kept for <see cref="ReadFrameAsync"/>.</summary>
    public async Task<RtspTestResponse> ReadResponseAsync(TimeSpan? limit = null)
    {
        using CancellationTokenSource cancel = new(limit ?? Limit);
        while (true)
        {
            while (TryTakeFrame())
            {
            }

            if (TryTakeResponse() is { } response)
            {
                return response;
            }

            if (!await FillAsync(cancel.Token))
            {
                throw new EndOfStreamException("closed while an answer was waited for");
            }
        }
    }

    /// <summary>The next `$` frame; there must be no answer before it.</summary>
    public async Task<InterleavedPacket> ReadFrameAsync(TimeSpan? limit = null)
    {
        using CancellationTokenSource cancel = new(limit ?? Limit);
        while (true)
        {
            if (_frames.TryDequeue(out InterleavedPacket? frame))
            {
                return frame;
            }

            if (!TryTakeFrame() && !await FillAsync(cancel.Token))
            {
                throw new EndOfStreamException("closed while a frame was waited for");
            }
        }
    }

    /// <summary>True when nothing comes for a while; what does come is kept.</summary>
    public async Task<bool> IsSilentAsync(TimeSpan span)
    {
        while (TryTakeFrame())
        {
        }

        if (_frames.Count > 0 || _end > _start)
        {
            return false;
        }

        using CancellationTokenSource cancel = new(span);
        try
        {
            await FillAsync(cancel.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    /// <summary>Reads and drops everything until the other side closes; false when it does not within the limit.</summary>
    public async Task<bool> IsClosedAsync(TimeSpan? limit = null)
    {
        using CancellationTokenSource cancel = new(limit ?? Limit);
        try
        {
            do
            {
                _start = _end = 0;
            }
            while (await FillAsync(cancel.Token));
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _stream?.Dispose();
    }

    private Stream AsStream() => _stream ?? new NetworkStream(_socket, ownsSocket: true);

    private async Task<bool> FillAsync(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        try
        {
            int count = _stream is null
                ? await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancel)
                : await _stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            _end += count;
            return count > 0;
        }
        catch (Exception e) when (e is SocketException or IOException or WebSocketException)
        {
            return false;
        }
    }

    private bool TryTakeFrame()
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(_start, _end - _start);
        if (input.Length < 4 || input[0] != '$')
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(input[2..]);
        if (input.Length < 4 + length)
        {
            return false;
        }

        _frames.Enqueue(new InterleavedPacket(input[1], input.Slice(4, length).ToArray()));
        _order.Add("frame");
        _start += 4 + length;
        return true;
    }

    private RtspTestResponse? TryTakeResponse()
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(_start, _end - _start);
        int end = input.IndexOf("\r\n\r\n"u8);
        if (end < 0 || input[0] == '$')
        {
            return null;
        }

        string[] lines = Encoding.UTF8.GetString(input[..end]).Split("\r\n");
        List<(string, string)> headers = [];
        int bodyBytes = 0;
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add((line[..colon], line[(colon + 1)..].Trim()));
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                bodyBytes = int.Parse(line[15..], CultureInfo.InvariantCulture);
            }
        }

        if (input.Length < end + 4 + bodyBytes)
        {
            return null;
        }

        byte[] body = input.Slice(end + 4, bodyBytes).ToArray();
        _start += end + 4 + bodyBytes;
        _order.Add("response");
        return new RtspTestResponse(lines[0], headers, body);
    }
}
