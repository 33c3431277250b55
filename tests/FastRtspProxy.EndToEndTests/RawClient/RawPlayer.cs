using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.EndToEndTests.RawClient;

/// <summary>
/// A light RTSP player that decodes nothing and watches sequence numbers: dozens run in one process. It speaks only as much RTSP as that needs
/// and shares no code with what it tests.
/// </summary>
public sealed class RawPlayer : IAsyncDisposable
{
    /// <summary>For what comes while the test's process stands still for some seconds.</summary>
    private const int UdpBufferBytes = 16 << 20;

    private const int TcpBufferBytes = 1 << 20;

    // socket(7)
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;

    private static readonly TimeSpan s_replyLimit = TimeSpan.FromSeconds(40);

    private readonly Socket _control;
    private readonly List<Socket> _udpSockets = [];
    private readonly ConcurrentQueue<TaskCompletionSource<RtspReply>> _waiting = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _reader;
    private string _baseUrl = "";
    private string[] _controls = [];
    private int _cseq;
    private string? _session;
    private volatile bool _stalled;

    private RawPlayer(Socket control, string url, bool tcp)
    {
        _control = control;
        Url = url;
        Tcp = tcp;
        _reader = Task.Run(ReadControlAsync);
    }

    public string Url { get; }

    /// <summary>The first interleaved channel that the player asks for.</summary>
    public int FirstChannel { get; init; }

    public bool Tcp { get; }

    /// <summary>Over UDP: opens RTP ports only, as players do that have no use for reports; their host says of the RTCP ports that nobody listens.</summary>
    public bool WithoutRtcp { get; init; }

    public IReadOnlyList<TrackCounter> Tracks { get; private set; } = [];

    /// <summary>The control connection has ended, by the other side or by us.</summary>
    public Task Closed => _reader;

    /// <param name="receiveBufferBytes">SO_RCVBUF of the connection, for a player that will stall; null: so much that a test that stands still is none.</param>
    public static async Task<RawPlayer> ConnectAsync(string url, bool tcp, int? receiveBufferBytes = null, int firstChannel = 0, bool withoutRtcp = false)
    {
        Uri uri = new(url);
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.ReceiveBufferSize = receiveBufferBytes ?? TcpBufferBytes;
        await socket.ConnectAsync(uri.Host, uri.Port);
        return new RawPlayer(socket, url, tcp) { FirstChannel = firstChannel, WithoutRtcp = withoutRtcp };
    }

    /// <summary>DESCRIBE, SETUP of every track, PLAY.</summary>
    public async Task PlayAsync()
    {
        await SetUpAsync();
        RtspReply play = await AskToPlayAsync("npt=0.000-");
        Assert.Equal(200, play.Status);
    }

    /// <summary>DESCRIBE, SETUP of every track.</summary>
    public async Task SetUpAsync()
    {
        RtspReply description = await DescribeAsync();
        Assert.Equal(200, description.Status);
        _baseUrl = description.Header("Content-Base") ?? Url;
        string[] medias = [.. description.Body.Split("\nm=").Skip(1)];
        _controls = [.. medias.Select(media => ControlOf(_baseUrl, media))];
        Tracks = [.. medias.Select(media => new TrackCounter { ClockRate = ClockRateOf(media) })];
        for (int track = 0; track < _controls.Length; track++)
        {
            string transport = Tcp
                ? $"RTP/AVP/TCP;unicast;interleaved={FirstChannel + (2 * track)}-{FirstChannel + (2 * track) + 1}"
                : $"RTP/AVP;unicast;client_port={BindPair(Tracks[track])}";
            RtspReply setup = await RequestAsync("SETUP", _controls[track], "Transport: " + transport);
            Assert.Equal(200, setup.Status);
            _session ??= setup.Header("Session")?.Split(';')[0];
        }
    }

    /// <summary>PLAY of everything that was set up.</summary>
    /// <param name="range">What the Range says.</param>
    /// <returns>The answer, whatever it is.</returns>
    public async Task<RtspReply> AskToPlayAsync(string range)
    {
        RtspReply play = await RequestAsync("PLAY", _baseUrl, "Range: " + range);
        ReadRtpInfo(play.Header("RTP-Info"));
        return play;
    }

    /// <summary>The answer to DESCRIBE, other than that there is no such stream: so a server says that its camera has not told it yet what it has.</summary>
    public async Task<RtspReply> DescribeAsync()
    {
        RtspReply? reply = null;
        await Until.TrueAsync(async () => (reply = await RequestAsync("DESCRIBE", Url, "Accept: application/sdp")).Status != 404);
        return reply!;
    }

    public async Task<RtspReply> RequestAsync(string method, string url, string? header = null)
    {
        TaskCompletionSource<RtspReply> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(reply);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{method} {url} RTSP/1.0\r\nCSeq: {++_cseq}\r\n");
        if (_session is not null)
        {
            text.Append("Session: ").Append(_session).Append("\r\n");
        }

        if (header is not null)
        {
            text.Append(header).Append("\r\n");
        }

        text.Append("\r\n");
        await _control.SendAsync(Encoding.ASCII.GetBytes(text.ToString()));
        return await reply.Task.WaitAsync(s_replyLimit);
    }

    /// <summary>From now on nothing is read from the control connection, as by a player that hangs.</summary>
    public void Stall() => _stalled = true;

    public async Task TeardownAsync()
    {
        RtspReply reply = await RequestAsync("TEARDOWN", Url);
        Assert.Equal(200, reply.Status);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _control.Dispose();
        foreach (Socket socket in _udpSockets)
        {
            socket.Dispose();
        }

        await _reader;
        _ended.Dispose();
    }

    private static string ControlOf(string baseUrl, string media)
    {
        string control = media.Split('\n').Select(line => line.Trim()).First(line => line.StartsWith("a=control:", StringComparison.Ordinal))["a=control:".Length..];
        return control.Contains("://", StringComparison.Ordinal) ? control : baseUrl.TrimEnd('/') + "/" + control;
    }

    // "a=rtpmap:97 MPEG4-GENERIC/48000/1"
    private static int ClockRateOf(string media)
    {
        string? map = media.Split('\n').FirstOrDefault(line => line.StartsWith("a=rtpmap:", StringComparison.Ordinal));
        return map is null ? 0 : int.Parse(map.Split('/')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>An even port and the next one (RFC 3550 section 11), both read from now on.</summary>
    private string BindPair(TrackCounter track)
    {
        while (true)
        {
            Socket rtp = BindUdp(0);
            int port = ((IPEndPoint)rtp.LocalEndPoint!).Port;
            try
            {
                if (port % 2 == 0)
                {
                    Socket rtcp = BindUdp(port + 1);
                    _udpSockets.Add(rtp);
                    _ = ReadUdpAsync(rtp, packet => track.OnRtp(packet.Span));
                    if (WithoutRtcp)
                    {
                        rtcp.Dispose();
                        return $"{port}-{port + 1}";
                    }

                    _udpSockets.Add(rtcp);
                    _ = ReadUdpAsync(rtcp, packet => track.OnRtcp(packet.Span));
                    return $"{port}-{port + 1}";
                }
            }
            catch (SocketException)
            {
                // The odd neighbour is taken: another pair.
            }

            rtp.Dispose();
        }
    }

    private static Socket BindUdp(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            MakeRoom(socket);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void MakeRoom(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(UdpBufferBytes));
        }
        catch (SocketException)
        {
            socket.ReceiveBufferSize = UdpBufferBytes; // not root: net.core.rmem_max at the most
        }
    }

    private static async Task ReadUdpAsync(Socket socket, Action<ReadOnlyMemory<byte>> onPacket)
    {
        byte[] buffer = new byte[65_536];
        try
        {
            while (true)
            {
                int bytes = await socket.ReceiveAsync(buffer);
                onPacket(buffer.AsMemory(0, bytes));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void ReadRtpInfo(string? value)
    {
        foreach (string entry in (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            Dictionary<string, string> fields = entry.Split(';').Select(field => field.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());
            int track = Array.FindIndex(_controls, control => control == fields.GetValueOrDefault("url"));
            if (track >= 0)
            {
                Tracks[track].PromisedSequenceNumber = fields.TryGetValue("seq", out string? seq) ? ushort.Parse(seq, CultureInfo.InvariantCulture) : null;
                Tracks[track].PromisedTimestamp = fields.TryGetValue("rtptime", out string? time) ? uint.Parse(time, CultureInfo.InvariantCulture) : null;
            }
        }
    }

    private async Task ReadControlAsync()
    {
        byte[] buffer = new byte[256 * 1024];
        int filled = 0;
        try
        {
            while (true)
            {
                while (_stalled && !_ended.IsCancellationRequested)
                {
                    await Task.Delay(50);
                }

                int bytes = await _control.ReceiveAsync(buffer.AsMemory(filled));
                if (bytes == 0)
                {
                    break;
                }

                filled += bytes;
                int used = 0;
                while (TryTake(buffer.AsSpan(used, filled - used), out int taken))
                {
                    used += taken;
                }

                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed by either side.
        }

        while (_waiting.TryDequeue(out TaskCompletionSource<RtspReply>? reply))
        {
            reply.TrySetException(new IOException("the connection was closed without an answer"));
        }
    }

    private bool TryTake(ReadOnlySpan<byte> input, out int taken)
    {
        taken = 0;
        if (input.Length < 4)
        {
            return false;
        }

        if (input[0] == '$')
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(input[2..]);
            if (input.Length < 4 + length)
            {
                return false;
            }

            TrackCounter track = Tracks[(input[1] - FirstChannel) / 2];
            if ((input[1] - FirstChannel) % 2 == 0)
            {
                track.OnRtp(input.Slice(4, length));
            }
            else
            {
                track.OnRtcp(input.Slice(4, length));
            }

            taken = 4 + length;
            return true;
        }

        int end = input.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        RtspReply reply = RtspReply.Parse(Encoding.ASCII.GetString(input[..end]), "");
        int body = int.Parse(reply.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
        if (input.Length < end + 4 + body)
        {
            return false;
        }

        taken = end + 4 + body;
        if (_waiting.TryDequeue(out TaskCompletionSource<RtspReply>? waiting))
        {
            waiting.SetResult(reply with { Body = Encoding.UTF8.GetString(input.Slice(end + 4, body)) });
        }

        return true;
    }
}
