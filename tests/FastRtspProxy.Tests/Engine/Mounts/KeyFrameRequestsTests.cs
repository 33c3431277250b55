using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>When a mount asks its camera for a key frame.</summary>
public sealed class KeyFrameRequestsTests
{
    /// <summary>The clock leaps from one group to the next: a shard that sees that before the next packet must not take the camera for lost.</summary>
    private static readonly BackendTimings s_patient = new() { DeadStream = TimeSpan.Zero };

    private readonly FakeTimeProvider _time = new();
    private ushort _number = 500;
    private uint _timestamp = 9000;

    [Theory]
    [InlineData(10, 1)]
    [InlineData(2, 0)]
    public async Task Join_IntoALongGroup_TheCameraIsAskedOnceASecond(int groupSeconds, int requests)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds);

        for (int i = 0; i < 6; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(i == 3 ? 1 : 0));
            _ = await fixture.JoinAsync(mount);
        }

        await AssertRequestsAsync(fixture, mount, 2 * requests);
    }

    /// <summary>What was asked for makes a distance short that says nothing of the next.</summary>
    [Fact]
    public async Task Join_BehindAKeyFrameThatWasAskedFor_TheGroupStillCountsAsALongOne()
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds: 20);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        _ = await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => Requests(fixture) == 1);
        await SendKeyFrameAsync(fixture, mount);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(3));
        _ = await fixture.JoinAsync(mount);

        await AssertRequestsAsync(fixture, mount, 2);
    }

    [Fact]
    public async Task Viewer_ThatAsks_IsHeardOnceASecondHoweverOften()
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds: 1);

        for (int i = 0; i < 5; i++)
        {
            mount.AskForKeyFrame();
        }

        await Until.TrueAsync(() => Requests(fixture) == 1);
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(999));
        mount.AskForKeyFrame();
        await AssertRequestsAsync(fixture, mount, 1);
    }

    /// <summary>A second viewer lacks a picture just after the first one's wish was passed on.</summary>
    [Fact]
    public async Task Viewer_ThatAsksWithinTheSecond_IsHeardAtItsEnd()
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await AskTwiceAsync(fixture);

        Assert.Equal(1, Requests(fixture));
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(500));

        await Until.TrueAsync(() => Requests(fixture) == 2);
        await AssertRequestsAsync(fixture, mount, 2);
    }

    [Fact]
    public async Task Viewer_ThatAsksWithinTheSecondAndIsSentAKeyFrame_HasWhatItWanted()
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await AskTwiceAsync(fixture);

        await SendKeyFrameAsync(fixture, mount);

        await AssertRequestsAsync(fixture, mount, 1);
    }

    private async Task<Mount> AskTwiceAsync(MountFixture fixture)
    {
        Mount mount = await PlayAsync(fixture, groupSeconds: 1);
        mount.AskForKeyFrame();
        await Until.TrueAsync(() => Requests(fixture) == 1);
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        mount.AskForKeyFrame();
        await mount.Shard.RunAsync(static () => Task.CompletedTask);
        return mount;
    }

    /// <summary>What a new viewer waits for goes by the distance of the camera's own key frames.</summary>
    [Fact]
    public async Task Join_BehindKeyFramesThatWereAskedFor_AutoGoesByTheCamerasOwnGroups()
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds: 20);
        for (int i = 0; i < 3; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
            mount.AskForKeyFrame();
            await Until.TrueAsync(() => Requests(fixture) == i + 1);
            await SendKeyFrameAsync(fixture, mount);
        }

        PlayGrant grant = (await fixture.JoinAsync(mount)).Grant;

        Assert.False(grant.WaitsForRandomAccess);
        Assert.Equal(20_000_000, mount.Ring.RandomAccessIntervalMicros);
    }

    /// <summary>The pictures are damaged until the next key frame; of one that is due within a second nobody is spared anything.</summary>
    [Theory]
    [InlineData(10, 2, 1)]
    [InlineData(10, 9, 0)]
    [InlineData(1, 0, 0)]
    public async Task Loss_WithTheNextKeyFrameFarAway_TheCameraIsAsked(int groupSeconds, int ageSeconds, int requests)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds, BackendTransport.Udp);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(ageSeconds));
        _number += 5;
        await SendAsync(fixture, mount, [0x41, 0x9a, 1]);

        await AssertRequestsAsync(fixture, mount, requests);
    }

    /// <summary>More than the window waits for; so many that they may be a new start; and over TCP, where the camera itself, or a relay, has dropped them.</summary>
    [Theory]
    [InlineData(BackendTransport.Udp, 100)]
    [InlineData(BackendTransport.Udp, 4000)]
    [InlineData(BackendTransport.Tcp, 1)]
    [InlineData(BackendTransport.Tcp, 100)]
    [InlineData(BackendTransport.Tcp, 4000)]
    public async Task Loss_OfAnyLengthByAnyWay_TheCameraIsAsked(BackendTransport transport, int lost)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds: 10, transport);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));

        _number += (ushort)lost;
        if (transport == BackendTransport.Udp && lost >= 3000)
        {
            fixture.Camera.SendRtp(0, 96, _number++, _timestamp, 42, false, [0x41, 0x9a, 1]); // the next one confirms it
        }

        await SendAsync(fixture, mount, [0x41, 0x9a, 1]);

        await Until.TrueAsync(() => Requests(fixture) == 1);
        await AssertRequestsAsync(fixture, mount, 1);
    }

    /// <summary>Data of the camera's own, of a payload type that it does not describe, has numbers between those of the pictures, and is left out.</summary>
    [Theory]
    [InlineData(BackendTransport.Udp)]
    [InlineData(BackendTransport.Tcp)]
    public async Task Loss_OfWhatIsLeftOut_IsNone(BackendTransport transport)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds: 10, transport);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        for (int i = 0; i < 3; i++)
        {
            fixture.Camera.SendRtp(0, 112, _number++, _timestamp, 42, false, "private"u8);
            await SendAsync(fixture, mount, [0x41, 0x9a, 1]);
        }

        await AssertRequestsAsync(fixture, mount, 0);
    }

    /// <summary>No key frame mends sound.</summary>
    [Theory]
    [InlineData(BackendTransport.Udp, 5)]
    [InlineData(BackendTransport.Udp, 100)]
    [InlineData(BackendTransport.Tcp, 5)]
    public async Task Loss_OfSound_TheCameraIsNotAsked(BackendTransport transport, int lost)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds: 10, transport, sdp: ScriptedCamera.VideoAndAudio.Replace("m=audio", "a=rtcp-fb:96 nack pli\r\nm=audio", StringComparison.Ordinal));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        for (int i = 0; i < 2; i++)
        {
            long expected = mount.Ring.Head + 1;
            fixture.Camera.SendRtp(1, 97, (ushort)(1000 + (i * lost)), (uint)(i * 1024), 43, true, "sound"u8);
            await Until.TrueAsync(() =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                return mount.Ring.Head >= expected;
            });
        }

        await AssertRequestsAsync(fixture, mount, 0);
    }

    /// <summary>The camera was asked a moment ago, and its answer came before them.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task JoinOrLoss_WithinTheSecondOfAnotherRequest_IsHeardAtItsEnd(bool joins)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await WantWithinTheSecondAsync(fixture, joins);

        Assert.Equal(1, Requests(fixture));
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(500));

        await Until.TrueAsync(() => Requests(fixture) == 2);
        await AssertRequestsAsync(fixture, mount, 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task JoinOrLoss_WithinTheSecondAndAKeyFrameComes_NothingMoreIsAskedFor(bool joins)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await WantWithinTheSecondAsync(fixture, joins);

        await SendKeyFrameAsync(fixture, mount);

        await AssertRequestsAsync(fixture, mount, 1);
    }

    private async Task<Mount> WantWithinTheSecondAsync(MountFixture fixture, bool joins)
    {
        Mount mount = await PlayAsync(fixture, groupSeconds: 20);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(5));
        _ = await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => Requests(fixture) == 1);
        await SendKeyFrameAsync(fixture, mount);
        await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        if (joins)
        {
            _ = await fixture.JoinAsync(mount);
        }
        else
        {
            _number += 5;
            await SendOverTcpAsync(fixture, mount, [0x41, 0x9a, 1]);
        }

        await mount.Shard.RunAsync(static () => Task.CompletedTask);
        return mount;
    }

    /// <summary>Another server begins wherever it is: the camera is asked for what the first viewer waits for. A camera begins with it.</summary>
    [Theory]
    [InlineData(StartMode.Auto, "41 41 41", 1)]
    [InlineData(StartMode.Live, "41 41 41", 1)]
    [InlineData(StartMode.Keyframe, "41 41 41", 1)]
    [InlineData(StartMode.Auto, "65 41 41", 0)]
    [InlineData(StartMode.Auto, "09 06 67 68 65 41", 0)]
    public async Task FirstViewer_OfASourceThatBeginsInMidGroup_ItIsAskedOnce(StartMode start, string pictures, int requests)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = start };
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly + "a=rtcp-fb:96 nack pli\r\n";
        Mount mount = fixture.Create();
        _ = await fixture.JoinAsync(mount);

        await SendPicturesAsync(fixture, pictures);

        await Until.TrueAsync(() => Requests(fixture) == requests);
        await AssertRequestsAsync(fixture, mount, requests);
    }

    /// <summary>Made anew, it begins in the middle, too: what is known of its groups says whether they are worth waiting for.</summary>
    [Theory]
    [InlineData(10, 1)]
    [InlineData(2, 0)]
    public async Task NextSession_ThatBeginsInMidGroup_IsAskedWhereGroupsAreLong(int groupSeconds, int requests)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        Mount mount = await PlayAsync(fixture, groupSeconds);
        fixture.Camera.DropConnections();
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            return fixture.Camera.Count("PLAY") == 2;
        });
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => mount.State == StreamState.Playing);

        await SendPicturesAsync(fixture, "41 41 41");

        await Until.TrueAsync(() => Requests(fixture) == requests);
        await AssertRequestsAsync(fixture, mount, requests);
    }

    /// <summary>A camera is slow to begin: what counts is the time from its first picture on.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public async Task OtherSource_ThatTakesLongToItsFirstPicture_IsAsked(int seconds)
    {
        await using MountFixture fixture = new(_time) { BackendTimings = s_patient, Start = StartMode.Auto };
        using ScriptedCamera other = new() { Sdp = ScriptedCamera.VideoOnly + "a=rtcp-fb:96 nack pli\r\n" };
        fixture.AddSource(other, mayBeProbed: false);
        Mount mount = await PlayAsync(fixture, groupSeconds: 1);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            return other.Count("PLAY") == 1;
        });
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(seconds));

        for (int i = 0; i < 3; i++)
        {
            _timestamp += 3600;
            other.SendRtp(0, 96, _number++, _timestamp, 42, true, [0x41, 0x9a, 1]);
        }

        await Until.TrueAsync(() => Requests(other) == 1);
    }

    /// <summary>Players ask where it is offered, and of the source in use.</summary>
    [Theory]
    [InlineData("", null, false)]
    [InlineData("", true, true)]
    [InlineData("a=rtcp-fb:96 nack pli\r\n", null, true)]
    [InlineData("a=rtcp-fb:96 ccm fir\r\n", null, true)]
    [InlineData("a=rtcp-fb:96 nack pli\r\n", false, false)]
    public async Task Description_OfACameraThatCanBeAsked_OffersIt(string feedback, bool? option, bool isOffered)
    {
        await using MountFixture fixture = new(_time)
        {
            BackendTimings = s_patient,
            Change = options => options with { Backend = options.Backend with { AsksForKeyFrames = option } },
        };
        using ScriptedCamera other = new() { Sdp = ScriptedCamera.VideoOnly };
        fixture.AddSource(other, mayBeProbed: false);
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly + feedback;
        Mount mount = fixture.Create(alwaysOn: true);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);

        Assert.Equal(isOffered, await OffersAsync(mount));

        fixture.Camera.Dispose();
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            return other.Count("PLAY") == 1;
        });
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        Assert.False(await OffersAsync(mount));
    }

    private static async Task<bool> OffersAsync(Mount mount)
    {
        string sdp = Encoding.Latin1.GetString((await mount.DescribeAsync(TimeSpan.FromSeconds(60)))!.Sdp);
        bool offers = sdp.Contains("a=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 ccm fir\r\n", StringComparison.Ordinal);
        Assert.Equal(offers, sdp.Contains("rtcp-fb", StringComparison.Ordinal));
        return offers;
    }

    /// <summary>Of each NAL unit its first byte; those before a picture have its timestamp, and it alone the marker.</summary>
    private async Task SendPicturesAsync(MountFixture fixture, string pictures)
    {
        foreach (byte[] unit in pictures.Split(' ').Select(static unit => new byte[] { Convert.ToByte(unit, 16), 0x88, 1 }))
        {
            bool isPicture = (unit[0] & 0x1f) is 1 or 5;
            fixture.Camera.SendRtp(0, 96, _number++, _timestamp, 42, isPicture, unit);
            _timestamp += isPicture ? 3600u : 0;
            await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(isPicture ? 40 : 0));
        }
    }

    private Task SendKeyFrameAsync(MountFixture fixture, Mount mount) => SendOverTcpAsync(fixture, mount, [0x65, 0x88, 1]);

    /// <summary>Nothing is held back for its order, so the clock stands still.</summary>
    private async Task SendOverTcpAsync(MountFixture fixture, Mount mount, byte[] payload)
    {
        long expected = mount.Ring.Head + 1;
        _timestamp += 3600;
        fixture.Camera.SendRtp(0, 96, _number++, _timestamp, 42, true, payload);
        await Until.TrueAsync(() => mount.Ring.Head >= expected);
    }

    private async Task SendAsync(MountFixture fixture, Mount mount, byte[] payload)
    {
        long expected = mount.Ring.Head + 1;
        _timestamp += 3600;
        fixture.Camera.SendRtp(0, 96, _number++, _timestamp, 42, true, payload);
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1)); // what is held back for its order has a time for it
            return mount.Ring.Head >= expected;
        });
    }

    /// <summary>One more is asked for, and comes behind all those before.</summary>
    private async Task AssertRequestsAsync(MountFixture fixture, Mount mount, int count)
    {
        await mount.Shard.RunAsync(static () => Task.CompletedTask);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        mount.AskForKeyFrame();
        await Until.TrueAsync(() => Requests(fixture) > count);
        Assert.Equal(count + 1, Requests(fixture));
    }

    private async Task<Mount> PlayAsync(MountFixture fixture, int groupSeconds, BackendTransport transport = BackendTransport.Tcp, string? sdp = null)
    {
        fixture.Camera.Sdp = sdp ?? ScriptedCamera.VideoOnly + "a=rtcp-fb:96 nack pli\r\n";
        Mount mount = fixture.Create(transport, alwaysOn: true);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        for (int i = 0; i < 2; i++)
        {
            long expected = mount.Ring.Head + 1;
            fixture.Camera.SendRtp(0, 96, _number++, _timestamp, 42, true, [0x65, 0x88, 1]);
            _timestamp += 3600;
            await Until.TrueAsync(() => mount.Ring.Head >= expected);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(i == 0 ? groupSeconds : 0));
        }

        return mount;
    }

    private static int Requests(MountFixture fixture) => Requests(fixture.Camera);

    private static int Requests(ScriptedCamera camera) => camera.Frames.Select(static frame => frame.Payload).Concat(camera.Datagrams(0, rtcp: true)).Count(static compound =>
    {
        RtcpCompoundReader reader = new(compound);
        bool asks = false;
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            asks |= packet.AsksForKeyFrame(42);
        }

        return asks;
    });
}
