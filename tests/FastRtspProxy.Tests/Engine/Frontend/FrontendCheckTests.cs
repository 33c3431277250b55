using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>The check that ends sessions and connections each second.</summary>
public sealed class FrontendCheckTests
{
    [Fact]
    public async Task Check_ErrorWhileASessionEnds_OthersExpireNevertheless()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        host.AddMount("faulty").LeaveThrows = true;
        using RtspTestClient first = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        using UdpTestReceiver faulty = new();
        using UdpTestReceiver receiver = new();
        string url = $"rtsp://127.0.0.1:{host.Port}/faulty";
        RtspTestResponse faultySetup = await first.RequestAsync("SETUP", url + "/track1", faulty.Transport);
        Assert.Equal(200, (await first.RequestAsync("PLAY", url, "Session: " + faultySetup.Session)).Status);
        await host.AdvanceAsync(TimeSpan.FromSeconds(10));
        RtspTestResponse setup = await second.RequestAsync("SETUP", host.Url + "/track1", receiver.Transport);
        Assert.Equal(200, (await second.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        Assert.Equal(1, host.Mount.ClientCount);

        await host.AdvanceAsync(TimeSpan.FromSeconds(80)); // over the error at 65 s

        await Until.TrueAsync(() => host.Mount.ClientCount == 0);
    }

    /// <summary>A crowd that fell silent together: its ends take turns with everybody else's work.</summary>
    [Fact]
    public async Task Check_ACrowdIsOverdue_EndsAFewATurn()
    {
        const int Crowd = 200;
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        List<RtspTestClient> crowd = [];
        for (int i = 0; i < Crowd; i++)
        {
            crowd.Add(await host.ConnectAsync());
        }

        await Until.TrueAsync(() => host.Frontend.Limits.Connections == Crowd);
        await host.SettleAsync(); // they are served, too
        Watcher watcher = new(host.Shards[0], () => host.Shards[0].Load); // not the places, which are free when the kernel has let go
        await host.Shards[0].RunAsync(() =>
        {
            watcher.Start(); // before the clock moves, however busy the shard's thread is
            return Task.CompletedTask;
        });

        host.Time.Advance(TimeSpan.FromSeconds(125));

        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
        Assert.True(watcher.TurnsOfChange >= Crowd / DueEndings.PerTurnMax / 2, $"the ends took {watcher.TurnsOfChange} turns");
        watcher.Stop();
        crowd.ForEach(static client => client.Dispose());
    }

    /// <summary>Looks at a number each turn, until it is 0.</summary>
    private sealed class Watcher(Shard shard, Func<int> number) : TurnWork
    {
        private volatile bool _stopped;
        private int _first;

        /// <summary>Turns in which the number was neither the first one nor 0.</summary>
        public int TurnsOfChange { get; private set; }

        public void Start()
        {
            _first = number();
            shard.QueueAgain(this);
        }

        public void Stop() => _stopped = true;

        protected internal override void RunTurn()
        {
            int now = number();
            TurnsOfChange += now != _first && now != 0 ? 1 : 0;
            if (!_stopped)
            {
                shard.QueueAgain(this);
            }
        }
    }
}
