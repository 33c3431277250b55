using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.Simulator.Camera;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>A camera on a shard of its own, for one test.</summary>
internal sealed class CameraFixture : IAsyncDisposable
{
    private readonly ShardGroup _shards;

    private CameraFixture(ShardGroup shards, SimulatedCameraServer server)
    {
        _shards = shards;
        Server = server;
    }

    public SimulatedCameraServer Server { get; }

    public string Url => Server.Urls[0];

    public static async Task<CameraFixture> StartAsync(Func<SimulatedCameraOptions, SimulatedCameraOptions>? change = null, int shardCount = 1)
    {
        ShardGroup shards = ShardGroup.Start(shardCount, TimeProvider.System, NullLoggerFactory.Instance);
        SimulatedCameraOptions options = new() { Streams = [SimulatedCameraStreamOptions.Demo() with { H265Clip = H265Clip.Bytes }] };
        return new CameraFixture(shards, await SimulatedCameraServer.StartAsync(shards, change?.Invoke(options) ?? options));
    }

    public Task<CameraClient> ConnectAsync() => CameraClient.ConnectAsync(Server.Port);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _shards.Dispose();
    }
}
