using System.Buffers.Binary;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Talk;

/// <summary>The whole engine before a scripted camera with two back channels, PCMU and PCMA, behind a video and a sound.</summary>
internal sealed class TalkFixture : IAsyncDisposable
{
    public const string Require = "Require: www.onvif.org/ver20/backchannel";

    /// <summary>The back channels stand between the tracks and behind them: the names of the tracks do not depend on it.</summary>
    public const string Sdp =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Scripted\r\nt=0 0\r\na=control:*\r\n" +
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n" +
        "m=audio 0 RTP/AVP 0\r\na=control:trackID=2\r\na=sendonly\r\n" +
        "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/2\r\na=fmtp:97 mode=AAC-hbr;config=1190\r\na=control:trackID=1\r\n" +
        "m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=control:trackID=3\r\na=sendonly\r\n";

    private TalkFixture(ScriptedCamera camera, ProxyHost host)
    {
        Camera = camera;
        Host = host;
    }

    public ScriptedCamera Camera { get; }

    public ProxyHost Host { get; }

    public static async Task<TalkFixture> StartAsync(
        BackendTransport transport = BackendTransport.Tcp, bool backChannel = true, Func<ProxyOptions, ProxyOptions>? change = null, Func<ScriptedRequest, ScriptedReply?>? script = null,
        TimeProvider? time = null, string sdp = Sdp)
    {
        ScriptedCamera camera = new() { Sdp = sdp, Script = script };
        ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", camera.Url, transport) with { BackChannel = backChannel }], change, time);
        return new TalkFixture(camera, host);
    }

    /// <summary>An RTP packet of PCMU, 20 ms, of one byte repeated.</summary>
    public static byte[] Packet(int number, byte payloadType = 0, uint ssrc = 0xABCD, byte sound = 0x55) =>
        ScriptedCamera.RtpBytes(payloadType, (ushort)number, (uint)(number * 160), ssrc, false, Enumerable.Repeat(sound, 160).ToArray());

    /// <summary>A client that has set up the video and a back channel, over TCP on the channels 0-1 and 2-3, and plays.</summary>
    public async Task<RtspTestClient> OpenAsync(string back = "back1", bool withVideo = true)
    {
        RtspTestClient client = await Host.ConnectAsync();
        string? session = null;
        if (withVideo)
        {
            session = (await client.RequestAsync("SETUP", Host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")).Session;
        }

        string[] headers = ["Transport: RTP/AVP/TCP;unicast;interleaved=2-3", Require];
        RtspTestResponse setUp = await client.RequestAsync("SETUP", $"{Host.Url}/{back}", session is null ? headers : [.. headers, "Session: " + session]);
        Assert.Equal(200, setUp.Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", Host.Url, "Session: " + setUp.Session, Require)).Status);
        return client;
    }

    /// <summary>What came to the camera of one of its back channels over TCP.</summary>
    public byte[][] Heard(byte channel) => [.. Camera.Frames.Where(frame => frame.Channel == channel).Select(static frame => frame.Payload)];

    /// <summary>Sends the same packet, with new numbers, until something holds; with every eighth look, so that a clock that stands still allows it for longer than that may take.</summary>
    public static async Task TalkUntilAsync(RtspTestClient client, Func<Task<bool>> condition, int from = 1, byte payloadType = 0, uint ssrc = 0xABCD, byte sound = 0x55)
    {
        int looks = 0;
        await Until.TrueAsync(async () =>
        {
            if (looks++ % 8 == 0)
            {
                await client.SendFrameAsync(2, Packet(from + (looks / 8), payloadType, ssrc, sound));
            }

            return await condition();
        });
    }

    public async Task<BackChannelStatus> StatusAsync() => (await Host.Engine.Status.StreamAsync("cam"))!.BackChannel!;

    public static (ushort Number, uint Timestamp, uint Ssrc) NumbersOf(byte[] packet) => (
        BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2)), BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4)), BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(8)));

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Camera.Dispose();
    }
}
