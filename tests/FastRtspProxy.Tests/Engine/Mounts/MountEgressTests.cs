using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>What a mount's camera is known to send, and what it weighs on the shard.</summary>
public sealed class MountEgressTests
{
    /// <summary>The crowd that comes back is placed by the camera's rate, not by the silence of the outage.</summary>
    [Fact]
    public async Task Leave_LastViewerOfALostCamera_TheRateIsWhatItWasAndNothingIsBooked()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await PlayAsync(fixture, mount);
        fixture.Camera.Script = static _ => new ScriptedReply { Silent = true, Close = true };
        fixture.Camera.DropConnections();
        await Until.TrueAsync(() => mount.State == StreamState.Holding);
        await fixture.QuietAsync();
        long rate = mount.BitsPerSecond;
        Assert.InRange(rate, 1, long.MaxValue);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(25));
        Assert.Equal(StreamState.Holding, mount.State);
        mount.Leave(client);
        await fixture.QuietAsync();

        Assert.Equal((rate, 0), (mount.BitsPerSecond, fixture.MountShard.Weight));
        Assert.Equal(ShardPlacement.WeightOf(rate), fixture.MountShard.ExpectedWeight);
        await mount.StopAsync(MountEnd.Removed);
        Assert.Equal((0, 0), (fixture.MountShard.Weight, fixture.MountShard.ExpectedWeight));
    }

    /// <summary>PLAY is asked and not answered yet: that nothing comes meanwhile is no rate.</summary>
    [Fact]
    public async Task Leave_BeforeTheCameraPlaysAgain_TheRateIsWhatItWas()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await fixture.JoinAsync(mount);
        await PlayAsync(fixture, mount);
        fixture.Camera.Script = static request => request.Method == "PLAY" ? new ScriptedReply { Silent = true } : null;
        fixture.Camera.DropConnections();
        await Until.TrueAsync(() => mount.State == StreamState.Holding);
        await fixture.QuietAsync();
        long rate = mount.BitsPerSecond;
        Assert.InRange(rate, 1, long.MaxValue);
        for (int i = 0; i < 20 && fixture.Camera.ConnectionCount < 2; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2); // the clock stands still: no limit of a dialogue that takes its time passes
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));

        mount.Leave(client);
        await fixture.QuietAsync();

        Assert.Equal(rate, mount.BitsPerSecond);
    }

    /// <summary>All streams of a configuration are placed before the first camera plays.</summary>
    [Fact]
    public void Create_ManyMountsOnManyShards_EachIsBookedAndNoShardHasMoreThanItCarriesOfHeavyOnes()
    {
        using ShardGroup shards = ShardGroup.Start(16, TimeProvider.System, NullLoggerFactory.Instance);
        using SlabPool pool = new(64 << 20);
        StreamOptions stream = new() { Name = "cam", Url = "rtsp://192.0.2.1/1" };
        using MountFactory factory = new(new ProxyOptions { Streams = [stream] }, shards, pool, NullLoggerFactory.Instance);

        List<Mount> mounts = [.. Enumerable.Range(0, 200).Select(_ => factory.Create(stream))];

        Assert.Equal(200 * ShardPlacement.WeightOf(0), shards.Shards.Sum(static shard => shard.ExpectedWeight));
        Assert.InRange(mounts.GroupBy(static mount => mount.Shard.Index).Max(static there => there.Count()), 1, 26);
        mounts.ForEach(static mount => mount.Drop());
        Assert.Equal(0, shards.Shards.Sum(static shard => shard.ExpectedWeight));
    }

    /// <summary>Six seconds of pictures.</summary>
    private static async Task PlayAsync(MountFixture fixture, Mount mount)
    {
        for (int i = 0; i < 12; i++)
        {
            long head = mount.Ring.Head;
            fixture.Camera.SendRtp(0, 96, (ushort)i, (uint)(i * 45_000), 42, true, [0x65, .. new byte[1000]]);
            await Until.TrueAsync(() => mount.Ring.Head > head);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        }
    }
}
