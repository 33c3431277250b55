using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>How much the news that another camera is back hurries one that is away.</summary>
public sealed class ReturnNewsTests
{
    private static readonly BackendFailure s_unreachable = new(BackendFailureKind.Unreachable, "no route");

    [Fact]
    public async Task Distance_NewsThatIsOfNoUse_DoublesUntilACameraAnswersOrTheNewsCease()
    {
        FakeTimeProvider time = new();
        using ShardGroup shards = ShardGroup.Start(1, time, NullLoggerFactory.Instance);
        using OpenPacer pacer = new();
        Shard shard = shards.Shards[0];
        ReturnNews news = await OnAsync(shard, () => new ReturnNews(pacer, shard, new ShardSignal(shard)));
        List<double> distances = [];
        for (int i = 0; i < 7; i++)
        {
            distances.Add(await HurryAsync(s_unreachable));
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 32], distances);
        _ = await HurryAsync(null);
        Assert.Equal(1, await HurryAsync(s_unreachable));
        Assert.Equal(2, await HurryAsync(s_unreachable));

        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(1, await HurryAsync(s_unreachable));

        // News while it waits, and what becomes of the attempt that they hurry.
        async Task<double> HurryAsync(BackendFailure? outcome)
        {
            using ReturnNews listening = await OnAsync(shard, () => news.Listen(s_unreachable));
            pacer.TellReturn();
            await Until.TrueAsync(() => OnAsync(shard, () => news.IsHeard));
            return await OnAsync(shard, () =>
            {
                double distance = news.Distance.TotalSeconds;
                news.OnOpened(outcome);
                return distance;
            });
        }
    }

    [Fact]
    public async Task Distance_AttemptsWithoutNews_ChangeNothing()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using OpenPacer pacer = new();
        Shard shard = shards.Shards[0];

        double distance = await OnAsync(shard, () =>
        {
            ReturnNews news = new(pacer, shard, new ShardSignal(shard));
            for (int i = 0; i < 5; i++)
            {
                news.Listen(s_unreachable).Dispose();
                news.OnOpened(s_unreachable);
            }

            return news.Distance.TotalSeconds;
        });

        Assert.Equal(1, distance);
    }

    /// <summary>A connect goes on for five seconds, in which nothing is sent any more after the third; the switch is back meanwhile.</summary>
    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)] // it was reached, and lost later
    [InlineData(false, false, false)]
    public async Task Listen_AnotherWasBackDuringTheAttempt_IsHeardWhereItFailed(bool isBack, bool isReached, bool expected)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using OpenPacer pacer = new();
        pacer.TellReturn(); // before it: no news
        Shard shard = shards.Shards[0];

        bool isHeard = await OnAsync(shard, () =>
        {
            ReturnNews news = new(pacer, shard, new ShardSignal(shard));
            news.OnBegun();
            if (isBack)
            {
                pacer.TellReturn();
            }

            news.OnOpened(isReached ? null : s_unreachable);
            using ReturnNews listening = news.Listen(s_unreachable);
            return listening.IsHeard;
        });

        Assert.Equal(expected, isHeard);
    }

    [Fact]
    public async Task Mount_AnotherCameraIsBackDuringItsAttempt_IsTriedASecondAfterIt()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = static _ => new ScriptedReply { Silent = true, Close = true };
        Mount mount = fixture.Create();
        for (int failed = 1; failed < 7; failed++)
        {
            await Until.TrueAsync(() => fixture.Camera.ConnectionCount >= failed && mount.State == StreamState.Down);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(31));
        }

        // Its next attempt is more than seven seconds away, and hangs.
        await Until.TrueAsync(() => fixture.Camera.ConnectionCount >= 7 && mount.State == StreamState.Down);
        fixture.Camera.Script = static _ => new ScriptedReply { Silent = true };
        int before = fixture.Camera.Requests.Count;
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(31));
        await Until.TrueAsync(() => fixture.Camera.Requests.Count > before && mount.State == StreamState.Opening);
        fixture.Pacer.TellReturn();
        fixture.Camera.Script = null;
        fixture.Camera.DropConnections();
        await Until.TrueAsync(() => mount.State == StreamState.Down);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.1));

        await Until.TrueAsync(() => mount.State == StreamState.Ready);
    }

    /// <summary>Sixty returns in a minute, for a recorder that is dead: some six attempts, and those that it would have had anyhow.</summary>
    [Fact]
    public async Task Mount_AnotherCameraComesAndGoesAllTheTime_IsNotTriedAsOften()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = static _ => new ScriptedReply { Silent = true, Close = true };
        Mount mount = fixture.Create();
        for (int second = 0; second < 60; second++)
        {
            await Until.TrueAsync(() => mount.State == StreamState.Down);
            fixture.Pacer.TellReturn();
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            await fixture.MountShard.RunAsync(static () => Task.CompletedTask);
            await fixture.MountShard.RunAsync(static () => Task.CompletedTask);
        }

        Assert.InRange(fixture.Camera.ConnectionCount, 3, 24);
    }

    private static Task<T> OnAsync<T>(Shard shard, Func<T> what) => shard.RunAsync(() => Task.FromResult(what()));
}
