using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Dialogue;
using FastRtspProxy.Simulator.Load;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Probe;

/// <summary>Plays the stream once and measures it, then tries the server's manners.</summary>
internal sealed class ProbeRun(ProbeOptions options, TextWriter output)
{
    /// <summary>Receiver reports go out so often, and keep-alives where the server gives little time.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(5);

    private readonly List<Finding> _findings = [];
    private readonly List<ProbeTrack> _tracks = [];

    /// <summary>By track, once it is set up; over UDP they mean nothing.</summary>
    private readonly List<ChannelPair> _channels = [];
    private readonly List<Socket> _sockets = [];
    private readonly uint _ssrc = (uint)Random.Shared.NextInt64();

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            bool played = await PlayAsync(cancel);
            ProbeText.Tracks(output, _tracks);
            if (!options.SkipChecks && !cancel.IsCancellationRequested)
            {
                _findings.AddRange(await new ServerChecks(options).RunAsync(cancel));
            }

            ProbeText.Findings(output, _findings);
            return played ? ExitCode.Passed : ExitCode.Failed;
        }
        finally
        {
            foreach (Socket socket in _sockets)
            {
                socket.Dispose();
            }
        }
    }

    private static long NowMicros() => (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency));

    private async Task<bool> PlayAsync(CancellationToken cancel)
    {
        string url = options.Url.RequestUri;
        using RtspConnection connection = await RtspConnection.ConnectAsync(options.Url, options.Timeout, options.InsecureTls, cancel);
        RtspMessage answer = await connection.RequestAsync(RtspMethod.Options, url, cancel);
        output.WriteLine($"{url} at {connection.RemoteAddress}");
        output.WriteLine($"  server   {answer.Header("Server") ?? "does not say"}");
        output.WriteLine($"  methods  {answer.Header("Public") ?? "no Public header, " + answer.StatusCode}");
        answer = await connection.RequestAsync(RtspMethod.Describe, url, cancel, new RtspHeader("Accept", "application/sdp"));
        if (answer.StatusCode != RtspStatus.Ok)
        {
            output.WriteLine($"  DESCRIBE was answered {answer.StatusCode} {answer.Reason}");
            return false;
        }

        string? error;
        if (connection.AuthScheme is { } scheme)
        {
            output.WriteLine("  access   " + scheme);
        }

        _findings.AddRange(DescriptionChecks.Of(answer));
        StreamDescription? description = StreamDescription.Read(answer, url, TrackChoice.All, null, out error);
        if (description is null)
        {
            output.WriteLine("  " + error);
            return false;
        }

        foreach (TrackPlan plan in description.Tracks)
        {
            _tracks.Add(new ProbeTrack(plan));
        }

        connection.OnFrame = TakeFrame;
        if (!await SetUpAsync(connection, cancel))
        {
            return false;
        }

        answer = await connection.RequestAsync(RtspMethod.Play, description.AggregateUrl, cancel, new RtspHeader("Range", "npt=0.000-"));
        if (answer.StatusCode != RtspStatus.Ok)
        {
            output.WriteLine($"  PLAY was answered {answer.StatusCode} {answer.Reason}");
            return false;
        }

        bool early = _tracks.Exists(static track => track.First is not null);
        if (!options.Udp)
        {
            _findings.Add(
                new Finding(
                    Rules.FirstPacket,
                    "PLAY is answered before the first packet",
                    !early,
                    early ? "media came before the answer" : "the answer came first"));
        }

        string? info = answer.Header("RTP-Info");
        output.WriteLine($"  watching for {options.Duration.TotalSeconds:0.#} s over {(options.Udp ? "UDP" : "TCP")} …");
        await WatchToTheEndAsync(connection, description.AggregateUrl, cancel);
        _findings.AddRange(DescriptionChecks.OfPlay(info, _tracks));
        return _tracks.Exists(static track => track.First is not null);
    }

    /// <summary>However the server ends it: what came until then is told.</summary>
    private async Task WatchToTheEndAsync(RtspConnection connection, string url, CancellationToken cancel)
    {
        try
        {
            if (!await WatchAsync(connection, url, cancel))
            {
                output.WriteLine("  the server closed the connection while playing");
                return;
            }
        }
        catch (InvalidDataException e)
        {
            output.WriteLine("  while playing, " + e.Message);
            return;
        }

        try
        {
            _ = await connection.RequestAsync(RtspMethod.Teardown, url, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException or InvalidDataException)
        {
            output.WriteLine("  TEARDOWN: " + e.Message); // some close at once, without an answer
        }
    }

    private async Task<bool> SetUpAsync(RtspConnection connection, CancellationToken cancel)
    {
        for (int i = 0; i < _tracks.Count; i++)
        {
            TransportSpec wanted = options.Udp
                ? new TransportSpec { ClientPort = OpenPorts(connection, _tracks[i]) }
                : new TransportSpec { Tcp = true, Interleaved = new ChannelPair((byte)(2 * i), (byte)((2 * i) + 1)) };
            RtspMessage answer = await connection.RequestAsync(
                RtspMethod.Setup, _tracks[i].Plan.Control, cancel, new RtspHeader("Transport", TransportHeader.Format(wanted)));
            if (answer.StatusCode != RtspStatus.Ok)
            {
                output.WriteLine($"  SETUP of track {i + 1} was answered {answer.StatusCode} "
                    + $"{answer.Reason}" + (answer.StatusCode == RtspStatus.UnsupportedTransport ? "; try the other --transport" : ""));
                return false;
            }

            connection.TakeSession(answer);
            _channels.Add(RtspConnection.ChannelsOf(answer, wanted.Interleaved ?? default));
            if (i == 0)
            {
                _findings.AddRange(DescriptionChecks.OfSetUp(answer, wanted));
            }
        }

        return true;
    }

    private PortPair OpenPorts(RtspConnection connection, ProbeTrack track)
    {
        for (int tries = 0; tries < 200; tries++)
        {
            int port = 20_000 + (2 * Random.Shared.Next(15_000));
            Socket rtp = new(connection.LocalAddress.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            Socket rtcp = new(connection.LocalAddress.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                rtp.Bind(new IPEndPoint(connection.LocalAddress, port));
                rtcp.Bind(new IPEndPoint(connection.LocalAddress, port + 1));
            }
            catch (SocketException)
            {
                rtp.Dispose();
                rtcp.Dispose();
                continue;
            }

            _sockets.Add(rtp);
            _sockets.Add(rtcp);
            _ = ReceiveAsync(rtp, bytes => track.TakeRtp(bytes.Span, NowMicros()));
            _ = ReceiveAsync(rtcp, bytes => track.TakeRtcp(bytes.Span, NowMicros()));
            return new PortPair(port, port + 1);
        }

        throw new IOException("no pair of UDP ports is free");
    }

    private async Task ReceiveAsync(Socket socket, Action<ReadOnlyMemory<byte>> take)
    {
        byte[] buffer = new byte[65_536];
        try
        {
            while (true)
            {
#pragma warning disable RS0030
                int count = await Outbound.RunAsync(() => socket.ReceiveAsync(buffer));
#pragma warning restore RS0030

                // Packets of all tracks go into tables that are read at the end; one lock for all is enough for one client.
                lock (_findings)
                {
                    take(buffer.AsMemory(0, count));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the run.
        }
    }

    private void TakeFrame(byte channel, ReadOnlySpan<byte> payload)
    {
        for (int i = 0; i < _channels.Count; i++)
        {
            if (_channels[i].Rtp == channel)
            {
                _tracks[i].TakeRtp(payload, NowMicros());
                return;
            }

            if (_channels[i].Rtcp == channel)
            {
                _tracks[i].TakeRtcp(payload, NowMicros());
                return;
            }
        }
    }

    private async Task<bool> WatchAsync(RtspConnection connection, string url, CancellationToken cancel)
    {
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan asked = TimeSpan.Zero;
        TimeSpan turn = connection.KeepAlive < s_turn ? connection.KeepAlive : s_turn;
        while (clock.Elapsed < options.Duration && !cancel.IsCancellationRequested)
        {
            using CancellationTokenSource until = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            TimeSpan left = options.Duration - clock.Elapsed;
            until.CancelAfter(left < turn ? left : turn);
            if (!await connection.ReadFramesAsync(until.Token))
            {
                return false;
            }

            if (!options.Udp)
            {
                await ReportAsync(connection);
            }

            if (clock.Elapsed - asked + turn > connection.KeepAlive)
            {
                // The next turn would be too late.
                asked = clock.Elapsed;
                if (!await connection.KeepAliveAsync(url, cancel))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private async Task ReportAsync(RtspConnection connection)
    {
        byte[] frame = new byte[128];
        for (int i = 0; i < _tracks.Count; i++)
        {
            int bytes = _tracks[i].WriteReceiverReport(frame.AsSpan(InterleavedFrame.HeaderBytes), _ssrc, NowMicros());
            InterleavedFrame.Write(frame, _channels[i].Rtcp, bytes);
            await connection.SendAsync(frame.AsMemory(0, InterleavedFrame.HeaderBytes + bytes), CancellationToken.None);
        }
    }
}
