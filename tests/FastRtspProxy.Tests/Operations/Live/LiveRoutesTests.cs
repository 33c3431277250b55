using System.Net;
using System.Net.WebSockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.SimulatedCamera.Packetisers;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Operations.Live;

/// <summary>The live picture as a page hears it, from a simulated camera through a whole engine.</summary>
public sealed class LiveRoutesTests
{
    [Fact]
    public async Task Live_FirstMessageDescribes_ThenUnitsFromAKeyPictureOn()
    {
        await using LiveHost host = await LiveHost.StartAsync();
        using LivePage page = await host.ShowAsync();

        Assert.Equal(WebSocketMessageType.Text, await page.NextAsync());
        Assert.Matches("^avc1\\.4d", page.Description.GetProperty("video").GetProperty("codec").GetString());
        Assert.Equal((640, 360), (page.Description.GetProperty("video").GetProperty("width").GetInt32(), page.Description.GetProperty("video").GetProperty("height").GetInt32()));
        Assert.Equal("mp4a.40.2", page.Description.GetProperty("audio").GetProperty("codec").GetString());
        Assert.Equal(48_000, page.Description.GetProperty("audio").GetProperty("sampleRate").GetInt32());

        long? number = null;
        long? micros = null;
        for (int i = 0; i < 60; i++)
        {
            await page.UnitAsync(isAudio: false);
            SimulatorSei sei = Verify(page.Unit);
            Assert.Equal(number is null, i == 0);
            Assert.True(i > 0 || (page.Flags & 1) != 0, "the first picture is no key picture");
            Assert.Equal((number ?? sei.AccessUnit - 1) + 1, sei.AccessUnit);
            Assert.InRange(page.Micros - (micros ?? page.Micros - 40_000), 39_000, 41_000);
            (number, micros) = (sei.AccessUnit, page.Micros);
        }

        await page.UnitAsync(isAudio: true);
        Assert.InRange(page.Micros - micros!.Value, -1_000_000, 1_000_000);
    }

    /// <summary>A second page begins in the past, with the key picture that the ring keeps, and is there at once.</summary>
    [Fact]
    public async Task Live_JoinsInTheMiddleOfAGroup_BeginsWithItsKeyPicture()
    {
        await using LiveHost host = await LiveHost.StartAsync();
        using LivePage first = await host.ShowAsync();
        while ((first.Flags & 1) == 0)
        {
            await first.UnitAsync(isAudio: false);
        }

        long key = Verify(first.Unit).AccessUnit;
        await first.UnitAsync(isAudio: false);
        Assert.Equal(0, first.Flags & 1);

        using LivePage second = await host.ShowAsync();
        await second.UnitAsync(isAudio: false);

        Assert.Equal(key, Verify(second.Unit).AccessUnit);
        Assert.Equal(2, host.Engine.Viewers);
        Assert.Equal(1, host.Camera.Counters.SessionsOpened);
        Assert.Equal(2, (await host.Engine.Status.StreamAsync("cam"))!.Viewers.Live);
        Assert.All(await host.Engine.Status.ViewersAsync("cam"), static viewer => Assert.Equal(("live", true), (viewer.Way, viewer.IsPlaying)));
    }

    /// <summary>Other tracks, or other pictures of the same: the page is told, in the same conversation, and goes on with a key picture.</summary>
    [Theory]
    [InlineData("sdp-change=no-audio@40s", "{\"name\":\"H264\",\"codec\":\"avc1.4d401f\",\"width\":640,\"height\":360,\"reordered\":false}", false)]
    [InlineData("sdp-change=size@40s", "{\"name\":\"H264\",\"codec\":\"avc1.42c01e\",\"width\":320,\"height\":176,\"reordered\":false}", true)]
    public async Task Live_CameraComesBackAsAnother_IsDescribedAnew(string fault, string video, bool hasAudio)
    {
        await using LiveHost host = await LiveHost.StartAsync(faults: fault);
        using LivePage page = await host.ShowAsync();
        await page.UnitAsync(isAudio: false);
        Assert.Equal(640, page.Description.GetProperty("video").GetProperty("width").GetInt32());

        string first = page.Description.GetRawText();
        host.LetCameraLeap(TimeSpan.FromSeconds(40));
        while (page.Description.GetRawText() == first)
        {
            Assert.NotEqual(WebSocketMessageType.Close, await page.NextAsync());
        }

        Assert.Equal((video, hasAudio), (page.Description.GetProperty("video").GetRawText(), page.Description.GetProperty("audio").ValueKind != System.Text.Json.JsonValueKind.Null));
        await page.UnitAsync(isAudio: false);
        Assert.Equal(1, page.Flags & 1);
    }

    /// <summary>A camera whose set leaves the order open: the page is told before the first picture that shows it.</summary>
    [Fact]
    public async Task Live_SetLeavesTheOrderOpen_TheFirstBSliceTellsIt()
    {
        byte[] sps = [0, 0, 0, 1, .. Convert.FromHexString("674D002A963540F004FCB3701010102000000300C80000177010")];
        byte[] clip = [.. sps, 0, 0, 0, 1, 0x68, 0xEE, 0x3C, 0x80, 0, 0, 0, 1, 0x65, 0x88, 0x84, 7, 0, 0, 0, 1, 0x41, 0x9A, 0x21, 7, 0, 0, 0, 1, 0x01, 0x9E, 0x42, 7];
        Assert.True(ClipVideoTrack.TryCreate(false, clip, 25, out ClipVideoTrack? track));
        await using LiveHost host = await LiveHost.StartAsync([track]);
        using LivePage page = await host.ShowAsync();

        await page.UnitAsync(isAudio: false);
        Assert.Equal((1, false), (page.Flags & 1, page.Description.GetProperty("video").GetProperty("reordered").GetBoolean()));
        await page.UnitAsync(isAudio: false);
        Assert.False(page.Description.GetProperty("video").GetProperty("reordered").GetBoolean());
        Assert.Equal(WebSocketMessageType.Text, await page.NextAsync());
        Assert.True(page.Description.GetProperty("video").GetProperty("reordered").GetBoolean());
        await page.UnitAsync(isAudio: false);
        Assert.Equal(0x01, page.Unit[^4]);

        using LivePage second = await host.ShowAsync();
        while (second.Description.ValueKind == System.Text.Json.JsonValueKind.Undefined || !second.Description.GetProperty("video").GetProperty("reordered").GetBoolean())
        {
            Assert.NotEqual(WebSocketMessageType.Close, await second.NextAsync());
        }
    }

    /// <summary>A browser tells no page that the other side has gone without a word: while there is nothing to show, the page is told so.</summary>
    [Fact]
    public async Task Live_NothingComes_TheDescriptionComesAgain()
    {
        await using LiveHost host = await LiveHost.StartAsync(quiet: TimeSpan.FromSeconds(1));
        using LivePage page = await host.ShowAsync();
        await page.UnitAsync(isAudio: false);
        string first = page.Description.GetRawText();

        await host.Camera.DisposeAsync();

        for (int i = 0; i < 2; i++)
        {
            WebSocketMessageType type;
            do
            {
                type = await page.NextAsync();
                Assert.NotEqual(WebSocketMessageType.Close, type);
            }
            while (type != WebSocketMessageType.Text);
        }

        Assert.Equal(first, page.Description.GetRawText());
    }

    [Fact]
    public async Task Live_PageGoes_ItsPlaceIsFree()
    {
        await using LiveHost host = await LiveHost.StartAsync(change: static o => o with { MaxClients = 1 });
        using (LivePage page = await host.ShowAsync())
        {
            await page.UnitAsync(isAudio: false);
            using LivePage other = await host.ShowAsync();
            Assert.Equal(4453, (await other.ClosedAsync()).Code);
        }

        await Until.TrueAsync(() => host.Engine.Viewers == 0, 30);
    }

    [Fact]
    public async Task Live_EachEnd_IsSaidInTheClose()
    {
        await using LiveHost host = await LiveHost.StartAsync();
        using (LivePage page = await host.ShowAsync("no/such"))
        {
            Assert.Equal((4404, "not found: there is no such stream"), await page.ClosedAsync());
        }

        using (LivePage page = await host.ShowAsync())
        {
            await page.UnitAsync(isAudio: false);
            Assert.True(await host.Engine.Status.EndViewerAsync(page.Description.GetProperty("viewer").GetString()!));
            Assert.Equal(4409, (await page.ClosedAsync()).Code);
        }

        using (LivePage page = await host.ShowAsync())
        {
            await page.UnitAsync(isAudio: false);
            await host.Engine.Streams.RemoveAsync("cam");
            Assert.Equal(4410, (await page.ClosedAsync()).Code);
        }

        host.Engine.BeginDrain();
        using (LivePage page = await host.ShowAsync())
        {
            Assert.Equal(4503, (await page.ClosedAsync()).Code);
        }

        Assert.Equal(0, host.Engine.Viewers);
    }

    /// <summary>The right is asked for again while it is used.</summary>
    [Fact]
    public async Task Live_RightIsTakenAway_IsClosedAsRevoked()
    {
        bool may = true;
        await using LiveHost host = await LiveHost.StartAsync(may: question => Volatile.Read(ref may) && question is { Right: AccessRights.Read, Stream: "cam", IsKnown: true });
        using LivePage page = await host.ShowAsync();
        await page.UnitAsync(isAudio: false);

        Volatile.Write(ref may, false);

        Assert.Equal(4403, (await page.ClosedAsync()).Code);
        using LivePage again = await host.ShowAsync();
        Assert.Equal(4403, (await again.ClosedAsync()).Code);
    }

    [Fact]
    public async Task Live_FloodOfMessages_IsClosed()
    {
        await using LiveHost host = await LiveHost.StartAsync();
        using LivePage page = await host.ShowAsync();
        await page.UnitAsync(isAudio: false);
        for (int i = 0; i < 20; i++)
        {
            await page.Socket.SendAsync(new byte[100], WebSocketMessageType.Binary, true, CancellationToken.None);
        }

        Assert.Equal(4429, (await page.ClosedAsync()).Code);
    }

    /// <summary>What is no WebSocket is told so.</summary>
    [Fact]
    public async Task Live_PlainRequest_IsAnswered426()
    {
        await using LiveHost host = await LiveHost.StartAsync();
        using HttpClient http = new();

        using HttpResponseMessage answer = await http.GetAsync(new Uri(host.Url, "/api/v1/streams/cam/live"));

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    /// <summary>What no page can show is named, and the sound comes all the same.</summary>
    [Fact]
    public async Task Live_PicturesThatNoPageShows_AreNamedAndSoundComes()
    {
        await using LiveHost host = await LiveHost.StartAsync([new MjpegTrack(new SyntheticVideo { WidthPixels = 64, HeightPixels = 64, BitsPerSecond = 100_000 }), new PcmuTrack()]);
        using LivePage page = await host.ShowAsync();

        await page.UnitAsync(isAudio: true);

        Assert.Equal("JPEG", page.Description.GetProperty("video").GetProperty("name").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, page.Description.GetProperty("video").GetProperty("codec").ValueKind);
        Assert.Equal("ulaw", page.Description.GetProperty("audio").GetProperty("codec").GetString());
    }

    /// <summary>The picture is what the camera sent, to the byte.</summary>
    private static SimulatorSei Verify(byte[] unit)
    {
        uint crc = 0;
        SimulatorSei sei = default;
        foreach (NalRange nal in AnnexB.NalUnits(unit))
        {
            crc = SimulatorSei.IsVcl(false, unit[nal.Offset]) ? SimulatorSei.Crc(crc, nal.In(unit)) : crc;
            sei = SimulatorSei.TryRead(nal.In(unit), out SimulatorSei read) ? read : sei;
        }

        Assert.Equal(sei.VclCrc, crc);
        return sei;
    }
}
