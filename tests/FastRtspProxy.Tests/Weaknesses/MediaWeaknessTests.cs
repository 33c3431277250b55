using System.Buffers.Binary;
using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>What becomes of packets, their time, and their description on the way through.</summary>
public sealed class MediaWeaknessTests
{
    private const string Head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Front door\r\nt=0 0\r\n";

    [Fact]
    public async Task Weakness13_PictureOfTwoAndAHalfMegabytes_ArrivesWhole()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        const int Packets = 1800;
        Task sender = Task.Run(() =>
        {
            CameraTrack track = new(camera);
            byte[] payload = new byte[1400];
            payload[0] = 0x7c;
            for (int i = 0; i < Packets; i++)
            {
                payload[1] = (byte)(i == 0 ? 0x85 : i == Packets - 1 ? 0x45 : 0x05);
                BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(2), i);
                track.Send(i == Packets - 1, payload);
            }
        });

        for (int i = 0; i < Packets; i++)
        {
            InterleavedPacket packet = await ProxyHost.ReadAsync(viewer);
            Assert.Equal(1412, packet.Payload.Length);
            Assert.Equal(i, BinaryPrimitives.ReadInt32BigEndian(packet.Payload.AsSpan(14)));
        }

        await sender;
    }

    [Theory]
    [InlineData(BackendTransport.Udp)]
    [InlineData(BackendTransport.Tcp)]
    public async Task Weakness21_CameraThatNeverReports_ItsViewersGetSenderReportsWithinFiveSeconds(BackendTransport transport)
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera, transport, time: time);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        CameraTrack track = new(camera);
        for (int second = 0; second < 5; second++)
        {
            track.SendPicture();
            InterleavedPacket packet = await viewer.ReadFrameAsync();
            if (packet.Channel == 1)
            {
                Assert.Equal(200, packet.Payload[1]);
                return;
            }

            await host.AdvanceAsync(time, TimeSpan.FromSeconds(1));
            track.NextPicture(86_400);
        }

        InterleavedPacket report = await ProxyHost.ReadAsync(viewer, channel: 1);
        Assert.Equal(200, report.Payload[1]);
    }

    [Fact]
    public async Task Weakness21_ReportsOfTheCameraAndFurtherViewers_MoveNoTimeStamp()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        List<RtspTestClient> others = [];
        CameraTrack track = new(camera);
        uint? previous = null;
        for (uint i = 0; i < 40; i++)
        {
            track.SendPicture();
            uint timestamp = (await ProxyHost.ReadAsync(viewer)).Timestamp;
            Assert.Equal(previous is null ? timestamp : previous + 3600, timestamp);
            previous = timestamp;
            if (i % 10 == 5)
            {
                // The camera's clock disagrees with its own reports each time.
                camera.SendRtcp(0, ScriptedCamera.SenderReportBytes(42, ((ulong)3_900_000_000 + (i * 1000)) << 32, 9000 + (i * 3600)));
                others.Add((await host.WatchAsync()).Client);
            }
        }

        others.ForEach(static other => other.Dispose());
    }

    [Fact]
    public async Task Weakness22_MarkerBits_AreTheCameras()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        CameraTrack track = new(camera);
        List<bool> markers = [];
        for (int i = 0; i < 12; i++)
        {
            // Pictures of four slices: the marker stands on the last one (RFC 6184 section 5.1).
            track.Send(marker: i % 4 == 3, [(byte)(i < 4 ? 0x65 : 0x41), (byte)i]);
            InterleavedPacket packet = await ProxyHost.ReadAsync(viewer);
            markers.Add((packet.Payload[1] & 0x80) != 0);
            Assert.Equal(i, packet.Payload[13]);
            if (i % 4 == 3)
            {
                track.NextPicture();
            }
        }

        Assert.Equal(Enumerable.Range(0, 12).Select(i => i % 4 == 3), markers);
    }

    [Fact]
    public async Task Weakness23_WhatTheDescriptionSays_ReachesTheViewer()
    {
        string[] kept =
        [
            "s=Front door", "b=AS:4096", "a=rtpmap:96 H264/90000", "a=framerate:12.5", "a=x-dimensions:2560,1920",
            "a=fmtp:96 packetization-mode=1; profile-level-id=640033;sprop-parameter-sets=Z2QAM6wVFKAoAPGQ,aO48sA==",
            "a=rtpmap:0 PCMU/8000",
        ];
        using ScriptedCamera camera = new()
        {
            Sdp = Head + $"m=video 0 RTP/AVP 96\r\n{kept[1]}\r\n{kept[2]}\r\n{kept[3]}\r\n{kept[4]}\r\n{kept[5]}\r\na=control:trackID=0\r\n"
                + $"m=audio 0 RTP/AVP 0\r\n{kept[6]}\r\na=control:trackID=1\r\n",
        };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient viewer = await host.ConnectAsync();

        string[] lines = (await viewer.RequestAsync("DESCRIBE", host.Url)).BodyText.Split("\r\n");

        Assert.All(kept, line => Assert.Contains(line, lines));
        Assert.Contains("m=video 0 RTP/AVP 96", lines);
        Assert.Contains("m=audio 0 RTP/AVP 0", lines);
    }

    [Theory]
    [InlineData("video", "RTP/AVP", 96, "a=rtpmap:96 AV1/90000\r\na=fmtp:96 profile=0;level-idx=8")]
    [InlineData("audio", "RTP/AVP", 97, "a=rtpmap:97 AMR/8000\r\na=fmtp:97 octet-align=1")]
    [InlineData("video", "RTP/AVP", 34, "a=framerate:15")]
    [InlineData("video", "RTP/AVPF", 98, "a=rtpmap:98 H264/90000")]
    [InlineData("audio", "RTP/AVP", 99, "a=rtpmap:99 X-OF-NEXT-YEAR/16000/2")]
    public async Task Weakness24_CodecsOfAnyName_PassThrough(string type, string profile, byte payloadType, string lines)
    {
        using ScriptedCamera camera = new() { Sdp = Head + $"m={type} 0 {profile} {payloadType}\r\n{lines}\r\na=control:trackID=0\r\n" };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient describer = await host.ConnectAsync();
        string sdp = (await describer.RequestAsync("DESCRIBE", host.Url)).BodyText;
        Assert.Contains($"m={type} 0 RTP/AVP {payloadType}\r\n", sdp, StringComparison.Ordinal);
        Assert.All(lines.Split("\r\n"), line => Assert.Contains(line, sdp, StringComparison.Ordinal));

        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        byte[] payload = [1, 2, 3, 250, 251, 252];
        new CameraTrack(camera, payloadType: payloadType).Send(marker: true, payload);

        InterleavedPacket packet = await ProxyHost.ReadAsync(viewer);
        Assert.Equal(payloadType, packet.Payload[1] & 0x7F);
        Assert.Equal(payload, packet.Payload[12..]);
    }

    [Fact]
    public async Task Weakness25_G711_EachPacketGoesOnByItself()
    {
        using ScriptedCamera camera = new() { Sdp = Head + "m=audio 0 RTP/AVP 0\r\na=control:trackID=0\r\n" };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        CameraTrack track = new(camera, payloadType: 0);
        byte[] samples = new byte[160];
        for (int i = 0; i < 20; i++)
        {
            // The next one is sent when this one has come: nothing waits for company.
            samples[0] = (byte)i;
            track.Send(marker: false, samples);
            track.NextPicture(160);
            Assert.Equal(samples, (await ProxyHost.ReadAsync(viewer)).Payload[12..]);
        }
    }
}
