using FastRtspProxy.Engine;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using FastRtspProxy.Tests.Net.Tls;

namespace FastRtspProxy.Tests.Engine.Replay;

/// <summary>Viewers of a recorder that come by rtsps, in an HTTP tunnel or a WebSocket, or in TLS and one of these: as over TCP.</summary>
public sealed class ReplayWaysTests : IDisposable
{
    private const int Unread = 4_000;

    private static readonly byte[] s_report = UdpTestReceiver.ReceiverReport(0x51525354);

    /// <summary>It stands still: nobody is given up while the machine does something else.</summary>
    private readonly FakeTimeProvider _time = new();
    private readonly CertificateFolder _folder;

    public ReplayWaysTests() => _folder = new CertificateFolder(_time.GetUtcNow());

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "tunnel")]
    [InlineData(true, "tunnel")]
    [InlineData(false, "WebSocket")]
    [InlineData(true, "WebSocket")]
    public async Task Play_ByAnyWay_PacketsAndAnswersComeInTheRecordersOrder_AndWhoDoesNotReadLosesNothing(bool isSecure, string within)
    {
        byte[] unread = [.. Enumerable.Range(10, Unread).SelectMany(static i => ReplayFixture.Frame(i, payloadBytes: 1400))];
        await using ReplayFixture fixture = await StartAsync(isSecure, request => request.Method switch
        {
            "PLAY" => Answer(ReplayFixture.Frame(8), ReplayFixture.Frame(9, payloadBytes: 1400)),
            "PAUSE" => Answer(unread, ReplayFixture.Frame(Unread + 10)),
            _ => null,
        });
        using RtspTestClient client = await ConnectAsync(fixture, isSecure, within);
        string url = isSecure ? $"rtsps://127.0.0.1:{fixture.Host.Engine.RtspsPort}/cam" : fixture.Host.Url;

        RtspTestResponse described = await client.RequestAsync("DESCRIBE", url, ReplayFixture.Require);
        RtspTestResponse setUp = await client.RequestAsync("SETUP", url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=6-7", ReplayFixture.Require);
        RtspTestResponse played = await client.RequestAsync("PLAY", url, "Session: " + setUp.Session, ReplayFixture.Require, "Rate-Control: no");
        InterleavedPacket before = await client.ReadFrameAsync();
        InterleavedPacket after = await client.ReadFrameAsync();

        Assert.Equal((200, 200, 200), (described.Status, setUp.Status, played.Status));
        Assert.Equal((6, 6), (before.Channel, after.Channel));
        Assert.Equal(ReplayFixture.Packet(8), before.Payload);
        Assert.Equal(ReplayFixture.Packet(9, payloadBytes: 1400), after.Payload);
        Assert.Equal(["response", "response", "frame", "response", "frame"], client.Order);

        // Some 6 MB, which stand before the answer when nobody reads them at first.
        client.Socket.ReceiveBufferSize = 64 * 1024;
        await client.SendAsync(client.Request("PAUSE", url, "Session: " + setUp.Session));
        await Until.TrueAsync(() => fixture.Recorder.Count("PAUSE") == 1);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        Assert.Equal(Unread, client.Order.Count(static what => what == "frame") - 2);
        for (int i = 10; i <= Unread + 10; i++)
        {
            Assert.Equal((ushort)i, (await client.ReadFrameAsync()).SequenceNumber);
        }

        await client.SendFrameAsync(7, s_report);
        await Until.TrueAsync(() => fixture.Recorder.Frames.Any(static frame => frame.Payload.AsSpan().SequenceEqual(s_report)));
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", url, "Session: " + setUp.Session)).Status);
        Assert.Equal(1, fixture.Recorder.Count("TEARDOWN"));
    }

    /// <summary>The viewer's end is the session's with the recorder, whichever way it came.</summary>
    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "tunnel")]
    [InlineData(true, "WebSocket")]
    public async Task Viewer_GoesWithoutAWord_TheRecorderIsTold(bool isSecure, string within)
    {
        await using ReplayFixture fixture = await StartAsync(isSecure, null);
        RtspTestClient client = await ConnectAsync(fixture, isSecure, within);
        RtspTestResponse setUp = await client.RequestAsync("SETUP", fixture.Host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + setUp.Session)).Status);

        client.Dispose();

        await Until.TrueAsync(() => fixture.Recorder.Count("TEARDOWN") == 1 && fixture.Recorder.OpenConnections == 0);
    }

    public void Dispose() => _folder.Dispose();

    private static ScriptedReply Answer(byte[] before, byte[] after) =>
        ScriptedReply.Of(200, "OK", ("Session", "12345678")) with { Before = before, After = after };

    private Task<ReplayFixture> StartAsync(bool isSecure, Func<ScriptedRequest, ScriptedReply?>? script)
    {
        (string certificate, string key) = _folder.Make(["localhost"]);
        CertificateFiles files = new(_folder.Write("cert.pem", certificate), _folder.Write("key.pem", key));
        return ReplayFixture.StartAsync(
            script,
            options => options with { WebSocket = new WebSocketRules(), RtspsPorts = isSecure ? [0] : [], Certificates = isSecure ? [files] : [] },
            time: _time);
    }

    private static async Task<RtspTestClient> ConnectAsync(ReplayFixture fixture, bool isSecure, string within)
    {
        Task<RtspTestClient> OpenAsync() =>
            isSecure ? RtspTestClient.ConnectSecureAsync(fixture.Host.Engine.RtspsPort) : fixture.Host.ConnectAsync();

        RtspTestClient client = await OpenAsync();
        return within switch
        {
            "tunnel" => await client.TunnelAsync(await OpenAsync()),
            "WebSocket" => await client.UpgradeAsync(),
            _ => client,
        };
    }
}
