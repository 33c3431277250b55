using System.CommandLine;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Load;

namespace FastRtspProxy.Simulator.Probe;

/// <summary>`rtspsim probe`: what a stream is, and what is odd about its server.</summary>
internal static class ProbeCommand
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        Argument<string> url = new("URL") { Description = "rtsp://[user:password@]host[:port]/path, or rtsps://…" };
        Option<string> transport = new("--transport", "-t")
        {
            HelpName = "WAY",
            CompletionSources = { (string[])["udp", "tcp"] },
            Description = "udp or tcp.",
            DefaultValueFactory = _ => "tcp",
        };
        Option<string> duration = new("--duration", "-d")
        {
            HelpName = "DURATION",
            Description = "How long the stream is watched.",
            DefaultValueFactory = _ => "10s",
        };
        Option<string> timeout = new("--timeout")
        {
            HelpName = "DURATION",
            Description = "For the connect and each answer.",
            DefaultValueFactory = _ => "5s",
        };
        Option<bool> noChecks = new("--no-checks") { Description = "Watch the stream only; do not try unusual requests on the server." };
        Option<bool> insecureTls = new("--insecure-tls") { Description = "Do not check the certificate of an rtsps:// server." };
        Command command = new(
            "probe",
            "Plays one stream and says what it is, and what is odd about its server's RTSP. Exit code: 0 when media came, 1 when not, 2 for bad "
                + "options.")
        {
            url, transport, duration, timeout, noChecks, insecureTls,
        };
        command.SetAction(async (result, cancel) =>
        {
            string? error = null;
            string text = result.GetValue(url)!;
            TimeSpan watched = default;
            TimeSpan limit = default;
            if (!RtspUrl.TryParse(text, out RtspUrl? parsed, out string? why))
            {
                error = why;
            }
            else if (result.GetValue(transport) is not ("udp" or "tcp"))
            {
                error = "--transport: udp or tcp";
            }
            else if (parsed.Tls && result.GetValue(transport) == "udp")
            {
                error = "over rtsps the media comes inside TLS: --transport tcp";
            }
            else if (!Quantity.TryDuration(result.GetValue(duration)!, out watched) || !Quantity.TryDuration(result.GetValue(timeout)!, out limit))
            {
                error = "--duration and --timeout: a time, as 500ms, 10s or 5m, up to 1000h";
            }

            if (error is not null)
            {
                await errors.WriteLineAsync("rtspsim probe: " + error);
                return ExitCode.BadOptions;
            }

            ProbeOptions options = new(
                parsed!, result.GetValue(transport) == "udp", watched, limit, result.GetValue(noChecks), result.GetValue(insecureTls));
            try
            {
                return await new ProbeRun(options, output).RunAsync(cancel);
            }
            catch (Exception e) when (e is SocketException or IOException or InvalidDataException or TimeoutException)
            {
                await errors.WriteLineAsync($"rtspsim probe: {AddressText.WithPort(parsed!.Host, parsed.Port)}: {e.Message}");
                return ExitCode.Failed;
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Failed;
            }
        });
        return command;
    }
}
