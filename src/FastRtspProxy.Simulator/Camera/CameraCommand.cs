using System.CommandLine;
using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>`rtspsim camera`: serves streams until it is told to stop.</summary>
internal static class CameraCommand
{
    /// <summary>The command with its options, ready to be added to the root.</summary>
    public static Command Create()
    {
        CameraCommandOptions options = new();
        Command command = new("camera", "Serves one or many camera streams, well or with faults on a schedule.");
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancel) => RunAsync(result, options, cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CameraCommandOptions given, CancellationToken cancel)
    {
        if (result.GetValue(given.Replay) is { } file)
        {
            return await ReplayCamera.RunAsync(result, given, file, cancel);
        }

        if (!CameraCommandReader.TryRead(result, given, out CameraRun? run, out string? error))
        {
            await Console.Error.WriteLineAsync("rtspsim camera: " + error);
            return ExitCode.BadOptions;
        }

        foreach (string line in CameraCommandReader.WithoutEffect(result, given))
        {
            await Console.Error.WriteLineAsync("rtspsim camera: " + line);
        }

        using ShardGroup shards = ShardGroup.Start(run.Threads, TimeProvider.System, NullLoggerFactory.Instance);
        try
        {
            await using SimulatedCameraServer server = await SimulatedCameraServer.StartAsync(shards, run.Camera);
            foreach (string url in server.Urls.Concat(server.TlsUrls))
            {
                Console.WriteLine(url);
            }

            if (run.RegisterHost is not null)
            {
                foreach (string url in server.Urls)
                {
                    Console.WriteLine(await Registration.SendAsync(run, url, cancel));
                }
            }

            await WaitAsync(run.Duration, cancel);
            await Console.Error.WriteLineAsync(Summary(server.Counters));
            return 0;
        }
        catch (SimulatedCameraStartException e)
        {
            await Console.Error.WriteLineAsync("rtspsim camera: " + e.Message);
            return 1;
        }
    }

    internal static async Task WaitAsync(TimeSpan? duration, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(duration ?? Timeout.InfiniteTimeSpan, cancel);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C or SIGTERM: the usual end.
        }
    }

    private static string Summary(SimulatedCameraCounters counters) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{counters.SessionsOpened} sessions, {counters.RtpPackets} RTP packets ({counters.RtpBytes / 1_000_000.0:0.0} MB), "
        + $"{counters.Dropped} not taken by the network");
}
