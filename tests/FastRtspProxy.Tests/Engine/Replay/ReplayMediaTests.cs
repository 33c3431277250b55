using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Replay;

/// <summary>What a recorder sends goes to its one viewer as it came, in its place among the answers, and as fast as the viewer takes it.</summary>
public sealed class ReplayMediaTests
{
    private static readonly byte[] s_report = ScriptedCamera.SenderReportBytes(0x51525354, 0x1122334455667788, 4711);

    [Fact]
    public async Task Tcp_PacketsAndReports_GoThroughUnchanged()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient client, _) = await fixture.PlayAsync();

        fixture.Recorder.SendRaw([.. ReplayFixture.Frame(1), .. ScriptedCamera.FrameBytes(1, s_report), .. ReplayFixture.Frame(2, payloadBytes: 1400)]);

        InterleavedPacket first = await client.ReadFrameAsync();
        InterleavedPacket report = await client.ReadFrameAsync();
        InterleavedPacket second = await client.ReadFrameAsync();
        Assert.Equal((6, 7, 6), (first.Channel, report.Channel, second.Channel));
        Assert.Equal(ReplayFixture.Packet(1), first.Payload);
        Assert.Equal(s_report, report.Payload);
        Assert.Equal(ReplayFixture.Packet(2, payloadBytes: 1400), second.Payload);
    }

    /// <summary>Quirk: some servers number the channels by the order of the SETUPs, whatever is asked for.</summary>
    [Fact]
    public async Task Tcp_ARecorderThatNumbersTheChannelsItself_LosesNoTrack()
    {
        int setUps = 0;
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(request => request.Method != "SETUP" ? null
            : ScriptedReply.Of(200, "OK", ("Session", "12345678"), ("Transport", $"RTP/AVP/TCP;unicast;interleaved={2 * setUps}-{(2 * setUps++) + 1}")));
        RtspTestClient client = await fixture.Host.ConnectAsync();
        RtspTestResponse sound = await client.RequestAsync("SETUP", fixture.Host.Url + "/track2", "Transport: RTP/AVP/TCP;unicast;interleaved=8-9");
        string session = "Session: " + sound.Session;
        Assert.Equal(200, sound.Status);
        Assert.Equal(200, (await client.RequestAsync("SETUP", fixture.Host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=6-7", session)).Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, session)).Status);

        fixture.Recorder.SendRaw([.. ReplayFixture.Frame(1, channel: 0), .. ReplayFixture.Frame(2, channel: 2)]);

        InterleavedPacket first = await client.ReadFrameAsync();
        InterleavedPacket second = await client.ReadFrameAsync();
        Assert.Equal((8, 1, 6, 2), (first.Channel, first.SequenceNumber, second.Channel, second.SequenceNumber));
    }

    [Fact]
    public async Task Tcp_AnswersKeepTheirPlaceAmongThePackets()
    {
        int number = 0;
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(request => request.Method is not ("PLAY" or "PAUSE") ? null
            : ScriptedReply.Of(200, "OK", ("Session", "12345678")) with { Before = ReplayFixture.Frame(++number), After = ReplayFixture.Frame(++number) });
        (RtspTestClient client, string session) = await fixture.SetUpAsync();

        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session)).Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session, "Range: clock=20261125T101500Z-")).Status);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", fixture.Host.Url, "Session: " + session)).Status);

        for (ushort i = 1; i <= 6; i++)
        {
            Assert.Equal(i, (await client.ReadFrameAsync()).SequenceNumber);
        }

        // DESCRIBE and SETUP, then each of the three between its two packets.
        Assert.Equal(
            ["response", "response", "frame", "response", "frame", "frame", "response", "frame", "frame", "response", "frame"], client.Order);
    }

    [Fact]
    public async Task Tcp_TheViewersReports_GoToTheRecorder()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient client, _) = await fixture.PlayAsync();
        byte[] report = new byte[64];
        report = report[..RtcpWriter.WriteReceiverReport(report, 0xAABBCCDD)];

        await client.SendFrameAsync(7, report);

        await Until.TrueAsync(() => fixture.Recorder.Frames.Count == 1);
        (byte channel, byte[] payload) = fixture.Recorder.Frames.Single();
        Assert.Equal(1, channel);
        Assert.Equal(report, payload);
    }

    [Fact]
    public async Task Udp_PacketsAndReports_GoThroughUnchanged_BothWays()
    {
        using UdpTestReceiver receiver = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient client, _) = await fixture.PlayAsync(receiver.Transport["Transport: ".Length..]);

        fixture.Recorder.SendRaw([.. ReplayFixture.Frame(5), .. ScriptedCamera.FrameBytes(1, s_report)]);

        Assert.Equal(ReplayFixture.Packet(5), (await receiver.ReadRtpAsync()).Packet.Payload);
        Assert.Equal(s_report, await receiver.ReadRtcpAsync());
        ScriptedRequest setUp = fixture.Recorder.Requests.Single(static request => request.Method == "SETUP");
        Assert.Equal("RTP/AVP/TCP;unicast;interleaved=0-1", setUp.Header("Transport"));
        client.Dispose();
    }

    /// <summary>
    /// Who does not read makes the recorder wait: with everything that kernels hold on the way, 42 MB do not fit, and none of it is lost afterwards.
    /// </summary>
    [Fact]
    public async Task Tcp_AViewerThatDoesNotRead_MakesTheRecorderWait_AndLosesNothing()
    {
        const int Packets = 30_000;
        const int PayloadBytes = 1400;
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(change: static options => options with { SlowTimeout = TimeSpan.FromMinutes(5) });
        (RtspTestClient client, string session) = await fixture.SetUpAsync();
        client.Socket.ReceiveBufferSize = 64 * 1024;
        fixture.Recorder.LimitSendBuffers(64 * 1024);
        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session, "Rate-Control: no")).Status);
        int sent = 0;
        Task sending = Task.Run(() =>
        {
            for (; sent < Packets; sent++)
            {
                fixture.Recorder.SendRaw(ReplayFixture.Frame(sent, payloadBytes: PayloadBytes));
            }
        });

        // It stands: no packet goes while others of the same engine do. Whatever the machine does, it cannot be done.
        await StandsAsync(() => Volatile.Read(ref sent));

        Assert.False(sending.IsCompleted);
        for (int i = 0; i < Packets; i++)
        {
            InterleavedPacket packet = await client.ReadFrameAsync();
            Assert.True(packet.SequenceNumber == (ushort)i && packet.Payload.Length == 28 + PayloadBytes, $"packet {i} is {packet.SequenceNumber}");
        }

        await sending;
        Assert.Equal(200, (await client.RequestAsync("PAUSE", fixture.Host.Url, "Session: " + session)).Status);
    }

    /// <summary>A viewer that takes nothing for the slow time-out goes, as any other, and the recorder is not held any longer.</summary>
    [Fact]
    public async Task Tcp_AViewerThatNeverReads_IsClosed_AndTheRecorderIsLetGo()
    {
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(time: time);
        (RtspTestClient client, _) = await fixture.PlayAsync();
        client.Socket.ReceiveBufferSize = 64 * 1024;
        byte[] frames = [.. Enumerable.Range(0, 100).SelectMany(static i => ReplayFixture.Frame(i, payloadBytes: 1400))];
        int sent = 0;
        Task sending = Task.Run(() =>
        {
            for (; fixture.Recorder.OpenConnections > 0; sent++)
            {
                fixture.Recorder.SendRaw(frames);
            }
        });
        await StandsAsync(() => Volatile.Read(ref sent));

        await fixture.Host.AdvanceUntilAsync(time, TimeSpan.FromHours(2), () => fixture.Recorder.OpenConnections == 0, "the recorder is let go");

        await sending;
        Assert.Contains(fixture.Host.Log.Texts, static line => line.Contains("NotReading", StringComparison.Ordinal));
        await Until.TrueAsync(async () => (await fixture.Host.Engine.Status.StreamAsync("cam"))!.ReplaySessions == 0);
    }

    /// <summary>Until a number that had begun to rise does not any more, in thirty looks.</summary>
    private static async Task StandsAsync(Func<int> number)
    {
        int before = 0;
        for (int looks = 0; looks < 30; looks++)
        {
            await Task.Delay(50);
            int now = number();
            looks = now == 0 || now != before ? 0 : looks;
            before = now;
        }
    }

    /// <summary>An answer that stands behind packets which the viewer has not read comes behind them, and what comes behind it comes behind it.</summary>
    [Fact]
    public async Task Tcp_AnAnswerBehindUnreadPackets_ComesBehindThem()
    {
        const int Packets = 5_000;
        byte[] before = [.. Enumerable.Range(0, Packets).SelectMany(static i => ReplayFixture.Frame(i, payloadBytes: 1400))];
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(request => request.Method != "PAUSE" ? null
            : ScriptedReply.Of(200, "OK", ("Session", "12345678")) with { Before = before, After = ReplayFixture.Frame(Packets) });
        (RtspTestClient client, string session) = await fixture.PlayAsync();
        client.Socket.ReceiveBufferSize = 64 * 1024;

        await client.SendAsync(client.Request("PAUSE", fixture.Host.Url, "Session: " + session));
        await Until.TrueAsync(() => fixture.Recorder.Count("PAUSE") == 1);

        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        Assert.Equal(Packets, client.Order.Count(static what => what == "frame"));
        for (int i = 0; i <= Packets; i++)
        {
            Assert.Equal((ushort)i, (await client.ReadFrameAsync()).SequenceNumber);
        }
    }

    [Fact]
    public async Task Packets_AllocateNothing()
    {
        const int Packets = 2_000;
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(change: static options => options with { Threads = 1 });
        (RtspTestClient client, _) = await fixture.PlayAsync();
        Mount mount = (Mount)fixture.Host.Engine.Streams.Directory.Find("cam")!;
        byte[] frames = [.. Enumerable.Range(0, Packets).SelectMany(static i => ReplayFixture.Frame(i, payloadBytes: 200))];
        async Task<long> MeasureAsync(int rounds)
        {
            long before = await mount.Shard.RunAsync(static () => Task.FromResult(GC.GetAllocatedBytesForCurrentThread()));
            for (int round = 0; round < rounds; round++)
            {
                Task sending = Task.Run(() => fixture.Recorder.SendRaw(frames));
                for (int i = 0; i < Packets; i++)
                {
                    await client.ReadFrameAsync();
                }

                await sending;
            }

            return await mount.Shard.RunAsync(static () => Task.FromResult(GC.GetAllocatedBytesForCurrentThread())) - before;
        }

        _ = await MeasureAsync(2);
        long bytes = long.MaxValue;
        for (int i = 0; i < 4; i++)
        {
            bytes = Math.Min(bytes, await MeasureAsync(5));
        }

        // The least that can be allocated is 24 bytes: for each packet that would be a quarter of a megabyte. Buffers may be taken anew after a collection.
        Assert.InRange(bytes, 0, 5 * Packets * 10);
    }

    [Fact]
    public async Task Viewers_EachHasItsOwnSession()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient first, _) = await fixture.PlayAsync();
        fixture.Recorder.SendRaw(ReplayFixture.Frame(1));
        Assert.Equal(1, (await first.ReadFrameAsync()).SequenceNumber);

        (RtspTestClient second, _) = await fixture.PlayAsync();
        fixture.Recorder.SendRaw(ReplayFixture.Frame(2)); // on the newest connection
        Assert.Equal(2, (await second.ReadFrameAsync()).SequenceNumber);

        Assert.Equal(2, fixture.Recorder.ConnectionCount);
        Assert.Equal(2, (await fixture.Host.Engine.Status.StreamAsync("cam"))!.ReplaySessions);
        Assert.Equal(2, (await fixture.Host.Engine.Status.StreamAsync("cam"))!.Viewers.Tcp);
        Assert.True(await first.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
    }
}
