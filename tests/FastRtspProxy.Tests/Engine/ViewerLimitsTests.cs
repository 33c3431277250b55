using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine;

/// <summary>Limits that change while viewers watch.</summary>
public sealed class ViewerLimitsTests
{
    [Fact]
    public async Task ChangeLimits_FewerViewers_ThoseThatAreThereStayAndTheNextOneIsRefused()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        (RtspTestClient first, _) = await host.WatchAsync();
        (RtspTestClient second, _) = await host.WatchAsync();
        ViewerLimits before = host.Engine.Limits;

        ViewerLimits[] fewer = [before with { MaxClients = 2 }, before with { MaxClientsPerAddress = 1 }, before with { MaxClientsPerMount = 1 }];
        foreach (ViewerLimits limits in fewer)
        {
            host.Engine.ChangeLimits(limits);
            Assert.Equal(453, await StatusAsync(host));
        }

        host.Engine.ChangeLimits(before);

        Assert.Equal(200, await StatusAsync(host));
        new CameraTrack(camera).SendPicture();
        Assert.Equal(0, (await ProxyHost.ReadAsync(first)).Channel);
        Assert.Equal(0, (await ProxyHost.ReadAsync(second)).Channel);
    }

    [Fact]
    public async Task ChangeLimits_CannotBeHad_SaysWhyAndChangesNothing()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        ViewerLimits before = host.Engine.Limits;
        ViewerLimits bad = before with { MaxClients = 0, SlowTimeout = TimeSpan.FromSeconds(-1), Egress = new EgressLimits { TotalMbits = 0 } };

        ArgumentException refused = Assert.Throws<ArgumentException>(() => host.Engine.ChangeLimits(bad));

        Assert.Equal(3, bad.Problems.Count);
        Assert.Contains("must be one at least", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, host.Engine.Limits);
        Assert.Empty(before.Problems);
    }

    [Fact]
    public async Task Egress_OneViewerTooMany_453AsTheStreamWasMeasured()
    {
        using ScriptedCamera camera = new();
        FakeTimeProvider time = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        (RtspTestClient viewer, _) = await host.WatchAsync();
        CameraTrack video = new(camera);
        for (int i = 0; i < 60; i++)
        {
            video.SendPicture(bytes: 12_500); // ten a second: one Mbit/s
            await ProxyHost.ReadAsync(viewer);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        foreach (EgressLimits limits in (EgressLimits[])[new() { PerViewerMbits = 0.5 }, new() { PerStreamMbits = 1.5 }, new() { TotalMbits = 1.5 }])
        {
            host.Engine.ChangeLimits(host.Engine.Limits with { Egress = limits });
            Assert.Equal(453, await StatusAsync(host));
        }

        Assert.Contains(host.Log.Loud, static line => line.Contains("a viewer was refused: the stream has", StringComparison.Ordinal));
        host.Engine.ChangeLimits(host.Engine.Limits with { Egress = new() { PerViewerMbits = 1.5, PerStreamMbits = 2.5, TotalMbits = 2.5 } });
        Assert.Equal(200, await StatusAsync(host));
        video.SendPicture();
        Assert.Equal(0, (await ProxyHost.ReadAsync(viewer)).Channel);
    }

    [Fact]
    public async Task Egress_AStreamThatWasTooLarge_IsMeasuredAnewSomeTimeAfterTheLastViewer()
    {
        using ScriptedCamera camera = new();
        FakeTimeProvider time = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        (RtspTestClient viewer, _) = await host.WatchAsync();
        CameraTrack video = new(camera);
        for (int i = 0; i < 60; i++)
        {
            video.SendPicture(bytes: 12_500); // ten a second: one Mbit/s
            await ProxyHost.ReadAsync(viewer);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        host.Engine.ChangeLimits(host.Engine.Limits with { Egress = new() { PerViewerMbits = 0.5 } });
        viewer.Dispose();
        for (int i = 0; camera.Count("TEARDOWN") == 0; i++)
        {
            Assert.True(i < 1_800, "the camera is not let go within three minutes");
            video.SendPicture(bytes: 12_500);
            await host.AdvanceAsync(time, TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(453, await LaterStatusAsync());
        await host.AdvanceAsync(time, TimeSpan.FromMinutes(10));
        Assert.Equal(200, await LaterStatusAsync());

        async Task<int> LaterStatusAsync()
        {
            Task<int> status = StatusAsync(host);
            await host.AdvanceUntilAsync(time, TimeSpan.FromMinutes(1), () => status.IsCompleted, "it is answered");
            return await status;
        }
    }

    /// <summary>What a further viewer is told, at SETUP if that says no, else at PLAY; it goes again.</summary>
    private static async Task<int> StatusAsync(ProxyHost host)
    {
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
        if (setup.Status != 200)
        {
            return setup.Status;
        }

        int status = (await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status;
        await client.RequestAsync("TEARDOWN", host.Url, "Session: " + setup.Session);
        return status;
    }
}
