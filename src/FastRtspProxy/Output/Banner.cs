using System.Globalization;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Output;

/// <summary>
/// The start-up text in the shape of the LIVE555 Proxy Server's: scripts cut the play URLs out of it. Tabs and blank lines are part of it.
/// </summary>
internal static class Banner
{
    /// <summary>Printed first, before the arguments are looked at.</summary>
    public static string Head() =>
        $"FastRtspProxy\n\t(version {ProgramVersion.Text}; takes the command line of the LIVE555 Proxy Server; MIT licence)\n\n";

    /// <summary>Printed when the ports are known.</summary>
    /// <param name="options">The streams and whether REGISTER is accepted.</param>
    /// <param name="host">Our address as it stands in a URL, an IPv6 one in brackets.</param>
    /// <param name="rtspPort">The port that was bound; 554 is left out of URLs.</param>
    /// <param name="tunnelPort">The HTTP tunnel's, or 0.</param>
    public static string Streams(ProxyOptions options, string host, int rtspPort, int tunnelPort)
    {
        var text = new StringBuilder();
        foreach (StreamOptions stream in options.Streams)
        {
            text.Append(CultureInfo.InvariantCulture, $"RTSP stream, proxying the stream \"{BackendUrl.Redact(stream.Url)}\"\n");
            text.Append(CultureInfo.InvariantCulture, $"\tPlay this stream using the URL: {PlayUrl(host, rtspPort, stream.Name)}\n");
        }

        if (options.AcceptRegister)
        {
            text.Append(CultureInfo.InvariantCulture, $"(We handle incoming \"REGISTER\" requests on port {rtspPort})\n");
        }

        text.Append(tunnelPort == 0
            ? "\n(RTSP-over-HTTP tunneling is not available.)\n"
            : string.Create(CultureInfo.InvariantCulture, $"\n(We use port {tunnelPort} for optional RTSP-over-HTTP tunneling.)\n"));
        return text.ToString();
    }

    /// <summary>Printed behind <see cref="Streams"/> where viewers may come by TLS; LIVE555's program has no such line.</summary>
    public static string Rtsps(string host, int port) => port == RtspUrl.DefaultTlsPort
        ? $"(The same streams by TLS: rtsps://{host}/...)\n"
        : string.Create(CultureInfo.InvariantCulture, $"(The same streams by TLS: rtsps://{host}:{port}/...)\n");

    /// <summary>Printed last, where HTTP is served.</summary>
    /// <param name="url">The server's.</param>
    /// <param name="hasPage">It serves the page, too.</param>
    public static string Http(string url, bool hasPage) => hasPage
        ? $"A page with the live picture, API and metrics: {url}/\n"
        : $"API and metrics: {url}/\n";

    /// <summary>Printed when there is nothing to serve yet: a new installation begins so.</summary>
    /// <param name="file">The configuration.</param>
    public static string NoStreams(string file) =>
        $"There is no stream yet: name one under \"streams\" in {file}, which is read again when it is saved\n";

    /// <summary>Printed when a stream was REGISTERed.</summary>
    public static string Registered(string redactedUrl, string host, int rtspPort, string name) =>
        $"Proxying the registered back-end stream \"{Printable.Line(redactedUrl)}\".\n"
        + $"\tPlay this stream using the URL: {PlayUrl(host, rtspPort, Printable.Line(name))}\n";

    /// <summary>Printed before <see cref="Streams"/> when <c>-p</c> could not be had.</summary>
    public static string OtherPort(int asked) =>
        $"Unable to create a RTSP server with port number {asked}: the port is in use or may not be bound\n"
        + "Trying instead with the standard port numbers (554 and 8554)...\n";

    private static string PlayUrl(string host, int port, string name) =>
        port == 554 ? $"rtsp://{host}/{name}" : string.Create(CultureInfo.InvariantCulture, $"rtsp://{host}:{port}/{name}");
}
