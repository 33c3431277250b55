using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.Simulator.Camera;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>A camera on a shard of its own, for one test.</summary>
internal sealed class CameraFixture : IAsyncDisposable
{
    private readonly ShardGroup _shards;

    private CameraFixture(ShardGroup shards, SimulatedCameraServer server, FakeTimeProvider? time)
    {
        _shards = shards;
        Server = server;
        Time = time;
    }

    /// <summary>The camera's clock, which the test moves; null: the machine's.</summary>
    public FakeTimeProvider? Time { get; }

    public SimulatedCameraServer Server { get; }

    public string Url => Server.Urls[0];

    public static async Task<CameraFixture> StartAsync(Func<SimulatedCameraOptions, SimulatedCameraOptions>? change = null, int shardCount = 1, FakeTimeProvider? time = null)
    {
        ShardGroup shards = ShardGroup.Start(shardCount, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        SimulatedCameraOptions options = new() { Streams = [SimulatedCameraStreamOptions.Demo() with { H265Clip = H265Clip.Bytes }] };
        return new CameraFixture(shards, await SimulatedCameraServer.StartAsync(shards, change?.Invoke(options) ?? options), time);
    }

    /// <summary>Moves the camera's clock; what is due then is done when this returns.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await TakeTurnsAsync();
        Time!.Advance(by);
        await TakeTurnsAsync();
    }

    /// <summary>Moves the camera's clock in steps until the condition holds; the client takes what comes meanwhile.</summary>
    public Task PassUntilAsync(Func<bool> condition, CameraClient? client = null) => Until.TrueAsync(async () =>
    {
        client?.TakeWhatHasCome();
        if (condition())
        {
            return true;
        }

        await AdvanceAsync(TimeSpan.FromMilliseconds(20));
        return false;
    });

    private async Task TakeTurnsAsync()
    {
        // The first may run in the turn in which the clock moved, before its timers.
        for (int i = 0; i < 2; i++)
        {
            foreach (Shard shard in _shards.Shards)
            {
                await shard.RunAsync(() => shard.DelayAsync(TimeSpan.Zero));
            }
        }
    }

    public Task<CameraClient> ConnectAsync() => CameraClient.ConnectAsync(Server.Port);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _shards.Dispose();
    }
}
