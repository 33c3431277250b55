using System.Diagnostics;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using FastRtspProxy.TestPeers;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>
/// Starts the programs of a test and ends them after it; their output goes to the test's log, so that a failure tells both sides' story.
/// </summary>
public abstract class EndToEndTest(ITestOutputHelper log) : IClassFixture<Prerequisites>, IAsyncLifetime
{
    /// <summary>Frames from key frame to key frame of the test cameras: half a second.</summary>
    protected const int KeyIntervalFrames = 12;

    /// <summary>For what takes a second or some on an idle machine; on a busy one a program may stand still for some seconds, more than once.</summary>
    protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private const int Tries = 3;

    /// <summary>What a stop is promised to take is two seconds; of those the engine has so much.</summary>
    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(1.5);

    private readonly List<(ChildProcess Process, IAsyncDisposable Owner)> _started = [];
    private bool _stopWasLate;

    protected ITestOutputHelper Log { get; } = log;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        // Players first, cameras last: nothing then complains about a peer that has gone.
        for (int i = _started.Count - 1; i >= 0; i--)
        {
            (ChildProcess process, IAsyncDisposable owner) = _started[i];
            Log.WriteLine(process.Transcript(40));
            await owner.DisposeAsync();
        }
    }

    protected async Task<CameraProcess> StartCameraAsync(string tracks, params string[] arguments) =>
        await StartCameraAtAsync(FreePorts.Next(), tracks, arguments);

    protected async Task<CameraProcess> StartCameraAtAsync(int port, string tracks, params string[] arguments)
    {
        CameraProcess camera = await CameraProcess.StartAsync(tracks, port, arguments);
        _started.Add((camera.Process, camera));
        return camera;
    }

    /// <summary>The proxy in front of one stream.</summary>
    protected Task<ProxyProcess> StartProxyAsync(params string[] arguments) => StartProxyForAsync(1, arguments);

    protected async Task<ProxyProcess> StartProxyForAsync(int streams, params string[] arguments)
    {
        ProxyProcess proxy = await ProxyProcess.StartAsync(streams, arguments);
        _started.Add((proxy.Process, proxy));
        return proxy;
    }

    /// <summary>The same, when the camera has told it what it has: a player that asks five seconds before that is told that there is no such stream.</summary>
    protected async Task<ProxyProcess> StartServingProxyAsync(params string[] arguments)
    {
        ProxyProcess proxy = await StartProxyAsync(arguments);
        await using RawPlayer asker = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        _ = await asker.DescribeAsync();
        return proxy;
    }

    /// <summary>The proxy in front of one stream, with variables of its own.</summary>
    protected async Task<ProxyProcess> StartProxyAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        ProxyProcess proxy = await ProxyProcess.StartAsync(1, arguments, environment);
        _started.Add((proxy.Process, proxy));
        return proxy;
    }

    /// <summary>The proxy in front of one stream, started by another program.</summary>
    protected Task<ProxyProcess> StartProxyByAsync(string[] launcher, params string[] arguments) => StartProxyByAsync(launcher, arguments, []);

    /// <inheritdoc cref="StartProxyByAsync(string[], string[])"/>
    protected async Task<ProxyProcess> StartProxyByAsync(string[] launcher, string[] arguments, (string Name, string Value)[] environment)
    {
        ProxyProcess proxy = await ProxyProcess.StartAsync(1, arguments, environment, launcher);
        _started.Add((proxy.Process, proxy));
        return proxy;
    }

    protected async Task<SimulatedCamera> StartSimulatorAsync(params string[] arguments)
    {
        SimulatedCamera camera = await SimulatedCamera.StartAsync(arguments);
        _started.Add((camera.Process, camera));
        return camera;
    }

    /// <summary>A simulated camera in the place of another one.</summary>
    protected async Task<SimulatedCamera> StartSimulatorAtAsync(int port, params string[] arguments)
    {
        SimulatedCamera camera = await SimulatedCamera.StartAtAsync(port, arguments);
        _started.Add((camera.Process, camera));
        return camera;
    }

    /// <summary>A simulated camera, started by another program.</summary>
    protected async Task<SimulatedCamera> StartSimulatorByAsync(string[] launcher, params string[] arguments)
    {
        SimulatedCamera camera = await SimulatedCamera.StartAsync(arguments, launcher);
        _started.Add((camera.Process, camera));
        return camera;
    }

    /// <summary>Any program, started by another one.</summary>
    protected ChildProcess StartProgramBy(string[] launcher, string name, string file, params string[] arguments)
    {
        string[] command = [.. launcher, file, .. arguments];
        return StartProgram(name, command[0], command[1..]);
    }

    protected async Task<HaProxyProcess> StartHaProxyAsync(int to, string serverOptions)
    {
        HaProxyProcess balancer = await HaProxyProcess.StartAsync(to, serverOptions);
        _started.Add((balancer.Process, balancer));
        return balancer;
    }

    protected FfmpegPlayer StartFfmpeg(string url, string transport, double? seconds = null, params string[] inputOptions)
    {
        FfmpegPlayer player = FfmpegPlayer.Start(url, transport, seconds, inputOptions);
        _started.Add((player.Process, player));
        return player;
    }

    protected FfmpegPlayer StartHashingFfmpeg(string url, string transport)
    {
        FfmpegPlayer player = FfmpegPlayer.StartHashing(url, transport);
        _started.Add((player.Process, player));
        return player;
    }

    protected RtspsrcPlayer StartRtspsrc(string url, string protocols, double seconds, bool videoOnly = false, bool hashes = false, string? hand = null)
    {
        RtspsrcPlayer player = RtspsrcPlayer.Start(url, protocols, seconds, videoOnly, hashes, hand);
        _started.Add((player.Process, player));
        return player;
    }

    protected ChildProcess StartProgram(string name, string file, params string[] arguments)
    {
        ChildProcess process = ChildProcess.Start(name, file, arguments);
        _started.Add((process, process));
        return process;
    }

    /// <summary>
    /// A stop gives up what hangs before two seconds are over. One that a machine stood still for says nothing of the proxy: the test begins anew when it fails with one, and the third
    /// one counts in any case.
    /// </summary>
    protected async Task InTimeAsync(Func<Task> test)
    {
        for (int tries = 1; ; tries++)
        {
            _stopWasLate = false;
            try
            {
                await test();
                return;
            }
            catch (Exception e) when (_stopWasLate && tries < Tries)
            {
                Log.WriteLine($"The proxy had no time to stop, and the test begins anew: {e.Message}");
            }
        }
    }

    /// <summary>Ends a proxy by a signal: with status 0, and nothing was given up. For <see cref="InTimeAsync"/>.</summary>
    protected async Task StopAsync(ProxyProcess proxy, int signal)
    {
        Stopwatch clock = Stopwatch.StartNew();
        proxy.Process.Signal(signal);
        int status = await proxy.Process.WaitForExitAsync(Soon);
        _stopWasLate = clock.Elapsed > s_stop;
        Log.WriteLine($"The proxy ended in {clock.ElapsedMilliseconds} ms.");
        Assert.Equal(0, status);
        Assert.DoesNotContain(proxy.Process.Lines(), static line => line.Text.Contains("Ended without waiting longer", StringComparison.Ordinal));
    }

    /// <summary>What a health check says. It gives up after five seconds, for which a machine may stand still: then another one is asked, the third one in any case.</summary>
    protected static async Task<(int Status, string Line)> CheckHealthAsync(Func<ChildProcess> start)
    {
        for (int tries = 1; ; tries++)
        {
            ChildProcess check = start();
            int status = await check.WaitForExitAsync(Soon);
            string line = check.Lines().Single(static line => !line.IsError).Text;
            if (tries == Tries || !line.Contains("no answer in 5 s", StringComparison.Ordinal))
            {
                return (status, line);
            }
        }
    }

    protected static Task WaitUntilAsync(string what, Func<bool> condition, TimeSpan? limit = null) =>
        Until.TrueAsync(condition, (limit ?? Soon).TotalSeconds, text: what);

    /// <summary>
    /// The moving test picture was decoded for the whole time: a player may lose up to a key interval at its start and the frames in flight at
    /// its end, and counts its time from the first sound where that came first; as many frames came as the time between their stamps holds, and up to
    /// two seconds more, which ffmpeg counts twice where a camera that has hardly a processor sends its first sound so much later than its first picture
    /// and the reports then say so; they differ from each other; the time stamps never go back.
    /// </summary>
    protected static void AssertVideo(DecodedTrack track, double seconds)
    {
        Assert.Equal("video", track.MediaType);
        Assert.InRange(track.Seconds, seconds - ((KeyIntervalFrames + 8) / 25.0), seconds + 1.5);
        Assert.InRange(track.Frames, (track.Seconds * 25) - KeyIntervalFrames - 8, (track.Seconds * 25) + KeyIntervalFrames + 50);
        Assert.True(track.DistinctFrames > track.Frames * 0.9, $"only {track.DistinctFrames} of {track.Frames} pictures differ");
        Assert.True(track.TimestampsRise, "time stamps went back");
    }

    /// <summary>As long as was asked for, and, as with <see cref="AssertVideo"/>, up to two seconds more.</summary>
    protected static void AssertAudio(DecodedTrack track, double seconds)
    {
        Assert.Equal("audio", track.MediaType);
        Assert.InRange(track.Seconds, seconds - 1, seconds + 3);
        Assert.True(track.TimestampsRise, "time stamps went back");
    }

    /// <summary>
    /// As many frames as the time between their stamps holds, but for some that a camera without a processor leaves out, and that is the time that was asked for, less what the first key frame was
    /// waited for beside sound.
    /// </summary>
    protected static void AssertRtspsrc(int frames, int videoMilliseconds, double seconds)
    {
        Assert.InRange(videoMilliseconds, 1000 * (seconds - 1.5), 1000 * (seconds + 0.5));
        Assert.InRange(frames, (videoMilliseconds / 48) - 4, (videoMilliseconds / 40) + 5);
    }
}
