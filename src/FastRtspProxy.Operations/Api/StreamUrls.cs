using System.Globalization;
using System.Net;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Api;

/// <summary>The URLs under which viewers find streams, ready made: with the host under which whoever asks has found us.</summary>
internal readonly record struct StreamUrls(string Host, int RtspPort, int RtspsPort)
{
    public static StreamUrls Of(HttpExchange exchange, IEngineView engine)
    {
        string host = exchange.Request.Host.Host;
        if (host.Length == 0)
        {
            // HTTP/1.0: the address that the request came to.
            IPAddress? local = exchange.Context.Connection.LocalIpAddress;
            host = local is null ? "localhost" : local.IsIPv4MappedToIPv6 ? local.MapToIPv4().ToString() : local.ToString();
        }

        return new StreamUrls(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host, engine.RtspPort, engine.RtspsPort);
    }

    /// <summary>Those of a stream, the one in the clear first.</summary>
    public IEnumerable<string> For(string stream)
    {
        string path = string.Join('/', stream.Split('/').Select(Escape));
        if (RtspPort > 0)
        {
            yield return $"rtsp://{Host}{PortOf(RtspPort, RtspUrl.DefaultPort)}/{path}";
        }

        if (RtspsPort > 0)
        {
            yield return $"rtsps://{Host}{PortOf(RtspsPort, RtspUrl.DefaultTlsPort)}/{path}";
        }
    }

    private static string PortOf(int port, int byDefault) => port == byDefault ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}");

    /// <summary>What is encoded already stays as it is.</summary>
    private static string Escape(string segment) =>
        segment.Contains('%', StringComparison.Ordinal) ? segment : Uri.EscapeDataString(segment).Replace("%2A", "*", StringComparison.Ordinal);
}
