#pragma warning disable RS0030 // inside Outbound
using System.Net;
using System.Net.Security;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy;

/// <summary>Asks a running proxy of this machine whether it lives.</summary>
internal static class HealthCheck
{
    /// <summary>A supervisor asks each few seconds, and gives up itself after some thirty.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    /// <summary>True, or why not; and a line that says so.</summary>
    public static async Task<(bool IsGood, string Line)> AskAsync(HttpConfig http)
    {
        HttpConfig wanted = http.IsOn ? http : http.Wanted();
        bool isSecure = wanted.Tls && wanted.Metrics.Listen is null;
        Uri url = new($"{(isSecure ? "https" : "http")}://{PlaceOf(wanted.Metrics.Listen ?? wanted.Listen[0])}{HealthRoutes.Live}");
        try
        {
            return await Outbound.RunAsync(() => AskAsync(url));
        }
        catch (Exception cause) when (cause is HttpRequestException or OperationCanceledException)
        {
            string why = cause is OperationCanceledException ? $"no answer in {s_limit.TotalSeconds:0} s" : Printable.Line(cause.Message);
            return (false, $"{url}: {why}. Is it started with --http, or with a section \"http\" in its configuration?");
        }
    }

    private static async Task<(bool IsGood, string Line)> AskAsync(Uri url)
    {
        // Our own machine's certificate names no loopback address, and nothing secret is said.
        using SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            SslOptions =
            {
                RemoteCertificateValidationCallback = static (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable),
            },
        };
        using HttpClient client = new(handler) { Timeout = s_limit };
        using HttpResponseMessage response = await client.GetAsync(url);
        string text = Printable.Line((await response.Content.ReadAsStringAsync()).TrimEnd());
        return (response.StatusCode == HttpStatusCode.OK, $"{url}: {text}");
    }

    /// <summary>Whoever listens at every address listens at loopback, too.</summary>
    private static string PlaceOf(ListenPoint point) =>
        (point.Address is null || point.Address.Equals(IPAddress.Any) ? new ListenPoint(IPAddress.Loopback, point.Port)
            : point.Address.Equals(IPAddress.IPv6Any) ? new ListenPoint(IPAddress.IPv6Loopback, point.Port)
            : point).ToString();
}
