using System.Collections.Concurrent;
using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>The whole engine on loopback, between scripted cameras and raw clients.</summary>
internal sealed class ProxyHost : IAsyncDisposable
{
    private readonly ConcurrentBag<RtspTestClient> _clients = [];

    private ProxyHost(ProxyEngine engine, CollectedLog log)
    {
        Engine = engine;
        Log = log;
    }

    public ProxyEngine Engine { get; }

    public CollectedLog Log { get; }

    public string Url => UrlOf("cam");

    public string UrlOf(string name) => $"rtsp://127.0.0.1:{Engine.RtspPort}/{name}";

    /// <summary>One camera, as the mount <c>cam</c>.</summary>
    public static Task<ProxyHost> StartAsync(
        ScriptedCamera camera, BackendTransport transport = BackendTransport.Tcp, Func<ProxyOptions, ProxyOptions>? change = null, TimeProvider? time = null) =>
        StartAsync([Stream("cam", camera.Url, transport)], change, time);

    public static async Task<ProxyHost> StartAsync(
        IReadOnlyList<StreamOptions> streams, Func<ProxyOptions, ProxyOptions>? change = null, TimeProvider? time = null)
    {
        ProxyOptions options = new()
        {
            Streams = streams,
            RtspPorts = [0],
            UdpPortFirst = 0,
            UdpPortLast = 0,
            Threads = 2,
            MemoryBytes = 64 << 20,
            Start = StartMode.Live, // scripted cameras send no key frames unless a test asks for some
        };
        CollectedLog log = new();
        return new ProxyHost(await ProxyEngine.StartAsync((change ?? (static o => o))(options), log, time), log);
    }

    public static StreamOptions Stream(string name, string url, BackendTransport transport = BackendTransport.Tcp) =>
        new() { Name = name, Url = url, Transport = transport };

    /// <summary>The host holds the client: the collector closes no connection whose variable a test does not need any more.</summary>
    public async Task<RtspTestClient> ConnectAsync(IPAddress? address = null)
    {
        RtspTestClient client = await RtspTestClient.ConnectAsync(Engine.RtspPort, address);
        _clients.Add(client);
        return client;
    }

    /// <summary>A viewer over TCP that plays the first tracks of a mount, track t on the channels 2t and 2t+1.</summary>
    public async Task<(RtspTestClient Client, string Session)> WatchAsync(int tracks = 1, string name = "cam")
    {
        RtspTestClient client = await ConnectAsync();
        string? session = null;
        for (int t = 0; t < tracks; t++)
        {
            string transport = $"Transport: RTP/AVP/TCP;unicast;interleaved={2 * t}-{(2 * t) + 1}";
            RtspTestResponse setup = await client.RequestAsync("SETUP", $"{UrlOf(name)}/track{t + 1}", session is null ? [transport] : [transport, "Session: " + session]);
            Assert.Equal(200, setup.Status);
            session = setup.Session!;
        }

        Assert.Equal(200, (await client.RequestAsync("PLAY", UrlOf(name), "Session: " + session)).Status);
        return (client, session!);
    }

    /// <summary>A viewer over UDP of a mount's first track.</summary>
    public async Task<(RtspTestClient Client, string Session)> WatchUdpAsync(UdpTestReceiver receiver, IPAddress? address = null)
    {
        RtspTestClient client = await ConnectAsync(address);
        string url = address is null ? Url : $"rtsp://{new IPEndPoint(address, Engine.RtspPort)}/cam";
        RtspTestResponse setup = await client.RequestAsync("SETUP", url + "/track1", receiver.Transport);
        Assert.Equal(200, setup.Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", url, "Session: " + setup.Session)).Status);
        return (client, setup.Session!);
    }

    /// <summary>The next packet of a channel; what comes on others is passed over.</summary>
    public static async Task<InterleavedPacket> ReadAsync(RtspTestClient client, byte channel = 0)
    {
        while (true)
        {
            InterleavedPacket packet = await client.ReadFrameAsync();
            if (packet.Channel == channel)
            {
                return packet;
            }
        }
    }

    /// <summary>Moves the clock on until the condition holds, and says by how much; fails after <paramref name="limit"/> on that clock.</summary>
    public async Task<TimeSpan> AdvanceUntilAsync(FakeTimeProvider time, TimeSpan limit, Func<bool> condition, string what)
    {
        TimeSpan step = TimeSpan.FromMilliseconds(250);
        TimeSpan done = TimeSpan.Zero;
        while (!condition())
        {
            Assert.True(done < limit, $"not within {limit}: {what}");
            await AdvanceAsync(time, step);
            done += step;
        }

        return done;
    }

    /// <summary>
    /// Moves the clock on by a step, when the shards have done what they have begun, and gives them and who answers them time to act on it: a machine on which they stand still does not let the clock run ahead.
    /// </summary>
    public async Task AdvanceAsync(FakeTimeProvider time, TimeSpan step)
    {
        await Engine.TakeTurnsAsync();
        time.Advance(step);
        for (int i = 0; i < 3; i++)
        {
            await Engine.TakeTurnsAsync(); // one may run in the turn in which the clock moved, before its timers
        }

        await Task.Delay(5); // a camera's answer
        await Engine.TakeTurnsAsync();
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
