using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// The RTSP connection of one client of the crowd: answers and interleaved media come in, requests and reports go out. In most cases it is a bare
/// descriptor in its shard's epoll, read into the shard's scratch and taken from there; a buffer exists only while half a frame waits for its rest.
/// Of an rtsps client it is a TLS stream, which costs a hop and copies: what a crowd over TLS costs is the cipher anyway. Of a client in an HTTP
/// tunnel it is the GET; what is sent goes by the POST. It judges nothing: all that comes and each end is told to the client.
/// </summary>
internal sealed class LoadConnection(LoadClient client) : PollTarget, IByteSink
{
    /// <summary>Half of an interleaved RTP packet fits in most cases.</summary>
    public const int SmallPieceBytes = 2048;

    /// <summary>What a slow client reads in a second.</summary>
    private const int SlowBytes = 64 * 1024;

    private static readonly RtspLimits s_limits = new() { HeadBytes = 16384, BodyBytes = 128 * 1024 };

    /// <summary>The descriptor, from <see cref="Open"/> to <see cref="Close"/>; -1 before, after, and always over TLS.</summary>
    private int _fd = -1;

    /// <summary>Set when the handshake has succeeded; only for an rtsps client.</summary>
    private TlsByteStream? _tls;

    /// <summary>Set when the tunnel begins, before the POST is open; only for a client in an HTTP tunnel.</summary>
    private PostConnection? _post;

    /// <summary>
    /// The beginning of a frame or message whose rest has not come: its first <see cref="_pieceBytes"/> bytes. Null exactly while that is 0.
    /// </summary>
    private byte[]? _piece;

    /// <inheritdoc cref="_piece"/>
    private int _pieceBytes;

    /// <summary>False while readiness means that the connect is over, true when it means that there are bytes.</summary>
    private bool _isConnected;

    private LoadShard Home => client.Home;

    private Shard Shard => client.Home.Shard;

    /// <summary>Begins to connect.</summary>
    public void Open()
    {
        if (client.Target.Url.Tls)
        {
            ConnectTls();
            return;
        }

        int fd = RawSocket.OpenTcp(client.Target.Address, client.OwnAddress);
        if (fd < 0)
        {
            client.Fail("connect: " + ErrorWords.Of(-fd));
            return;
        }

        _fd = fd;
        if (!Shard.Watch(fd, EpollEvents.Out, this))
        {
            client.Fail(LoadClient.OutOfWatches);
        }
    }

    /// <summary>What the connection took, or minus errno; a tunnel and TLS take all or nothing.</summary>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        if (_post is null && _tls is null)
        {
            return RawSocket.Send(_fd, bytes);
        }

        return (_tls is not null ? _tls.Send(bytes) : _post!.Send(bytes)) ? bytes.Length : -LinuxConstants.ErrorIo;
    }

    /// <summary>
    /// Sends the GET of a tunnel; from here on <see cref="Send"/> goes by the POST. <paramref name="postOpened"/> is told null when that is open,
    /// else why not. False: not taken whole.
    /// </summary>
    public bool BeginTunnel(ReadOnlySpan<byte> get, Action<string?> postOpened)
    {
        _post = new PostConnection(Shard, postOpened);
        return RawSocket.Send(_fd, get) == get.Length;
    }

    /// <summary>The GET was answered: opens the other half.</summary>
    public void OpenPost(string host, string cookie) =>
        _post!.Open(client.Target.Address, client.OwnAddress, host, client.Target.Url.PathAndQuery, cookie);

    /// <summary>Nothing is read any more but by <see cref="ReadSlowly"/>.</summary>
    public void Pause() => Shard.Unwatch(_fd, this);

    /// <summary>A slow client's share of this second.</summary>
    public void ReadSlowly() => Read(SlowBytes);

    /// <summary><see cref="Close"/> will reset the connection.</summary>
    public void ResetOnClose()
    {
        if (_fd >= 0)
        {
            RawSocket.ResetOnClose(_fd);
        }
    }

    public void Close()
    {
        _post?.Close();
        _tls?.Close();
        if (_fd >= 0)
        {
            Shard.Unwatch(_fd, this);
            _ = Libc.Close(_fd);
            _fd = -1;
        }

        DropPiece();
    }

    /// <inheritdoc/>
    void IByteSink.OnBytes(ReadOnlySpan<byte> bytes)
    {
        Shard.RefreshNow();
        long nowUnixMicros = UnixClock.NowMicros();
        if (_pieceBytes == 0)
        {
            Take(bytes, nowUnixMicros);
            return;
        }

        byte[] joined = [.. _piece.AsSpan(0, _pieceBytes), .. bytes];
        DropPiece();
        Take(joined, nowUnixMicros);
    }

    /// <inheritdoc/>
    void IByteSink.OnBatchEnd()
    {
    }

    /// <inheritdoc/>
    void IByteSink.OnClosed(SocketError error) => client.OnStreamEnd(error == SocketError.Success ? 0 : LinuxConstants.ErrorConnectionReset);

    /// <inheritdoc/>
    protected internal override void OnReady(EpollEvents events)
    {
        if (_isConnected)
        {
            Read(Shard.ScratchBytes);
            return;
        }

        int error = RawSocket.TakeError(_fd);
        if (error != 0)
        {
            client.Fail("connect: " + ErrorWords.Of(error));
            return;
        }

        Shard.Rewatch(_fd, EpollEvents.In, this);
        _isConnected = true;
        client.OnConnected();
    }

    /// <summary>Resumes on the shard.</summary>
    private async void ConnectTls()
    {
        TlsByteStream stream;
        try
        {
            ConnectTarget target = new(client.Target.Url.Host, client.Target.Url.Port);
            stream = await TlsByteStream.ConnectAsync(Shard, target, Home.Options.Timeout, Home.Options.InsecureTls);
        }
        catch (ByteStreamException e)
        {
            if (client.State == ClientState.Connecting)
            {
                client.Fail("connect: " + e.Message);
            }

            return;
        }

        if (client.State != ClientState.Connecting)
        {
            stream.Close();
            return;
        }

        _tls = stream;
        stream.Start(this);
        client.OnConnected();
    }

    private void Read(int bytesMax)
    {
        byte[] scratch = Shard.Scratch;
        int begun = _pieceBytes;
        if (begun > 0)
        {
            _piece.AsSpan(0, begun).CopyTo(scratch);
        }

        int room = Math.Min(bytesMax, scratch.Length - begun);
        int count = RawSocket.Receive(_fd, scratch.AsSpan(begun, room));
        if (count <= 0)
        {
            if (count is not (-LinuxConstants.ErrorAgain or -LinuxConstants.ErrorInterrupted))
            {
                client.OnStreamEnd(-count);
            }

            return;
        }

        DropPiece();
        Shard.RefreshNow();
        Take(scratch.AsSpan(0, begun + count), UnixClock.NowMicros());
    }

    /// <summary>Frames and messages go to the client, which may end meanwhile; a piece at the end is kept.</summary>
    private void Take(ReadOnlySpan<byte> bytes, long nowUnixMicros)
    {
        long now = Shard.NowMicros;
        while (bytes.Length > 0 && client.State < ClientState.Done)
        {
            int consumed;
            ParseStatus status;
            if (bytes[0] == InterleavedFrame.Magic)
            {
                status = InterleavedFrame.TryParse(bytes, out InterleavedFrame frame, out consumed);
                if (status == ParseStatus.Complete)
                {
                    client.OnFrame(frame, now, nowUnixMicros);
                }
            }
            else
            {
                status = RtspMessageParser.TryParse(bytes, Home.Message, s_limits, out consumed, out RtspDefect defect);
                if (status == ParseStatus.Complete)
                {
                    client.OnMessage(Home.Message);
                }
                else if (status == ParseStatus.Malformed)
                {
                    client.Fail("the server sends what is neither an answer nor a frame (" + defect + ")");
                    return;
                }
            }

            if (status == ParseStatus.NeedMore)
            {
                KeepPiece(bytes);
                return;
            }

            bytes = bytes[consumed..];
        }
    }

    private void KeepPiece(ReadOnlySpan<byte> bytes)
    {
        _piece = Home.RentPiece(bytes.Length);
        bytes.CopyTo(_piece);
        _pieceBytes = bytes.Length;
    }

    private void DropPiece()
    {
        if (_piece is not null)
        {
            Home.ReturnPiece(_piece);
            _piece = null;
            _pieceBytes = 0;
        }
    }
}
