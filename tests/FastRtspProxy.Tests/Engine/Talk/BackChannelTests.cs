using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Talk;

/// <summary>Two-way audio through the whole engine: who is offered a camera's back channel, who has it, and what the camera hears.</summary>
public sealed class BackChannelTests
{
    private const byte CameraChannel = 4; // behind the two tracks'

    [Fact]
    public async Task Describe_WithoutRequire_IsAsWithoutABackChannel()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync();
        await using TalkFixture without = await TalkFixture.StartAsync(backChannel: false);
        using RtspTestClient client = await fixture.Host.ConnectAsync();
        using RtspTestClient other = await without.Host.ConnectAsync();

        string described = (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).BodyText;

        Assert.DoesNotContain("sendonly", described, StringComparison.Ordinal);
        Assert.Equal(Media((await other.RequestAsync("DESCRIBE", without.Host.Url)).BodyText), Media(described));
        Assert.All(without.Camera.Requests, static request => Assert.Null(request.Header("Require")));
    }

    [Fact]
    [Rule("S11")]
    public async Task Describe_WithRequire_HasTheBackChannelsBehindTheTracks()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync();
        using RtspTestClient client = await fixture.Host.ConnectAsync();
        string plain = (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).BodyText;

        string described = (await client.RequestAsync("DESCRIBE", fixture.Host.Url, TalkFixture.Require)).BodyText;

        Assert.Equal(
            Media(plain) + "m=audio 0 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=sendonly\r\na=control:back1\r\n"
            + "m=audio 0 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:8 PCMA/8000\r\na=sendonly\r\na=control:back2\r\n",
            Media(described));
        Assert.Equal("www.onvif.org/ver20/backchannel", fixture.Camera.Requests.First(static request => request.Method == "DESCRIBE").Header("Require"));
    }

    [Theory]
    [Rule("S11")]
    [InlineData("DESCRIBE")]
    [InlineData("SETUP")]
    public async Task Request_RequiresABackChannelThatIsNotConfigured_551(string method)
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(backChannel: false);
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync(method, fixture.Host.Url + (method == "SETUP" ? "/track1" : ""), TalkFixture.Require);

        Assert.Equal((551, "www.onvif.org/ver20/backchannel"), (response.Status, response.Header("Unsupported")));
    }

    [Theory]
    [InlineData(551)]
    [InlineData(400)]
    [InlineData(0)]
    public async Task Camera_RefusesTheTag_IsReadWithoutIt(int status)
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(
            change: options => status == 0 ? options with { AnswerTimeout = TimeSpan.FromMilliseconds(500) } : options,
            script: request => request.Header("Require") is null ? null : status == 0 ? new ScriptedReply { Silent = true } : ScriptedReply.Of(status, "No"));
        using RtspTestClient client = await fixture.Host.ConnectAsync();
        await Until.TrueAsync(async () => (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status == 200, seconds: 30);

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", fixture.Host.Url, TalkFixture.Require);

        // This scripted camera describes its back channels to anybody; whether they can be set up is another matter.
        Assert.Equal(200, response.Status);
        Assert.Contains(fixture.Host.Log.Loud, static line => line.Contains("back channel cannot be used", StringComparison.Ordinal));
        if (status > 0)
        {
            Assert.Single(fixture.Camera.Requests, static request => request.Method == "DESCRIBE" && request.Header("Require") is not null);
        }
    }

    [Fact]
    public async Task Camera_RefusesTheTagInPlayOnly_IsPlayedWithoutIt()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(
            script: static request => request.Method == "PLAY" && request.Header("Require") is not null ? ScriptedReply.Of(551, "No") : null,
            time: new FakeTimeProvider()); // each SETUP is waited for
        using RtspTestClient viewer = await fixture.OpenAsync();

        await Until.TrueAsync(() => fixture.Camera.IsPlaying);
        fixture.Camera.SendRtp(0, 96, 1, 1, 7, true, [0x65, 1, 2]);

        Assert.Equal([0x65, 1, 2], (await ProxyHost.ReadAsync(viewer)).Payload[12..]);
        await Until.TrueAsync(() => fixture.Host.Log.Loud.Any(static line => line.Contains("551 when it is played", StringComparison.Ordinal)));
    }

    /// <summary>What a camera that knows no such URL answers is the same for its back channel as for its tracks.</summary>
    [Theory]
    [InlineData(404)]
    [InlineData(400)]
    [InlineData(410)]
    public async Task Camera_KnowsItsControlsByAnotherReading_TheBackChannelIsSetUpByThat(int status)
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(
            sdp: TalkFixture.Sdp.Replace("a=control:*", "a=control:rtsp://192.0.2.1/other", StringComparison.Ordinal),
            script: request => request.Method == "SETUP" && request.Uri.Contains("/other/", StringComparison.Ordinal) ? ScriptedReply.Of(status, "No") : null,
            time: new FakeTimeProvider()); // each SETUP is waited for
        using RtspTestClient client = await fixture.OpenAsync();

        await TalkFixture.TalkUntilAsync(client, () => Task.FromResult(fixture.Heard(CameraChannel).Length > 0));
    }

    [Fact]
    public async Task Camera_RefusesTheBackChannelByEachReading_ItsFirstAnswerIsTold()
    {
        int refusals = 0;
        await using TalkFixture fixture = await TalkFixture.StartAsync(
            sdp: TalkFixture.Sdp.Replace("a=control:*", "a=control:rtsp://192.0.2.1/other", StringComparison.Ordinal),
            script: request => request.Method == "SETUP" && request.Uri.EndsWith("trackID=2", StringComparison.Ordinal) ? ScriptedReply.Of(refusals++ == 0 ? 400 : 454, "No") : null,
            time: new FakeTimeProvider()); // each SETUP is waited for
        using RtspTestClient viewer = await fixture.OpenAsync();

        await Until.TrueAsync(() => fixture.Camera.IsPlaying);
        await Until.TrueAsync(() => fixture.Host.Log.Loud.Any(static line => line.Contains("it answers 400 when it is set up", StringComparison.Ordinal)));
    }

    /// <summary>Nobody interrupts the viewers with bytes that are no sound of the codec they are for.</summary>
    [Fact]
    public async Task Talker_SendsNoSoundByTheOtherBackChannel_TheCamerasSessionStays()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync();
        using RtspTestClient viewer = await fixture.OpenAsync();
        using RtspTestClient talker = await fixture.OpenAsync("back2");
        await Until.TrueAsync(() => fixture.Camera.IsPlaying);
        long before = (await fixture.StatusAsync()).DroppedPackets;

        await talker.SendFrameAsync(2, [1]);
        await talker.SendFrameAsync(2, TalkFixture.Packet(1, payloadType: 0));

        await Until.TrueAsync(async () => (await fixture.StatusAsync()).DroppedPackets == before + 2);
        Assert.Equal(1, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    public async Task Camera_HasNoBackChannel_551AndTheStreamIsServed()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(sdp: ScriptedCamera.VideoAndAudio);
        using RtspTestClient client = await fixture.Host.ConnectAsync();
        Assert.Equal(551, (await client.RequestAsync("DESCRIBE", fixture.Host.Url, TalkFixture.Require)).Status);

        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
        await Until.TrueAsync(() => fixture.Host.Log.Loud.Any(static line => line.Contains("its description has none", StringComparison.Ordinal)));
        Assert.False((await fixture.StatusAsync()).IsOffered);
    }

    [Fact]
    [Rule("S11")]
    public async Task Talker_SendsOverTcp_TheCameraHearsItWithOurNumbersAndReports()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(time: new FakeTimeProvider());
        using RtspTestClient client = await fixture.OpenAsync();
        await TalkFixture.TalkUntilAsync(client, () => Task.FromResult(fixture.Heard(CameraChannel).Length > 0));
        for (int i = 0; i < 10; i++)
        {
            await client.SendFrameAsync(2, TalkFixture.Packet(900 + i, sound: 0x66)); // within a step: the same source
        }

        await Until.TrueAsync(() => fixture.Heard(CameraChannel).Count(static packet => packet[12] == 0x66) == 10);
        byte[][] packets = fixture.Heard(CameraChannel);
        (ushort number, uint timestamp, uint ssrc) = TalkFixture.NumbersOf(packets[^10]);
        Assert.NotEqual(0xABCDu, ssrc);
        for (int i = 0; i < 10; i++)
        {
            byte[] packet = packets[packets.Length - 10 + i];
            Assert.Equal(((ushort)(number + i), timestamp + (uint)(160 * i), ssrc), TalkFixture.NumbersOf(packet));
            Assert.Equal(TalkFixture.Packet(0, sound: 0x66)[12..], packet[12..]);
            Assert.Equal(0, packet[1] & 0x7f);
        }

        Assert.Equal(0x80, packets[0][1] & 0x80); // a talkspurt begins
        byte[] report = fixture.Heard(CameraChannel + 1)[0];
        Assert.Equal(200, report[1]);
        Assert.Equal(ssrc, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(report.AsSpan(4)));
        BackChannelStatus status = await fixture.StatusAsync();
        Assert.True(status is { IsOffered: true, Talker: not null }, status.ToString());
        Assert.Equal(packets.Length, status.SentPackets);
        ScriptedRequest setUp = fixture.Camera.Requests.Single(static request => request.Method == "SETUP" && request.Uri.EndsWith("trackID=2", StringComparison.Ordinal));
        Assert.NotNull(setUp.Header("Require"));
        Assert.NotNull(fixture.Camera.Requests.Last(static request => request.Method == "PLAY").Header("Require"));
    }

    [Fact]
    public async Task Talker_OnlyTalks_TheCameraIsPlayed()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync();
        using RtspTestClient client = await fixture.OpenAsync(withVideo: false);

        await TalkFixture.TalkUntilAsync(client, () => Task.FromResult(fixture.Heard(CameraChannel).Length > 3));

        fixture.Camera.SendRtp(0, 96, 1, 1, 7, true, [0x65, 1]);
        Assert.True(await client.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task Talker_SendsOverUdp_TheCameraHearsItOverUdp()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(BackendTransport.Udp);
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using RtspTestClient client = await fixture.Host.ConnectAsync();
        string session = (await client.RequestAsync("SETUP", fixture.Host.Url + "/track1", video.Transport)).Session!;
        RtspTestResponse setUp = await client.RequestAsync("SETUP", fixture.Host.Url + "/back1", talk.Transport, TalkFixture.Require, "Session: " + session);
        string transport = setUp.Header("Transport")!;
        int port = int.Parse(transport.Split("server_port=")[1].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session, TalkFixture.Require)).Status);

        int number = 0;
        await Until.TrueAsync(async () =>
        {
            await talk.SendRtcpFromRtpPortAsync(TalkFixture.Packet(number++), port);
            return fixture.Camera.Datagrams(2, rtcp: false).Count > 3 && fixture.Camera.Datagrams(2, rtcp: true).Count > 0;
        });

        Assert.All(fixture.Camera.Datagrams(2, rtcp: false), static packet => Assert.Equal(TalkFixture.Packet(0)[12..], packet[12..]));
        Assert.DoesNotContain("ssrc", transport, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondTalker_WhileTheFirstTalks_IsDroppedUntilThatOnesSessionEnds()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(time: new FakeTimeProvider()); // nobody falls silent
        using RtspTestClient silent = await fixture.OpenAsync(); // sets up, and takes no place
        using RtspTestClient first = await fixture.OpenAsync();
        using RtspTestClient second = await fixture.OpenAsync();
        await TalkFixture.TalkUntilAsync(first, () => Task.FromResult(fixture.Heard(CameraChannel).Length > 0));
        BackChannelStatus before = await fixture.StatusAsync();

        await second.SendFrameAsync(2, TalkFixture.Packet(1, ssrc: 2, sound: 0x22));
        await second.SendFrameAsync(2, TalkFixture.Packet(2, ssrc: 2, sound: 0x22));
        await TalkFixture.TalkUntilAsync(first, async () => (await fixture.StatusAsync()).DroppedPackets == before.DroppedPackets + 2, from: 500);
        Assert.NotNull(before.Talker);
        Assert.Equal(before.Talker, (await fixture.StatusAsync()).Talker);

        first.Dispose();
        await TalkFixture.TalkUntilAsync(
            second, () => Task.FromResult(fixture.Heard(CameraChannel)[^1][12] == 0x22), from: 10, ssrc: 2, sound: 0x22);

        // One source with one row of numbers, whoever talks.
        byte[][] heard = fixture.Heard(CameraChannel);
        int turn = Array.FindIndex(heard, static packet => packet[12] == 0x22);
        (ushort number, _, uint ssrc) = TalkFixture.NumbersOf(heard[turn - 1]);
        Assert.Equal(((ushort)(number + 1), ssrc), (TalkFixture.NumbersOf(heard[turn]).Number, TalkFixture.NumbersOf(heard[turn]).Ssrc));
        Assert.Equal(0x80, heard[turn][1] & 0x80);
        Assert.NotEqual(before.Talker, (await fixture.StatusAsync()).Talker);
    }

    [Fact]
    public async Task Talker_FallsSilent_ThePlaceIsFreeAfterThreeSeconds()
    {
        FakeTimeProvider time = new();
        await using TalkFixture fixture = await TalkFixture.StartAsync(time: time);
        using RtspTestClient first = await fixture.OpenAsync();
        using RtspTestClient second = await fixture.OpenAsync();
        await TalkFixture.TalkUntilAsync(first, () => Task.FromResult(fixture.Heard(CameraChannel).Length > 0));
        BackChannelStatus before = await fixture.StatusAsync();
        Assert.NotNull(before.Talker);
        await second.SendFrameAsync(2, TalkFixture.Packet(1, ssrc: 2, sound: 0x22));
        await Until.TrueAsync(async () => (await fixture.StatusAsync()).DroppedPackets == before.DroppedPackets + 1);

        TimeSpan silence = await fixture.Host.AdvanceUntilAsync(
            time, TimeSpan.FromSeconds(10), () => fixture.StatusAsync().GetAwaiter().GetResult().Talker is null, "the place is free");
        Assert.True(silence >= TimeSpan.FromSeconds(2.75), silence.ToString());

        await TalkFixture.TalkUntilAsync(second, async () => (await fixture.StatusAsync()).Talker is not null);
        Assert.NotEqual(before.Talker, (await fixture.StatusAsync()).Talker);
    }

    [Fact]
    public async Task Talker_ChoosesTheOtherCodec_ItIsSetUpAtTheCameraAndViewersPlayOn()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync();
        using RtspTestClient viewer = await fixture.OpenAsync(); // the camera's first back channel is set up
        using RtspTestClient talker = await fixture.OpenAsync("back2");
        await Until.TrueAsync(() => fixture.Camera.IsPlaying);
        Assert.Contains(fixture.Camera.Requests, static request => request.Method == "SETUP" && request.Uri.EndsWith("trackID=2", StringComparison.Ordinal));

        await TalkFixture.TalkUntilAsync(talker, () => Task.FromResult(fixture.Heard(CameraChannel).Any(static packet => (packet[1] & 0x7f) == 8)), payloadType: 8);

        Assert.Single(fixture.Camera.Requests, static request => request.Method == "SETUP" && request.Uri.EndsWith("trackID=3", StringComparison.Ordinal));
        fixture.Camera.SendRtp(0, 96, 1, 1, 7, true, [0x65, 1, 2]);
        Assert.Equal([0x65, 1, 2], (await ProxyHost.ReadAsync(viewer)).Payload[12..]);
        Assert.Equal(2, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    public async Task Camera_IsLostWhileSomebodyTalks_TheTalkGoesOnWhenItIsBack()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync();
        using RtspTestClient client = await fixture.OpenAsync();
        string? talker = null;
        await TalkFixture.TalkUntilAsync(client, async () => fixture.Heard(CameraChannel).Length > 0 && (talker = (await fixture.StatusAsync()).Talker) is not null);
        int plays = fixture.Camera.Count("PLAY");

        fixture.Camera.DropConnections();
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") > plays, seconds: 30);
        int heard = fixture.Heard(CameraChannel).Length;
        await TalkFixture.TalkUntilAsync(
            client, async () => fixture.Heard(CameraChannel).Length > heard + 2 && (await fixture.StatusAsync()).Talker == talker, from: 2000);
    }

    [Fact]
    public async Task Talker_SendsWhatIsNoSoundOfTheCameras_IsDroppedAndCounted()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync();
        using RtspTestClient client = await fixture.OpenAsync();
        await TalkFixture.TalkUntilAsync(client, () => Task.FromResult(fixture.Heard(CameraChannel).Length > 0));
        long before = (await fixture.StatusAsync()).DroppedPackets;

        byte[][] useless = [TalkFixture.Packet(1, payloadType: 99), new byte[5], [], [.. TalkFixture.Packet(2), .. new byte[2000]]];
        foreach (byte[] packet in useless)
        {
            await client.SendFrameAsync(2, packet);
        }

        await Until.TrueAsync(async () => (await fixture.StatusAsync()).DroppedPackets == before + useless.Length);
        Assert.All(fixture.Heard(CameraChannel), static packet => Assert.Equal(TalkFixture.Packet(0)[12..], packet[12..]));
    }

    [Fact]
    public async Task Talker_Floods_WhatIsTooMuchIsDroppedAndThePlayerLives()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(time: new FakeTimeProvider());
        using RtspTestClient client = await fixture.OpenAsync();
        await TalkFixture.TalkUntilAsync(client, () => Task.FromResult(fixture.Heard(CameraChannel).Length > 0));
        byte[] flood = [.. Enumerable.Range(0, 3000).SelectMany(static i => ScriptedCamera.FrameBytes(2, TalkFixture.Packet(i)))];

        await client.SendAsync(flood);

        await Until.TrueAsync(async () => (await fixture.StatusAsync()) is { } status && status.SentPackets + status.DroppedPackets > 3000);
        Assert.InRange((await fixture.StatusAsync()).SentPackets, 1, 400); // what is saved up at most
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", fixture.Host.Url)).Status);
    }

    /// <summary>Whoever talks says himself that he has ended (BYE), and begins anew with the next packet: a line each would fill a disk.</summary>
    [Fact]
    public async Task Talker_BeginsAndEndsAllTheTime_TheFirstTenAreSaid()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync(time: new FakeTimeProvider());
        using RtspTestClient client = await fixture.OpenAsync();
        byte[] leaves = new byte[64];
        int bytes = RtcpWriter.WriteReceiverReport(leaves, 0xABCD);
        bytes += RtcpWriter.WriteBye(leaves.AsSpan(bytes), 0xABCD);
        for (int i = 1; i <= 14; i++)
        {
            await TalkFixture.TalkUntilAsync(client, async () => (await fixture.StatusAsync()).Talker is not null, from: 100 * i);
            await client.SendFrameAsync(3, leaves.AsSpan(0, bytes));
            await Until.TrueAsync(async () => (await fixture.StatusAsync()).Talker is null);
        }

        Assert.Equal(10, fixture.Host.Log.Loud.Count(static line => line.Contains("talks to the camera", StringComparison.Ordinal)));
        Assert.Equal(10, fixture.Host.Log.Loud.Count(static line => line.Contains("talks no more", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task User_WhoMayOnlyWatch_IsOfferedNoneAndWatches()
    {
        AccessRules rules = new()
        {
            Users =
            [
                new AccessUser("eye", UserSecret.OfPassword("e"), ["view"]),
                new AccessUser("mouth", UserSecret.OfPassword("m"), ["guard"]),
            ],
            Roles = [new AccessRole("view", AccessRights.Read), new AccessRole("guard", AccessRights.Read | AccessRights.Talk)],
            Anonymous = ["view"],
        };
        await using TalkFixture fixture = await TalkFixture.StartAsync(change: options => options with { Access = rules });

        using RtspTestClient stranger = await fixture.Host.ConnectAsync();
        Assert.Equal(200, (await stranger.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
        Assert.Equal(401, (await stranger.RequestAsync("DESCRIBE", fixture.Host.Url, TalkFixture.Require)).Status); // somebody may: who is it?
        Assert.Equal(403, (await stranger.RequestAsync("SETUP", fixture.Host.Url + "/back1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")).Status);
        using RtspTestClient eye = await fixture.Host.ConnectAsync();
        Assert.Equal(551, (await LogIns.RequestAsync(eye, "DESCRIBE", fixture.Host.Url, "eye", "e", TalkFixture.Require)).Status);
        using RtspTestClient mouth = await fixture.Host.ConnectAsync();
        RtspTestResponse described = await LogIns.RequestAsync(mouth, "DESCRIBE", fixture.Host.Url, "mouth", "m", TalkFixture.Require);
        Assert.Contains("a=control:back1", described.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilentTalker_OverUdp_ASecondViewerOfItsHostIsStillFoundBehindANat()
    {
        await using TalkFixture fixture = await TalkFixture.StartAsync();
        using UdpTestReceiver video = new();
        using UdpTestReceiver talk = new();
        using UdpTestReceiver announced = new();
        using UdpTestReceiver real = new();
        using RtspTestClient silent = await fixture.Host.ConnectAsync();
        RtspTestResponse setUp = await silent.RequestAsync("SETUP", fixture.Host.Url + "/track1", video.Transport);
        int port = int.Parse(setUp.Header("Transport")!.Split("server_port=")[1].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(200, (await silent.RequestAsync("SETUP", fixture.Host.Url + "/back1", talk.Transport, TalkFixture.Require, "Session: " + setUp.Session)).Status);
        Assert.Equal(200, (await silent.RequestAsync("PLAY", fixture.Host.Url, "Session: " + setUp.Session)).Status);
        await video.SendPunchAsync(port);

        // On the same connection, so that both sessions live on one shard.
        RtspTestResponse second = await silent.RequestAsync("SETUP", fixture.Host.Url + "/track1", announced.Transport);
        Assert.Equal(200, second.Status);
        await real.SendPunchAsync(port);
        Assert.Equal(200, (await silent.RequestAsync("PLAY", fixture.Host.Url, "Session: " + second.Session)).Status);

        await Until.TrueAsync(() =>
        {
            fixture.Camera.SendRtp(0, 96, 1, 1, 7, true, [0x65, 1, 2]);
            return !real.HasNoRtp;
        });
        Assert.True(announced.HasNoRtp);
    }

    /// <summary>Without the session's lines, which tell two descriptions apart.</summary>
    private static string Media(string sdp) => sdp[sdp.IndexOf("m=", StringComparison.Ordinal)..];
}
