using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>Whether whoever can reach the HTTP server has to show who he is, and whether others could listen.</summary>
internal static class HttpChecks
{
    private const string Listen = "http.listen";

    /// <param name="config">Each value is right by itself.</param>
    /// <param name="reading">Knows the places, and takes what is wrong.</param>
    public static void Run(ProxyConfig config, ConfigReading reading)
    {
        HttpConfig http = config.Http;
        if (http.IsReachedFromElsewhere && !HasLogIn(config))
        {
            ListenPoint point = http.Listen.First(static point => !HttpConfig.IsLoopback(point));
            Error(
                reading, Listen,
                $"\"{point}\" can be reached from other machines, and nobody would have to log in: set http.token, or give a user under auth.users a "
                    + "role that may status or api, or listen on 127.0.0.1");
        }
        else if (http.IsReachedFromElsewhere && !http.Tls && !http.AllowPlain)
        {
            ListenPoint point = http.Listen.First(static point => !HttpConfig.IsLoopback(point));
            Error(
                reading, Listen,
                $"at \"{point}\" the token and passwords would cross the network in the clear: set http.tls: true (with rtsps.certificates), or "
                    + "http.allowPlain: true where something else encrypts it, or listen on 127.0.0.1");
        }

        if (http.IsOn && http.Tls && config.Rtsps.Certificates.Count == 0 && !reading.IsWrong("rtsps.certificates"))
        {
            Error(reading, "http.tls", "TLS needs a certificate: name its file under rtsps.certificates");
        }

        CheckPorts(config, reading);
    }

    private static bool HasLogIn(ProxyConfig config)
    {
        HashSet<string> roles =
        [
            .. config.Auth.Roles.Where(static role => role.May.Contains(AccessRight.Status) || role.May.Contains(AccessRight.Api))
                .Select(static role => role.Name),
        ];
        return config.Http.Token is not null || config.Auth.Users.Any(user => user.Roles.Any(roles.Contains));
    }

    private static void CheckPorts(ProxyConfig config, ConfigReading reading)
    {
        Dictionary<int, string> taken = [];
        foreach (ListenPoint point in config.Rtsp.Listen)
        {
            taken.TryAdd(point.Port, "rtsp.listen");
        }

        foreach (int port in config.Rtsp.HttpTunnelPorts)
        {
            taken.TryAdd(port, "rtsp.httpTunnelPorts");
        }

        foreach (ListenPoint point in config.Rtsps.Listen)
        {
            taken.TryAdd(point.Port, "rtsps.listen");
        }

        foreach (ListenPoint point in config.Http.Listen)
        {
            Check(point, Listen);
        }

        if (config.Http.Metrics.Listen is { } metrics)
        {
            Check(metrics, "http.metrics.listen");
            if (config.Http.Listen.Any(point => point.Port == metrics.Port && (point.Address is null || point.Address.Equals(metrics.Address))))
            {
                Error(reading, "http.metrics.listen", $"\"{metrics}\" is in http.listen, too, where one has to log in: give it a port of its own");
            }
        }

        void Check(ListenPoint point, string path)
        {
            // Only where the user has chosen both: the first of several RTSP ports that can be had is taken.
            if (reading.HasMet(path) && taken.TryGetValue(point.Port, out string? other) && reading.HasMet(other))
            {
                Error(reading, path, $"port {point.Port} is in {other}, too: give HTTP a port of its own (9554)");
            }
        }
    }

    private static void Error(ConfigReading reading, string path, string text) => reading.Error(reading.PlaceOf(path), path, text);
}
