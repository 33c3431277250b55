using System.Globalization;
using System.Net.Sockets;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Dialogue;

namespace FastRtspProxy.Simulator.Camera;

/// <summary>Sends REGISTER to a proxy (LIVE555's extension: the proxy is told a back-end's URL instead of being configured with it).</summary>
internal static class Registration
{
    /// <summary>For the connect, and for the answer: it is asked once, so a machine that stands still for some seconds is waited for.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    /// <summary>Registers one URL; returns a line for the user, whatever came of it.</summary>
    public static async Task<string> SendAsync(CameraRun run, string url, CancellationToken cancel)
    {
        string proxy = string.Create(CultureInfo.InvariantCulture, $"{run.RegisterHost}:{run.RegisterPort}");
        ControlPipe pipe;
        try
        {
            pipe = await ControlPipe.ConnectAsync(run.RegisterHost!, run.RegisterPort, tls: null, s_limit, cancel);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            return $"REGISTER of {url}: {proxy} cannot be reached: {e.Message}";
        }
        catch (OperationCanceledException)
        {
            return Interrupted(url);
        }

        AuthClient? auth = run.RegisterCredentials is { } credentials ? new AuthClient(credentials.User, credentials.Password) : null;
        using RtspConnection connection = new(pipe, auth, s_limit);
        try
        {
            return $"REGISTER of {url} with {proxy}: {await AskAsync(connection, url, cancel)}";
        }
        catch (OperationCanceledException)
        {
            return Interrupted(url);
        }
    }

    /// <summary>Ctrl-C or SIGTERM: the summary follows.</summary>
    private static string Interrupted(string url) => $"REGISTER of {url}: interrupted";

    private static async Task<string> AskAsync(RtspConnection connection, string url, CancellationToken cancel)
    {
        try
        {
            RtspHeader transport = new("Transport", "preferred_delivery_protocol=udp");
            RtspMessage answer = await connection.RequestAsync(RtspMethod.Register, url, cancel, transport);
            return string.Create(CultureInfo.InvariantCulture, $"{answer.StatusCode} {answer.Reason}");
        }
        catch (TimeoutException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {s_limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is EndOfStreamException or SocketException)
        {
            return "connection closed without an answer";
        }
        catch (InvalidDataException)
        {
            return "no RTSP answer";
        }
    }
}
