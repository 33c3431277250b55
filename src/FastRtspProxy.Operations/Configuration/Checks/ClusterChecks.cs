using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>Whether the parts of <c>cluster</c> go together, and with where we listen.</summary>
internal static class ClusterChecks
{
    private const string Engine = "cluster.engine";
    private const string Advertise = "cluster.advertise";

    public static void Run(ProxyConfig config, ConfigReading reading)
    {
        ClusterConfig cluster = config.Cluster;
        if (!cluster.IsOn)
        {
            return;
        }

        CheckAdvertise(config, reading);
        if (cluster.Engine.Kind == ClusterEngineKind.Etcd)
        {
            CheckEtcd(cluster.Engine, reading);
        }
        else
        {
            CheckList(cluster, reading);
        }
    }

    /// <summary>
    /// One that listens in the clear only cannot be reached by rtsps, or by rtsp at another port than its own, and nobody would say why.
    /// </summary>
    private static void CheckAdvertise(ProxyConfig config, ConfigReading reading)
    {
        if (!RtspUrl.TryParse(config.Cluster.Advertise, out RtspUrl? url, out _))
        {
            return;
        }

        if (url.Tls && config.Rtsps.Listen.Count == 0 && !reading.IsWrong("rtsps.listen"))
        {
            Error(reading, Advertise, "the other boxes are to come by TLS, and no port is for that: name one under rtsps.listen");
        }

        if (url.Host is "localhost" or "127.0.0.1" or "0.0.0.0" or "::1" or "::")
        {
            reading.Remarks.Warn(
                reading.PlaceOf(Advertise), $"{Advertise}: the other boxes find {url.Host} on themselves: write an address that they reach");
        }

        CheckPort(url, url.Tls ? "rtsps.listen" : "rtsp.listen", url.Tls ? config.Rtsps.Listen : config.Rtsp.Listen, reading);
    }

    /// <summary>Of several ports the first that can be had is ours. Something that forwards may stand between: a warning, no error.</summary>
    private static void CheckPort(RtspUrl url, string key, ValueList<ListenPoint> listen, ConfigReading reading)
    {
        if (listen.Count == 0 || listen[0].Port == url.Port || reading.IsWrong(key))
        {
            return;
        }

        string why = listen.Any(point => point.Port == url.Port) ? $"tries {listen[0]} first" : $"has {string.Join(", ", listen)}";
        reading.Remarks.Warn(
            reading.PlaceOf(Advertise),
            $"{Advertise}: the other boxes come to port {url.Port}, and {key} {why}: write {key} [\":{url.Port}\"], unless something on the way "
                + "forwards it (NAT, a balancer)");
    }

    private static void CheckEtcd(ClusterEngineConfig engine, ConfigReading reading)
    {
        if (engine.Endpoints.Count == 0 && !reading.IsWrong($"{Engine}.endpoints"))
        {
            Error(reading, $"{Engine}.endpoints", "etcd has to be found: name its members, [\"http://127.0.0.1:2379\", ...]");
        }

        if (engine.Ttl.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            Error(reading, $"{Engine}.ttl", "etcd counts whole seconds: write 2s or 3s");
        }

        if (engine.UserName is null != engine.Password is null)
        {
            Error(reading, $"{Engine}.password", "a username and a password go together: write both, or take the other out");
        }

        if (engine.Password is not null && engine.Endpoints.Any(static url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)))
        {
            reading.Remarks.Warn(
                reading.PlaceOf($"{Engine}.endpoints"), $"{Engine}.endpoints: with http:// the password crosses the network in the clear");
        }

        if (engine.Key is not null && engine.Certificate is null)
        {
            Error(reading, $"{Engine}.key", "there is no certificate for it: name its file under engine.certificate");
        }

        if (engine.Nodes.Count > 0)
        {
            Error(reading, $"{Engine}.nodes", "a list of boxes is for kind: static; with etcd they find each other there: take it out");
        }
    }

    private static void CheckList(ClusterConfig cluster, ConfigReading reading)
    {
        if (cluster.Engine.Endpoints.Count > 0)
        {
            Error(reading, $"{Engine}.endpoints", "members of etcd are for kind: etcd; here the boxes are named under nodes: take it out");
        }

        ClusterNodeConfig? self = cluster.Engine.Nodes.FirstOrDefault(node => node.Name == cluster.Node);
        if (reading.IsWrong($"{Engine}.nodes"))
        {
            return;
        }

        if (cluster.Engine.Nodes.Count < 2)
        {
            Error(reading, $"{Engine}.nodes", "a list of one box is no cluster: name all boxes with their addresses, this one too");
        }
        else if (self is null)
        {
            Error(reading, $"{Engine}.nodes", $"this box, \"{cluster.Node}\", is not among them: add it, or correct cluster.node");
        }
        else if (self.Url != cluster.Advertise)
        {
            Error(
                reading, $"{Engine}.nodes", $"this box, \"{cluster.Node}\", has another address there than under cluster.advertise: write the same");
        }
    }

    private static void Error(ConfigReading reading, string path, string text) => reading.Error(reading.PlaceOf(path), path, text);
}
