using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Replay;

/// <summary>The whole engine before a scripted recorder with a video and a sound.</summary>
internal sealed class ReplayFixture : IAsyncDisposable
{
    public const string Require = "Require: onvif-replay";

    public const string Sdp =
        "v=0\r\no=- 7 7 IN IP4 127.0.0.1\r\ns=Recording\r\nt=0 0\r\na=control:*\r\na=range:clock=20261125T100000Z-20261125T110000Z\r\n" +
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=x-onvif-track:VIDEO001\r\na=control:trackID=0\r\n" +
        "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/2\r\na=fmtp:97 mode=AAC-hbr;config=1190\r\na=control:trackID=1\r\n";

    private ReplayFixture(ScriptedCamera recorder, ProxyHost host)
    {
        Recorder = recorder;
        Host = host;
    }

    public ScriptedCamera Recorder { get; }

    public ProxyHost Host { get; }

    public static async Task<ReplayFixture> StartAsync(
        Func<ScriptedRequest, ScriptedReply?>? script = null, Func<ProxyOptions, ProxyOptions>? change = null,
        Func<StreamOptions, StreamOptions>? stream = null, TimeProvider? time = null)
    {
        ScriptedCamera recorder = new() { Sdp = Sdp, Script = script };
        StreamOptions options = ProxyHost.Stream("cam", recorder.Url) with { IsReplay = true };
        return new ReplayFixture(recorder, await ProxyHost.StartAsync([stream?.Invoke(options) ?? options], change, time));
    }

    /// <summary>An RTP packet with ONVIF's header extension (0xABAC): a time, the flags and a CSeq.</summary>
    public static byte[] Packet(int number, int payloadBytes = 40, byte cseq = 7)
    {
        byte[] extension = [0xAB, 0xAC, 0, 3, 0xE9, 0x12, 0x34, 0x56, 0, 0, 0, 0, 0xE0, cseq, 0, 0];
        byte[] payload = [.. extension, .. Enumerable.Repeat((byte)number, payloadBytes)];
        byte[] packet = ScriptedCamera.RtpBytes(96, (ushort)number, (uint)(number * 3000), 0x51525354, true, payload);
        packet[0] |= 0x10;
        return packet;
    }

    /// <summary>The packet as the recorder frames it.</summary>
    public static byte[] Frame(int number, byte channel = 0, int payloadBytes = 40) => ScriptedCamera.FrameBytes(channel, Packet(number, payloadBytes));

    /// <summary>A client that has set up the video, on channels of its own, and plays nothing yet.</summary>
    public async Task<(RtspTestClient Client, string Session)> SetUpAsync(string transport = "RTP/AVP/TCP;unicast;interleaved=6-7")
    {
        RtspTestClient client = await Host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", Host.Url, Require)).Status);
        RtspTestResponse setUp = await client.RequestAsync("SETUP", Host.Url + "/track1", "Transport: " + transport, Require);
        Assert.Equal(200, setUp.Status);
        return (client, setUp.Session!);
    }

    /// <summary>The same, and it plays.</summary>
    public async Task<(RtspTestClient Client, string Session)> PlayAsync(string transport = "RTP/AVP/TCP;unicast;interleaved=6-7")
    {
        (RtspTestClient client, string session) = await SetUpAsync(transport);
        Assert.Equal(200, (await client.RequestAsync("PLAY", Host.Url, "Session: " + session, Require)).Status);
        return (client, session);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Recorder.Dispose();
    }
}
