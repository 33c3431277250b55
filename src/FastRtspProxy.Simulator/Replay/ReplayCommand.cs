using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Replay;
using FastRtspProxy.Simulator.Camera;
using FastRtspProxy.Simulator.Load;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Simulator.Replay;

/// <summary>`rtspsim replay --check`: what a server makes of a recorded camera.</summary>
internal static class ReplayCommand
{
    /// <summary>Packets of the end are on their way.</summary>
    private static readonly TimeSpan s_tail = TimeSpan.FromSeconds(2);

    public static Command Create(TextWriter output, TextWriter errors)
    {
        Argument<string> url = new("URL") { Description = "Where clients of the server find the stream: rtsp://[user:password@]host[:port]/path." };
        Option<string> check = new("--check")
        {
            HelpName = "FILE",
            Required = true,
            Description = "The capture that the server is to read: this command is its camera.",
        };
        Option<int> port = new("--port", "-p")
        {
            HelpName = "PORT",
            Description = "Where the server finds the camera: rtsp://127.0.0.1:PORT/ and the path of the capture.",
            DefaultValueFactory = _ => 8554,
        };
        Option<string> bind = new("--bind")
        {
            HelpName = "ADDRESS",
            Description = "The camera's local address.",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        Option<string?> duration = new("--duration", "-d")
        {
            HelpName = "DURATION",
            Description = "How long the client watches. Default: as long as the capture is.",
        };
        Option<string> timeout = new("--timeout")
        {
            HelpName = "DURATION",
            Description = "For the connect, each answer, and until the server has read the camera.",
            DefaultValueFactory = _ => "30s",
        };
        Option<bool> all = new("--all") { Description = "A line for each packet; default: for those that did not come as they were." };
        Command command = new(
            "replay",
            "Plays a capture through a server, as its camera and as its client, and says packet by packet what became of it. Exit code: 0 when every "
                + "packet since the client began came as it was, 1 when not, 2 for bad options.")
        {
            url, check, port, bind, duration, timeout, all,
        };
        command.SetAction(async (result, cancel) =>
        {
            TimeSpan watched = default;
            TimeSpan limit = default;
            string? error = !RtspUrl.TryParse(result.GetValue(url)!, out RtspUrl? server, out string? why) ? why
                : !IPAddress.TryParse(result.GetValue(bind), out _) ? "--bind takes an IP address"
                : result.GetValue(port) is < 0 or > ushort.MaxValue ? "--port takes 0 to 65535"
                : !Quantity.TryDuration(result.GetValue(timeout)!, out limit)
                    || (result.GetValue(duration) is { } text && !Quantity.TryDuration(text, out watched))
                    ? "--duration and --timeout: a time, as 500ms, 10s or 5m, up to 1000h"
                : null;
            if (error is not null)
            {
                await errors.WriteLineAsync("rtspsim replay: " + error);
                return ExitCode.BadOptions;
            }

            (Recording? recording, string fault) = await CaptureFile.LoadAsync(result.GetValue(check)!);
            if (recording is null)
            {
                await errors.WriteLineAsync("rtspsim replay: " + fault);
                return ExitCode.Failed;
            }

            ReplayCheck run = new(recording, server!, limit, output);
            ReplayOptions options = new()
            {
                BindAddress = IPAddress.Parse(result.GetValue(bind)!),
                Port = result.GetValue(port),
                Loops = false,
                Sent = run.OnSent,
            };
            watched = watched > TimeSpan.Zero ? watched : LengthOf(recording) + s_tail;
            return await RunAsync(recording, options, run, watched, result.GetValue(all), errors, cancel);
        });
        return command;
    }

    private static TimeSpan LengthOf(Recording recording) => recording.Packets.Count == 0
        ? TimeSpan.Zero
        : TimeSpan.FromMicroseconds(recording.Packets[^1].Micros - recording.Packets[0].Micros);

    private static async Task<int> RunAsync(
        Recording recording, ReplayOptions options, ReplayCheck run, TimeSpan watched, bool saysAll, TextWriter errors, CancellationToken cancel)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        try
        {
            await using ReplayServer camera = await ReplayServer.StartAsync(shards.Shards[0], recording, options);
            await errors.WriteLineAsync($"rtspsim replay: the server is to read {ReplayCamera.WithLogIn(camera.Url, recording)}");
            return await run.RunAsync(watched, saysAll, cancel);
        }
        catch (SimulatedCameraStartException e)
        {
            await errors.WriteLineAsync("rtspsim replay: " + e.Message);
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidDataException or TimeoutException)
        {
            await errors.WriteLineAsync("rtspsim replay: " + Printable.Line(e.Message));
            return ExitCode.Failed;
        }
    }
}
