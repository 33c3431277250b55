using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy;

/// <summary>The camera of <c>--demo</c>: on loopback, on an event loop of its own, so that it is a peer like any other camera.</summary>
internal sealed class DemoCamera : IAsyncDisposable
{
    private readonly ShardGroup _shards;
    private SimulatedCameraServer? _server;

    private DemoCamera(ShardGroup shards)
    {
        _shards = shards;
    }

    /// <exception cref="ProxyStartException">The camera cannot listen.</exception>
    public static async Task<DemoCamera> StartAsync(ILoggerFactory log)
    {
        DemoCamera camera;
        try
        {
            camera = new DemoCamera(ShardGroup.Start(1, TimeProvider.System, log));
        }
        catch (MachineException cause)
        {
            throw new ProxyStartException(cause.Message);
        }

        try
        {
            SimulatedCameraOptions options = new() { Streams = [SimulatedCameraStreamOptions.Demo()] };
            camera._server = await SimulatedCameraServer.StartAsync(camera._shards, options);
            return camera;
        }
        catch (SimulatedCameraStartException cause)
        {
            await camera.DisposeAsync();
            throw new ProxyStartException($"The demo's camera cannot start: {cause.Message}");
        }
    }

    /// <summary>The options with the camera's real URL in place of the command line's stand-in.</summary>
    public ProxyOptions Apply(ProxyOptions options) => options with { Streams = [.. options.Streams.Select(Apply)] };

    /// <inheritdoc cref="Apply(ProxyOptions)"/>
    public StreamOptions Apply(StreamOptions stream) => stream.Url == OptionsBuilder.DemoUrl ? stream with { Url = _server!.Urls[0] } : stream;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _shards.Dispose();
    }
}
