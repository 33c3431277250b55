using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CommunityToolkit.HighPerformance.Buffers;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// RTSP over HTTP as a client (Apple QTSS Programming Guide, chapter 2): everything that the camera sends comes on the GET connection in clear; what
/// we send goes out base64-encoded, message by message, on POST connections, which are never answered and are renewed when their nominal length is
/// used up.
/// </summary>
internal sealed class HttpTunnelStream : ByteStream
{
    /// <summary>
    /// The customary Content-Length of a POST; it is nominal, but some cameras count. A message that is longer has a POST of its own.
    /// </summary>
    public const int PostBytes = 32_767;

    private const string MediaType = "application/x-rtsp-tunnelled";

    /// <summary>Room for a head, rented while it is written; what is longer gets more.</summary>
    private const int HeadBytes = 1024;

    private readonly HttpTunnelTarget _target;
    private readonly ByteStream _get;
    private readonly HttpTunnelReply _reply;
    private readonly string _cookie;
    private readonly AuthClient? _auth;

    /// <summary>Messages, already encoded, that wait for a new POST, and their bytes; empty unless one is being opened.</summary>
    private readonly Queue<byte[]> _waiting = [];
    private int _waitingBytes;

    /// <summary>The newest POST; null before the first.</summary>
    private ByteStream? _post;

    /// <summary>What was sent of the nominal length of <see cref="_post"/>; all of it where that has ended.</summary>
    private int _posted;

    /// <summary>A new POST is being opened: nothing is sent beside it, because the messages must stay in order.</summary>
    private bool _isReopening;

    /// <summary>The tunnel was closed, with both of its connections; once true it stays.</summary>
    private bool _closed;

    private HttpTunnelStream(Shard shard, HttpTunnelTarget target, ByteStream get, HttpTunnelReply reply, string cookie, AuthClient? auth)
        : base(shard)
    {
        _target = target;
        _get = get;
        _reply = reply;
        _cookie = cookie;
        _auth = auth;
    }

    /// <inheritdoc/>
    public override IPEndPoint Remote => _get.Remote;

    /// <inheritdoc/>
    public override IPEndPoint Local => _get.Local;

    /// <inheritdoc/>
    public override int QueuedBytes => _waitingBytes + (_post?.QueuedBytes ?? 0);

    /// <summary>Makes both connections. A 401 to the GET is answered once, on a new connection.</summary>
    /// <exception cref="ByteStreamException">No connection, or no tunnel there; the message says why.</exception>
    public static async Task<HttpTunnelStream> ConnectAsync(Shard shard, HttpTunnelTarget target, AuthClient? auth)
    {
        string cookie = RandomNumberGenerator.GetHexString(23, lowercase: true);
        for (int attempt = 0; ; attempt++)
        {
            ByteStream get = await target.ConnectAsync(shard);
            string? authorization = auth?.Authorization("GET", target.Path);
            HttpTunnelReply reply = new(shard);
            get.Start(reply);
            _ = get.Send(GetHead(target, cookie, authorization));
            if (!await reply.WaitAsync(target.Limit))
            {
                get.Close();
                throw new ByteStreamException(ConnectFailure.TunnelRefused, $"the HTTP tunnel at {target.Server.Shown} does not answer");
            }

            if (reply.Status == 200)
            {
                // Both connections belong together: where the name takes long, the second one goes where the first one went.
                HttpTunnelTarget same = target with { Server = target.Server with { LastAddress = get.Remote.Address } };
                HttpTunnelStream tunnel = new(shard, same, get, reply, cookie, auth);
                return await tunnel.TryPostAsync() ? tunnel : throw tunnel.Refused("its second connection failed");
            }

            get.Close();
            if (reply.Status != 401 || attempt > 0 || auth?.Accept(reply.Challenges) != true)
            {
                throw new ByteStreamException(
                    ConnectFailure.TunnelRefused,
                    reply.Status == 0
                        ? $"there is no HTTP server at {target.Server.Shown}"
                        : $"the HTTP tunnel at {target.Server.Shown} was answered {reply.Status.ToString(CultureInfo.InvariantCulture)}");
            }
        }
    }

    /// <inheritdoc/>
    public override void Start(IByteSink sink) => _reply.ForwardTo(sink);

    /// <inheritdoc/>
    public override void Pause() => _get.Pause();

    /// <inheritdoc/>
    public override void Resume() => _get.Resume();

    /// <inheritdoc/>
    public override bool Send(ReadOnlySpan<byte> bytes)
    {
        if (_closed || _waitingBytes > SendQueueBytes)
        {
            return false;
        }

        // Each message is a piece of base64 of its own, padding included, as LIVE555 and QuickTime write it.
        byte[] encoded = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
        if (_post is { } post && !_isReopening && _posted + encoded.Length <= PostBytes)
        {
            _posted += encoded.Length;
            return post.Send(encoded);
        }

        _waiting.Enqueue(encoded);
        _waitingBytes += encoded.Length;
        if (!_isReopening)
        {
            _ = ReopenAsync();
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (!_closed)
        {
            _closed = true;
            _get.Close();
            _post?.Close();
        }
    }

    /// <inheritdoc/>
    protected internal override void OnReady(Net.Linux.EpollEvents events)
    {
        // The connections inside have descriptors of their own.
    }

    /// <summary>Sends what waits, on as many new POSTs as its length needs.</summary>
    private async Task ReopenAsync()
    {
        _isReopening = true;
        while (_waiting.TryPeek(out byte[]? next))
        {
            if (_post is null || _posted + next.Length > PostBytes)
            {
                ByteStream? old = _post;
                bool opened = await TryPostAsync(Math.Max(PostBytes, next.Length));
                old?.Close();
                if (!opened)
                {
                    Close();
                    _reply.End(SocketError.ConnectionReset);
                    return;
                }
            }

            // A new POST gets its message, whatever has become of it: else each that ends at once would have the next one opened at once.
            _ = _waiting.Dequeue();
            _waitingBytes -= next.Length;
            _posted += next.Length;
            _ = _post!.Send(next);
        }

        _isReopening = false;
    }

    /// <summary>Some servers count the Content-Length, or give a POST a time limit: the next request opens another.</summary>
    private void OnPostClosed(ByteStream post)
    {
        if (post == _post)
        {
            _posted = PostBytes;
        }
    }

    private async Task<bool> TryPostAsync(int contentBytes = PostBytes)
    {
        try
        {
            ByteStream post = await _target.ConnectAsync(Shard);
            if (_closed)
            {
                post.Close();
                return false;
            }

            _post = post;
            _posted = 0;
            post.Start(new SilentSink(this, post));

            // Digest covers the method, so the POST has an answer of its own to the challenge of the GET.
            return post.Send(PostHead(_target, _cookie, _auth?.Authorization("POST", _target.Path), contentBytes));
        }
        catch (ByteStreamException)
        {
            return false;
        }
    }

    private ByteStreamException Refused(string why)
    {
        Close();
        return new ByteStreamException(ConnectFailure.TunnelRefused, $"the HTTP tunnel at {_target.Server.Shown}: {why}");
    }

    private static byte[] GetHead(HttpTunnelTarget target, string cookie, string? authorization) => Head("GET", target, cookie, authorization,
    [
        new RtspHeader("Accept", MediaType), new RtspHeader("Pragma", "no-cache"), new RtspHeader("Cache-Control", "no-cache"),
    ]);

    private static byte[] PostHead(HttpTunnelTarget target, string cookie, string? authorization, int contentBytes) =>
        Head("POST", target, cookie, authorization,
        [
            new RtspHeader("Content-Type", MediaType), new RtspHeader("Pragma", "no-cache"), new RtspHeader("Cache-Control", "no-cache"),
            new RtspHeader("Content-Length", contentBytes.ToString(CultureInfo.InvariantCulture)),
            new RtspHeader("Expires", "Sun, 9 Jan 1972 00:00:00 GMT"),
        ]);

    private static byte[] Head(string method, HttpTunnelTarget target, string cookie, string? authorization, ReadOnlySpan<RtspHeader> ofMethod)
    {
        List<RtspHeader> headers =
        [
            new("User-Agent", BackendSession.UserAgent), new("Host", AddressText.HostForPeer(target.Host)), new("x-sessioncookie", cookie),
        ];
        if (authorization is not null)
        {
            headers.Add(new RtspHeader("Authorization", authorization));
        }

        headers.AddRange(ofMethod);
        using ArrayPoolBufferWriter<byte> head = new(HeadBytes);
        RtspWriter.WriteHttpRequest(head, method, target.Path, headers.ToArray());
        return head.WrittenSpan.ToArray();
    }

    /// <summary>The POST connection is never answered; what comes there anyway is not ours.</summary>
    private sealed class SilentSink(HttpTunnelStream tunnel, ByteStream post) : IByteSink
    {
        public void OnBytes(ReadOnlySpan<byte> bytes)
        {
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => tunnel.OnPostClosed(post);
    }
}
