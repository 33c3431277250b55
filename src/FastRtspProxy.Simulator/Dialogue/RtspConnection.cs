#pragma warning disable RS0030 // inside Outbound
using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Simulator.Probe;

/// <summary>
/// One RTSP connection for asking questions: requests and answers in turn, frames in between are handed on. Nothing here is fast; crowds have their
/// own client.
/// </summary>
internal sealed class RtspConnection : IAsyncDisposable
{
    private static readonly RtspLimits s_limits = new() { HeadBytes = 65536, HeaderLines = 1024, BodyBytes = 1024 * 1024 };

    private readonly Socket _socket;
    private readonly SslStream? _tls;
    private readonly AuthClient? _auth;
    private readonly TimeSpan _limit;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly RtspMessage _message = new();
    private byte[] _buffer = new byte[256 * 1024];
    private int _filled;
    private int _cseq;

    private RtspConnection(Socket socket, SslStream? tls, AuthClient? auth, TimeSpan limit)
    {
        _socket = socket;
        _tls = tls;
        _auth = auth;
        _limit = limit;
    }

    /// <summary>Takes interleaved frames: channel and payload.</summary>
    public FrameHandler? OnFrame { get; set; }

    /// <summary>Requests that the server sent to us.</summary>
    public List<string> ServerRequests { get; } = [];

    /// <summary>The scheme that the server asked for; null for none.</summary>
    public string? AuthScheme => _auth?.Scheme;

    /// <summary>The Session header of all further requests.</summary>
    public string? Session { get; set; }

    public IPAddress LocalAddress => ((IPEndPoint)_socket.LocalEndPoint!).Address.Unmapped();

    public IPAddress RemoteAddress => ((IPEndPoint)_socket.RemoteEndPoint!).Address.Unmapped();

    /// <summary>Connects; over TLS for rtsps, and then the certificate is checked unless <paramref name="isInsecure"/>.</summary>
    /// <exception cref="TimeoutException">Nobody answers.</exception>
    /// <exception cref="IOException">TLS: no agreement, or a certificate that is not trusted.</exception>
    public static async Task<RtspConnection> ConnectAsync(RtspUrl url, TimeSpan limit, bool isInsecure, CancellationToken cancel)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        linked.CancelAfter(limit);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        try
        {
            // The system's own way to connect to a name blocks a pool thread for as long as the name server likes.
            IPAddress[] addresses = await NameLookup.Cameras.TryResolve(url.Host)!.WaitAsync(linked.Token);
            tls = await Outbound.RunAsync(async () =>
            {
                await socket.ConnectAsync(addresses, url.Port, linked.Token);
                return url.Tls ? await HandshakeAsync(socket, url, isInsecure, linked.Token) : null;
            });
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"no answer from {url.Host}:{url.Port} within {limit.TotalSeconds:0.#} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new RtspConnection(socket, tls, url.User is { } user ? new AuthClient(user, url.Password ?? "") : null, limit);
    }

    /// <summary>Asks and waits for the answer, which is valid until the next call. A challenge is answered.</summary>
    public async Task<RtspMessage> RequestAsync(string method, string uri, CancellationToken cancel, params RtspHeader[] extra)
    {
        for (int tries = 0; ; tries++)
        {
            List<RtspHeader> headers = [new("User-Agent", "rtspsim"), .. extra];
            if (_auth?.Authorization(method, uri) is { } authorization)
            {
                headers.Add(new("Authorization", authorization));
            }

            if (Session is not null)
            {
                headers.Add(new("Session", Session));
            }

            _output.ResetWrittenCount();
            RtspWriter.WriteRequest(_output, method, uri, ++_cseq, headers.ToArray());
            await SendAsync(_output.WrittenMemory, cancel);
            RtspMessage answer = await ReceiveAsync(cancel);
            if (answer.StatusCode != RtspStatus.Unauthorized || tries == 2 || _auth is null || !_auth.Accept(answer.HeaderValues("WWW-Authenticate")))
            {
                return answer;
            }
        }
    }

    /// <summary>The CSeq of the last request.</summary>
    public int LastCSeq => _cseq;

    /// <summary>Sends bytes as they are.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => Outbound.RunAsync(async () =>
    {
        if (_tls is not null)
        {
            await _tls.WriteAsync(bytes, cancel);
            return;
        }

        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, cancel)..];
        }
    });

    /// <summary>The next answer; frames before it go to <see cref="OnFrame"/>.</summary>
    /// <exception cref="TimeoutException">None in time.</exception>
    /// <exception cref="EndOfStreamException">Closed by the server.</exception>
    /// <exception cref="InvalidDataException">Neither an answer nor a frame.</exception>
    public async Task<RtspMessage> ReceiveAsync(CancellationToken cancel, TimeSpan? within = null)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        linked.CancelAfter(within ?? _limit);
        while (true)
        {
            if (TakeBuffered())
            {
                return _message;
            }

            try
            {
                await FillAsync(linked.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new TimeoutException("no answer in time");
            }
        }
    }

    /// <summary>Reads frames until the time is over or the server closes; true: still open.</summary>
    public async Task<bool> ReadFramesAsync(CancellationToken until)
    {
        try
        {
            while (true)
            {
                while (TakeBuffered())
                {
                    // An answer to a keep-alive.
                }

                await FillAsync(until);
            }
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        catch (EndOfStreamException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _tls?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<SslStream> HandshakeAsync(Socket socket, RtspUrl url, bool isInsecure, CancellationToken cancel)
    {
        SslPolicyErrors seen = SslPolicyErrors.None;
        SslStream tls = new(new NetworkStream(socket));
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = url.Host,
            CertificateChainPolicy = TlsByteStream.ChainPolicy(),
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                seen = errors;
                return isInsecure || errors == SslPolicyErrors.None;
            },
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancel);
            return tls;
        }
        catch (AuthenticationException e)
        {
            await tls.DisposeAsync();
            throw new IOException(
                seen == SslPolicyErrors.None
                    ? "TLS failed: " + e.Message
                    : $"the certificate is not trusted ({seen}); install its authority, or use --insecure-tls",
                e);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private async Task<int> ReadAsync(Memory<byte> room, CancellationToken cancel)
    {
        if (_tls is null)
        {
            return await _socket.ReceiveAsync(room, cancel);
        }

        try
        {
            return await _tls.ReadAsync(room, cancel);
        }
        catch (IOException e) when (e.InnerException is SocketException inner)
        {
            throw inner;
        }
    }

    private async Task FillAsync(CancellationToken cancel)
    {
        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int count = await Outbound.RunAsync(() => ReadAsync(_buffer.AsMemory(_filled), cancel));
        if (count == 0)
        {
            throw new EndOfStreamException("the server has closed the connection");
        }

        _filled += count;
    }

    /// <summary>Takes frames and server requests from the buffer; true when <see cref="_message"/> is an answer.</summary>
    private bool TakeBuffered()
    {
        int start = 0;
        bool found = false;
        while (start < _filled && !found)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(start, _filled - start);
            int consumed;
            ParseStatus status;
            if (rest[0] == InterleavedFrame.Magic)
            {
                status = InterleavedFrame.TryParse(rest, out InterleavedFrame frame, out consumed);
                if (status == ParseStatus.Complete)
                {
                    OnFrame?.Invoke(frame.Channel, frame.Payload);
                }
            }
            else
            {
                status = RtspMessageParser.TryParse(rest, _message, s_limits, out consumed, out RtspDefect defect);
                if (status == ParseStatus.Malformed)
                {
                    throw new InvalidDataException("the server sends what is neither an answer nor a frame (" + defect + ")");
                }

                if (status == ParseStatus.Complete && _message.IsRequest)
                {
                    ServerRequests.Add(_message.Method);
                }

                found = status == ParseStatus.Complete && !_message.IsRequest;
            }

            if (status == ParseStatus.NeedMore)
            {
                break;
            }

            start += consumed;
        }

        _buffer.AsSpan(start, _filled - start).CopyTo(_buffer);
        _filled -= start;
        return found;
    }
}
