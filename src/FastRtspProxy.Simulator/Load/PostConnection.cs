using System.Buffers.Text;
using System.Net;
using System.Text;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// The sending half of an HTTP tunnel (QuickTime Streaming Server programming guide, chapter 2): requests go out in base64, nothing ever comes back.
/// </summary>
internal sealed class PostConnection(Shard shard, Action<string?> opened) : PollTarget
{
    private int _fd = -1;
    private string _head = "";

    /// <summary>Connects; <paramref name="opened"/> is told null when it is open, else why not.</summary>
    public void Open(IPEndPoint to, IPAddress? from, string host, string path, string cookie)
    {
        _head = $"POST {path} HTTP/1.0\r\nHost: {host}\r\nx-sessioncookie: {cookie}\r\nContent-Type: application/x-rtsp-tunnelled\r\n"
            + "Pragma: no-cache\r\nCache-Control: no-cache\r\nContent-Length: 32767\r\nExpires: Sun, 9 Jan 1972 00:00:00 GMT\r\n\r\n";
        int fd = RawSocket.OpenTcp(to, from);
        if (fd < 0)
        {
            opened("POST: " + ErrorWords.Of(-fd));
            return;
        }

        _fd = fd;
        if (!shard.Watch(fd, EpollEvents.Out, this))
        {
            opened("POST: out of kernel memory for sockets");
        }
    }

    /// <summary>Sends a request; false when it was not taken whole.</summary>
    public bool Send(ReadOnlySpan<byte> request)
    {
        byte[] text = new byte[Base64.GetMaxEncodedToUtf8Length(request.Length)];
        _ = Base64.EncodeToUtf8(request, text, out _, out int bytes);
        return _fd >= 0 && RawSocket.Send(_fd, text.AsSpan(0, bytes)) == bytes;
    }

    public void Close()
    {
        if (_fd >= 0)
        {
            shard.Unwatch(_fd, this);
            _ = Libc.Close(_fd);
            _fd = -1;
        }
    }

    /// <inheritdoc/>
    protected internal override void OnReady(EpollEvents events)
    {
        // Only the connect is waited for: the server closes this half when it likes, and must not answer on it.
        int error = RawSocket.TakeError(_fd);
        shard.Unwatch(_fd, this);
        if (error != 0)
        {
            opened("POST: " + ErrorWords.Of(error));
            return;
        }

        byte[] head = Encoding.ASCII.GetBytes(_head);
        opened(RawSocket.Send(_fd, head) == head.Length ? null : "POST: the server does not read");
    }
}
