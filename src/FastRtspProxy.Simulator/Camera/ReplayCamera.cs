using System.CommandLine;
using System.Globalization;
using FastRtspProxy.Captures;
using FastRtspProxy.Net;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Replay;
using FastRtspProxy.Simulator.Load;
using FastRtspProxy.Simulator.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>`rtspsim camera --replay`: the camera of a capture.</summary>
internal static class ReplayCamera
{
    private const double SpeedMax = 100;

    public static async Task<int> RunAsync(ParseResult result, CameraCommandOptions given, string file, CancellationToken cancel)
    {
        if (!TryRead(result, given, out ReplayOptions? options, out TimeSpan? duration, out string? error))
        {
            await Console.Error.WriteLineAsync("rtspsim camera: " + error);
            return ExitCode.BadOptions;
        }

        (Recording? recording, string fault) = await CaptureFile.LoadAsync(file);
        if (recording is null)
        {
            await Console.Error.WriteLineAsync("rtspsim camera: " + fault);
            return ExitCode.Failed;
        }

        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        try
        {
            await using ReplayServer server = await ReplayServer.StartAsync(shards.Shards[0], recording, options);
            Console.WriteLine(WithLogIn(server.Url, recording));
            if (server.TlsUrl is { } tls)
            {
                Console.WriteLine(WithLogIn(tls, recording));
            }

            await Console.Error.WriteLineAsync(Describe(recording));
            await CameraCommand.WaitAsync(duration, cancel);
            return 0;
        }
        catch (SimulatedCameraStartException e)
        {
            await Console.Error.WriteLineAsync("rtspsim camera: " + e.Message);
            return ExitCode.Failed;
        }
    }

    /// <summary>The URL with the user and the password by which the capture's digests are right, where it has some.</summary>
    internal static string WithLogIn(string url, Recording recording)
    {
        string[] words = (recording.Header[CaptureHeader.LogIn] ?? "").Split(' ');
        return words.Length != 2
            ? url
            : url.Replace("://", $"://{Uri.EscapeDataString(words[0])}:{Uri.EscapeDataString(words[1])}@", StringComparison.Ordinal);
    }

    internal static string Describe(Recording recording)
    {
        int packets = recording.Packets.Count;
        double seconds = packets == 0 ? 0 : (recording.Packets[^1].Micros - recording.Packets[0].Micros) / 1e6;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{recording.Exchanges.Count} requests, {packets} packets of {recording.Tracks.Tracks.Count} tracks in {seconds:0.0} s"
            + $"{(recording.IsCut ? "; the capture was cut, and is played up to there" : "")}");
    }

    private static bool TryRead(
        ParseResult result, CameraCommandOptions given, out ReplayOptions options, out TimeSpan? duration, out string? error)
    {
        options = new ReplayOptions();
        duration = null;
        error = null;
        TimeSpan time = default;
        string[] transports = result.GetValue(given.Transports)!.Split(',', StringSplitOptions.TrimEntries);
        double speed = result.GetValue(given.Speed);
        if (given.OfMadeCameras.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } useless)
        {
            error = $"{useless.Name} has no use beside --replay: the recorded camera has its own";
        }
        else if (speed is not (> 0 and <= SpeedMax))
        {
            error = $"--speed takes a number above 0 and up to {SpeedMax}";
        }
        else if (transports.Except(["udp", "tcp"]).Any())
        {
            error = "--transports takes udp, tcp, or udp,tcp";
        }
        else if (result.GetValue(given.Duration) is { } text && !Quantity.TryDuration(text, out time))
        {
            error = "--duration takes a time such as 90s or 5m, up to 1000h, not " + text;
        }
        else if (!CameraCommandReader.TryAddress("--bind", result.GetValue(given.Bind)!, out System.Net.IPAddress? bind, out error)
            || !CameraCommandReader.TryPort("--port", result.GetValue(given.Port), out error)
            || !CameraCommandReader.TryPort("--tls-port", result.GetValue(given.TlsPort) ?? 0, out error))
        {
            return false;
        }
        else
        {
            duration = time > TimeSpan.Zero ? time : null;
            options = new ReplayOptions
            {
                BindAddress = bind,
                Port = result.GetValue(given.Port),
                TlsPort = result.GetValue(given.TlsPort),
                Speed = speed,
                Loops = !result.GetValue(given.Once),
                OffersUdp = transports.Contains("udp"),
                OffersTcp = transports.Contains("tcp"),
                Said = static line => Console.Error.WriteLine("rtspsim camera: " + Protocol.Rtsp.Printable.Line(line)),
            };
        }

        return error is null;
    }
}
