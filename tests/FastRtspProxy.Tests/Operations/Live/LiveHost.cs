using System.Net;
using System.Net.WebSockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Live;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Operations.Live;

/// <summary>A simulated camera with the clip, the proxy in front of it (stream <c>cam</c>), and the live picture behind a small Kestrel.</summary>
internal sealed class LiveHost : IAsyncDisposable
{
    private readonly LeapingClock _cameraTime = new();
    private readonly ShardGroup _cameraShards;
    private RouteHost? _routes;

    private LiveHost() => _cameraShards = ShardGroup.Start(1, _cameraTime, NullLoggerFactory.Instance);

    public SimulatedCameraServer Camera { get; private set; } = null!;

    public ProxyEngine Engine { get; private set; } = null!;

    public Uri Url => _routes!.Url;

    public static async Task<LiveHost> StartAsync(
        IReadOnlyList<FastRtspProxy.SimulatedCamera.Media.MediaTrack>? tracks = null, Func<ProxyOptions, ProxyOptions>? change = null, Func<AccessQuestion, bool>? may = null,
        string faults = "", TimeSpan? quiet = null)
    {
        LiveHost host = new();
        SimulatedCameraStreamOptions stream = tracks is null ? SimulatedCameraStreamOptions.Demo("cam") : new SimulatedCameraStreamOptions("cam", tracks);
        host.Camera = await SimulatedCameraServer.StartAsync(host._cameraShards, new SimulatedCameraOptions { Streams = [stream], BindAddress = IPAddress.Loopback, EmbedSei = true, Faults = FaultsOf(faults) });
        ProxyOptions options = new()
        {
            RtspPorts = [0],
            UdpPortFirst = 0,
            UdpPortLast = 0,
            BindAddress = IPAddress.Loopback,
            Threads = 2,
            Streams = [new StreamOptions { Name = "cam", Url = host.Camera.Urls[0] }],
        };
        host.Engine = await ProxyEngine.StartAsync((change ?? (static o => o))(options), NullLoggerFactory.Instance);
        host._routes = await RouteHost.StartAsync(new LiveRoutes(host.Engine.Live) { Quiet = quiet ?? LiveSocket.QuietMax }.Routes, may);
        return host;
    }

    /// <summary>It is so much later for the camera: a fault's time comes when the test is ready for it.</summary>
    public void LetCameraLeap(TimeSpan by) => _cameraTime.Leap(by);

    public async Task<LivePage> ShowAsync(string stream = "cam")
    {
        ClientWebSocket socket = new();
        Uri url = new UriBuilder(Url) { Scheme = "ws", Path = $"/api/v1/streams/{Uri.EscapeDataString(stream)}/live" }.Uri;
        await socket.ConnectAsync(url, CancellationToken.None);
        return new LivePage(socket);
    }

    private static FaultSchedule FaultsOf(string text) =>
        text.Length == 0 ? FaultSchedule.None : FaultSchedule.TryParse(text, out FaultSchedule faults, out string? error) ? faults : throw new ArgumentException(error);

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _routes!.DisposeAsync();
        await Camera.DisposeAsync();
        _cameraShards.Dispose();
    }

    /// <summary>The machine's clock, and what the test has added.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _ticks;

        public void Leap(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref _ticks) * (TimestampFrequency / TimeSpan.TicksPerSecond));

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));
    }
}
