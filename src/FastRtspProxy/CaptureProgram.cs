#pragma warning disable RS0030 // inside Outbound
using FastRtspProxy.Captures;
using FastRtspProxy.Captures.PacketFiles;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Operations.Captures;
using FastRtspProxy.Output;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy;

/// <summary><c>--capture</c>: a bug report instead of a proxy.</summary>
internal sealed class CaptureProgram(LineQueue lines, ProgramLines program, LogStyle style)
{
    /// <summary>The exit status: 0 where the file holds packets of a camera, else 1. Even then the file may hold the dialogue that failed.</summary>
    public async Task<int> RunAsync(CaptureArguments arguments)
    {
        using StopSignal stop = new();
        style.Level = arguments.LogLevel;
        using ILoggerFactory log = LineLoggerProvider.CreateFactory(lines, style);
        try
        {
            return await Outbound.RunAsync(() => arguments.PacketFile is { } packets
                ? Task.FromResult(RunPackets(arguments, packets))
                : RunAsync(arguments, log, stop.Token));
        }
        catch (CaptureDefectException cause)
        {
            program.Say($"{Printable.Line(arguments.PacketFile ?? arguments.File)}: {Printable.Line(cause.Message)}\n");
            return 1;
        }
        catch (Exception cause) when (cause is StreamException or MachineException)
        {
            program.Say(Printable.Line(cause.Message) + "\n");
            return 1;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            program.Say($"The capture \"{Printable.Line(arguments.File)}\" cannot be made: {Printable.Line(cause.Message)}\n");
            return 1;
        }
    }

    private async Task<int> RunAsync(CaptureArguments arguments, ILoggerFactory log, CancellationToken stop)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, log);
        CameraCapture camera = CameraCapture.Of(arguments.Stream!, shards.Shards[0], log.CreateLogger("Capture"));
        await using FileStream file = Create(arguments.File);
        program.Say($"Capturing {camera.Url.Redacted} for {arguments.Wish.Duration.TotalSeconds:0.#} s; Ctrl-C ends it earlier.\n");
        CaptureRun run = new(camera, arguments.Wish, "fastrtspproxy " + ProgramVersion.Text);
        long written = 0; // a pipe tells no length
        CaptureOutcome outcome = await run.RunAsync(
            async bytes =>
            {
                await file.WriteAsync(bytes, CancellationToken.None);
                await file.FlushAsync(CancellationToken.None);
                written += bytes.Length;
            },
            stop);
        program.Say(outcome.Summary);
        program.Say(outcome.Failure is { } failure ? $"The camera was not read to the end: {Printable.Line(failure)}.\n" : string.Empty);
        string name = Printable.Line(arguments.File);
        program.Say($"{name}: {written} bytes. rtspsim camera --replay {name} is that camera.\n");
        return outcome.MediaPackets > 0 ? 0 : 1;
    }

    private int RunPackets(CaptureArguments arguments, string packets)
    {
        if (IsSameFile(packets, arguments.File))
        {
            program.Say(
                $"The capture would be written over the packets in \"{Printable.Line(packets)}\" that it is made of: name another file behind "
                    + "--capture.\n");
            return 1;
        }

        RtspUrl? url = arguments.Stream is { } stream && RtspUrl.TryParse(stream.Url, out RtspUrl? parsed, out _) ? parsed : null;
        PacketOutcome outcome = PacketCapture.Write(
            () => new FileStream(packets, FileMode.Open, FileAccess.Read),
            () => Create(arguments.File),
            url,
            arguments.Wish.WithMedia,
            arguments.Wish.BytesMax,
            "fastrtspproxy " + ProgramVersion.Text);
        program.Say(outcome.Summary);
        program.Say($"{Printable.Line(arguments.File)}: rtspsim camera --replay {Printable.Line(arguments.File)} is that camera.\n");
        return outcome.MediaPackets > 0 ? 0 : 1;
    }

    /// <summary>Under whatever names: the packets are read once more when the capture has been begun.</summary>
    private static bool IsSameFile(string one, string other) =>
        FileIdentity.Of(one) is { } known && FileIdentity.Of(other) is { } found && (known.Device, known.Inode) == (found.Device, found.Inode);

    /// <summary>For its owner alone: what a user decides to show is his own business.</summary>
    private static FileStream Create(string file) => new(file, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
