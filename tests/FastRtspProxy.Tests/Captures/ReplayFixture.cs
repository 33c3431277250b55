using System.Collections.Concurrent;
using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Captures;

/// <summary>A recorded camera on a shard of its own, for one test.</summary>
internal sealed class ReplayFixture : IAsyncDisposable
{
    private readonly ShardGroup _shards;

    private ReplayFixture(ShardGroup shards, ReplayServer server, ConcurrentQueue<string> said) => (_shards, Server, Said) = (shards, server, said);

    public ReplayServer Server { get; }

    /// <summary>What was answered otherwise than it was recorded.</summary>
    public ConcurrentQueue<string> Said { get; }

    public static async Task<ReplayFixture> StartAsync(Recording recording, double speed = 1, bool loops = true)
    {
        ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        ConcurrentQueue<string> said = new();
        ReplayOptions options = new() { Speed = speed, Loops = loops, Said = said.Enqueue };
        return new ReplayFixture(shards, await ReplayServer.StartAsync(shards.Shards[0], recording, options), said);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _shards.Dispose();
    }
}
