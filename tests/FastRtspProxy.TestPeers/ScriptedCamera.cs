using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastRtspProxy.TestPeers;

/// <summary>
/// A camera on loopback whose every answer can be scripted. By default it behaves: OPTIONS, DESCRIBE, SETUP over UDP or interleaved, PLAY, PAUSE, TEARDOWN.
/// It is written without the product's own parsers on purpose.
/// </summary>
public sealed partial class ScriptedCamera : IDisposable
{
    /// <summary>One H.264 and one AAC track.</summary>
    public const string VideoAndAudio =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Scripted\r\nt=0 0\r\na=control:*\r\n" +
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0IAKeKQFge2AtwEBAaQeJEV,aM48gA==\r\na=control:trackID=0\r\n" +
        "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/2\r\na=fmtp:97 mode=AAC-hbr;config=1190\r\na=control:trackID=1\r\n";

    /// <summary>One H.264 track.</summary>
    public const string VideoOnly =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Scripted\r\nt=0 0\r\n" +
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:trackID=0\r\n";

    private readonly TcpListener _listener;
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly ConcurrentDictionary<int, TcpClient> _connections = new();
    private readonly ConcurrentDictionary<int, StreamBytes> _inputs = new();
    private int _connectionCount;
    private volatile bool _stopped;

    /// <summary>Starts to listen; port 0: any.</summary>
    public ScriptedCamera(int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>The RTSP port.</summary>
    public int Port { get; }

    /// <summary>The URL.</summary>
    public string Url => $"rtsp://127.0.0.1:{Port}/live";

    /// <summary>The description that DESCRIBE gives.</summary>
    public string Sdp { get; set; } = VideoAndAudio;

    /// <summary>The Content-Base of DESCRIBE's answer; null: the URL that was asked for, and a slash.</summary>
    public string? ContentBase { get; set; }

    /// <summary>The time-out that SETUP announces.</summary>
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>The methods that OPTIONS names.</summary>
    public string Public { get; set; } = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER";

    /// <summary>Asked first; null: the default answer.</summary>
    public Func<ScriptedRequest, ScriptedReply?>? Script { get; set; }

    /// <summary>Everything that was received, in order.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary>The methods that were received, in order.</summary>
    public IReadOnlyList<string> Methods => [.. _requests.Select(r => r.Method)];

    /// <summary>As <see cref="Methods"/>, without the OPTIONS that comes at some time after PLAY.</summary>
    public IReadOnlyList<string> Dialogue => [.. _requests.Select(r => r.Method).Where(m => m != "OPTIONS")];

    /// <summary>Connections made so far.</summary>
    public int ConnectionCount => _connectionCount;

    /// <summary>Connections that are open.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>Everything that has come on its connections is read and answered: what was sent to it before this was asked has been dealt with. Any thread.</summary>
    public bool IsIdle
    {
        get
        {
            try
            {
                return (_stopped || !_listener.Pending()) && _connections.All(c => _inputs.TryGetValue(c.Key, out StreamBytes? input) && input.Waits && c.Value.Available == 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return false; // one of them is being closed
            }
        }
    }

    /// <summary>The responses that came for requests of our own.</summary>
    public ConcurrentQueue<string> Responses { get; } = new();

    /// <summary>How often that method was received.</summary>
    public int Count(string method) => _requests.Count(r => r.Method == method);

    /// <summary>Sends bytes on the newest connection.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes)
    {
        TcpClient? connection = _connections.OrderByDescending(c => c.Key).FirstOrDefault().Value;
        try
        {
            connection?.GetStream().Write(bytes);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The other side has closed; the test sees it by its own means.
        }
    }

    /// <summary>Sends text on the newest connection.</summary>
    public void SendText(string text) => SendRaw(Encoding.ASCII.GetBytes(text));

    /// <summary>Closes every connection and forgets the session: a reboot, without the time it takes.</summary>
    public void DropConnections()
    {
        // Those of now: one that is made anew while the first is being closed is none of them.
        foreach ((int id, TcpClient connection) in _connections.ToArray())
        {
            connection.Close();
            _connections.TryRemove(id, out _);
        }
    }

    /// <summary>The kernel keeps about so much for each connection that is open.</summary>
    public void LimitSendBuffers(int bytes)
    {
        foreach (TcpClient connection in _connections.Values)
        {
            connection.SendBufferSize = bytes;
        }
    }

    /// <summary>Closes the oldest connection alone.</summary>
    public void DropOldestConnection() => _connections.OrderBy(static one => one.Key).First().Value.Close();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        _listener.Stop();
        DropConnections();
        CloseMedia();
    }

    private async Task AcceptAsync()
    {
        while (!_stopped)
        {
            try
            {
                TcpClient connection = await _listener.AcceptTcpClientAsync();
                connection.NoDelay = true;
                int id = Interlocked.Increment(ref _connectionCount);
                _connections[id] = connection;
                if (_stopped)
                {
                    DropConnections(); // it came while the others were being closed
                }

                _ = ServeAsync(id, connection);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(int id, TcpClient connection)
    {
        try
        {
            using StreamBytes input = new(connection.GetStream());
            _inputs[id] = input;
            while (await input.ReadUnitAsync() is { } unit)
            {
                if (unit.Frame is { } frame)
                {
                    _frames.Enqueue(frame);
                }
                else if (unit.Text!.StartsWith("RTSP/", StringComparison.Ordinal))
                {
                    Responses.Enqueue(unit.Text);
                }
                else
                {
                    ScriptedRequest request = Parse(id, unit.Text);
                    _requests.Enqueue(request);
                    ScriptedReply reply = Script?.Invoke(request) ?? Default(request);
                    if (!reply.Silent)
                    {
                        await connection.GetStream().WriteAsync(Bytes(request, reply));
                    }

                    if (reply.Close)
                    {
                        break;
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // Closed under us.
        }

        _connections.TryRemove(id, out _);
        _inputs.TryRemove(id, out _);
        connection.Close();
    }

    private static ScriptedRequest Parse(int connection, string text)
    {
        string[] lines = text.Split("\r\n");
        string[] start = lines[0].Split(' ');
        List<(string, string)> headers = [];
        for (int i = 1; i < lines.Length && lines[i].Length > 0; i++)
        {
            int colon = lines[i].IndexOf(':', StringComparison.Ordinal);
            headers.Add((lines[i][..colon], lines[i][(colon + 1)..].Trim()));
        }

        return new ScriptedRequest(connection, start[0], start.Length > 1 ? start[1] : string.Empty, headers, string.Empty);
    }

    private static byte[] Bytes(ScriptedRequest request, ScriptedReply reply)
    {
        if (reply.Raw is { } raw)
        {
            return raw;
        }

        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"RTSP/1.0 {reply.Status} {reply.Reason}\r\n");
        if (!reply.WithoutCSeq)
        {
            text.Append("CSeq: ").Append(request.Header("CSeq")).Append("\r\n");
        }

        foreach ((string name, string value) in reply.Headers)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        byte[] body = Encoding.UTF8.GetBytes(reply.Body);
        if (body.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        text.Append("\r\n");
        return [.. reply.Before, .. Encoding.ASCII.GetBytes(text.ToString()), .. body, .. reply.After];
    }
}
