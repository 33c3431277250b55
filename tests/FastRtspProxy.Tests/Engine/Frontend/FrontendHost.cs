using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A real front-end on loopback, two shards, a clock that stands still, and a mount <c>cam</c> with two tracks on the first shard.</summary>
internal sealed class FrontendHost : IAsyncDisposable
{
    private static readonly Lazy<SslServerAuthenticationOptions> s_tls = new(static () => new SslServerAuthenticationOptions
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(SimulatedCameraCertificate.Make(IPAddress.Loopback), null, offline: true),
    });

    private readonly ShardGroup _shards;
    private readonly List<IDisposable> _owned = [];
    private readonly ConcurrentBag<RtspTestClient> _clients = [];
    private bool _stopped;

    private FrontendHost(ShardGroup shards, FakeTimeProvider time, ProxyOptions options, IStreamRegistry? registry, ILoggerFactory log, NameLookup? names, bool isSecure,
        Func<string?, SslServerAuthenticationOptions>? certificates)
    {
        _shards = shards;
        Time = time;
        Mount = new FakeMount("cam", shards.Shards[0], shards.Shards.Count);
        Mounts.Add(Mount);
        IsSecure = isSecure;
        Frontend = new FrontendServer(options, shards, Mounts, log, registry, certificates: isSecure ? certificates ?? (static _ => s_tls.Value) : null)
        {
            RegistrantNames = names ?? NameLookup.Registrants,
        };
    }

    /// <summary>What clients are shown where nothing else is said.</summary>
    public static SslServerAuthenticationOptions Certificate => s_tls.Value;

    /// <summary>Clients come by TLS.</summary>
    public bool IsSecure { get; }

    public FakeTimeProvider Time { get; }

    public FakeMountDirectory Mounts { get; } = new();

    public FakeMount Mount { get; }

    public FrontendServer Frontend { get; }

    public IReadOnlyList<Shard> Shards => _shards.Shards;

    public int Port => IsSecure ? Frontend.Listeners.RtspsPort : Frontend.Listeners.RtspPort;

    public string Url => $"{(IsSecure ? "rtsps" : "rtsp")}://127.0.0.1:{Port}/cam";

    public static ProxyOptions Options => new() { RtspPorts = [0], UdpPortFirst = 0, UdpPortLast = 0, BindAddress = IPAddress.Loopback };

    public static async Task<FrontendHost> StartAsync(
        Func<ProxyOptions, ProxyOptions>? change = null, int shards = 2, IStreamRegistry? registry = null, ILoggerFactory? log = null, NameLookup? names = null,
        bool isSecure = false, Func<string?, SslServerAuthenticationOptions>? certificates = null)
    {
        FakeTimeProvider time = new();
        FrontendHost host = new(ShardGroup.Start(shards, time, NullLoggerFactory.Instance), time, (change ?? (static o => o))(Options with { RtspsPorts = isSecure ? [0] : [] }), registry, log ?? NullLoggerFactory.Instance, names, isSecure, certificates);
        await host.Frontend.StartAsync();
        return host;
    }

    public FakeMount AddMount(string name, int tracks = 2, bool isReady = true, int shard = 0, string video = "H264")
    {
        FakeMount mount = new(name, _shards.Shards[shard], _shards.Shards.Count, tracks, isReady, video);
        Mounts.Add(mount);
        return mount;
    }

    public FakeMount MountOf(string name) => (FakeMount)Mounts.Find(name)!;

    /// <summary>The host holds the client: the collector closes no connection whose variable a test does not need any more.</summary>
    public async Task<RtspTestClient> ConnectAsync()
    {
        RtspTestClient client = await (IsSecure ? RtspTestClient.ConnectSecureAsync(Port) : RtspTestClient.ConnectAsync(Port));
        _clients.Add(client);
        return client;
    }

    /// <summary>Goes with the host, when it has stopped.</summary>
    public void Own(IDisposable one) => _owned.Add(one);

    /// <summary>Moves the clock on in steps that a shard sees.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await SettleAsync(); // a timer that is set after the leap would count from there
        for (TimeSpan done = TimeSpan.Zero; done < by; done += TimeSpan.FromSeconds(1))
        {
            Time.Advance(TimeSpan.FromSeconds(Math.Min(1, (by - done).TotalSeconds)));
            await SettleAsync();
        }
    }

    /// <summary>Every shard has had turns in which it saw the present time.</summary>
    public async Task SettleAsync()
    {
        // A turn that sees the time and fires the timers, one for what they queued, and one that is over when that is.
        for (int i = 0; i < 3; i++)
        {
            foreach (Shard shard in _shards.Shards)
            {
                await shard.RunAsync(static () => Task.CompletedTask);
            }
        }
    }

    /// <summary>How many timers run, on all shards.</summary>
    public async Task<int> TimersAsync()
    {
        int entries = 0;
        foreach (Shard shard in Shards)
        {
            entries += await shard.RunAsync(() => Task.FromResult(shard.TimerEntries));
        }

        return entries;
    }

    /// <summary>Everybody who watches, as those are told who ask from outside.</summary>
    public async Task<List<ViewerStatus>> WatchersAsync()
    {
        List<ViewerStatus> watchers = [];
        foreach (Shard shard in Shards)
        {
            FrontendShard home = Frontend.ShardAt(shard.Index)!;
            watchers.AddRange(await shard.RunAsync(() => Task.FromResult<ViewerStatus[]>([.. home.Watchers.Select(static one => one.Describe())])));
        }

        return watchers;
    }

    public async Task StopFrontendAsync()
    {
        _stopped = true;
        await Frontend.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await Frontend.DisposeAsync();
        }

        _shards.Dispose();
        _owned.ForEach(static one => one.Dispose());
    }
}
