using System.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>Whether ports and certificates of <c>rtsps</c> go together, and with those of <c>rtsp</c>.</summary>
internal static class RtspsChecks
{
    private const string Listen = "rtsps.listen";
    private const string Certificates = "rtsps.certificates";

    /// <param name="config">Each value is right by itself.</param>
    /// <param name="reading">Knows the places, and takes what is wrong.</param>
    /// <param name="faultOf">Why a pair of files cannot be shown to viewers.</param>
    public static void Run(ProxyConfig config, ConfigReading reading, Func<CertificateFiles, CertificateException?> faultOf)
    {
        RtspsConfig rtsps = config.Rtsps;
        CheckPorts(config, reading);
        CheckNeeds(config, reading);
        if (rtsps.Listen.Count > 0 && rtsps.Certificates.Count == 0 && !reading.IsWrong(Certificates))
        {
            Error(reading, Listen, "TLS needs a certificate: name its file under rtsps.certificates (--certificate FILE)");
        }

        if (rtsps.Certificates.Count > 0 && rtsps.Listen.Count == 0 && !config.Http.Tls && !reading.IsWrong(Listen))
        {
            Error(
                reading, reading.HasMet($"{Certificates}[0].certificate") ? $"{Certificates}[0].certificate" : Certificates,
                "no viewer is shown it: name a port for TLS under rtsps.listen (--rtsps PORT; 322 is the usual one)");
        }

        for (int i = 0; i < rtsps.Certificates.Count; i++)
        {
            string path = ConfigReading.PathOf(Certificates, i);
            CertificateConfig pair = rtsps.Certificates[i];
            bool isWhole = pair.Certificate.Length > 0 && !reading.IsWrong($"{path}.certificate") && !reading.IsWrong($"{path}.key");
            if (isWhole && faultOf(pair.Files) is { } fault)
            {
                Error(reading, fault.IsOfKey && pair.Key is not null ? $"{path}.key" : $"{path}.certificate", fault.Message);
            }
        }
    }

    /// <summary>What is for those alone who come by TLS, where nobody can.</summary>
    private static void CheckNeeds(ProxyConfig config, ConfigReading reading)
    {
        if (config.Rtsps.Listen.Count > 0 || reading.IsWrong(Listen))
        {
            return;
        }

        if (config.Auth.Basic)
        {
            WarnOfNeed("auth.basic", "Basic is offered", reading);
        }

        string? secureOnly = config.Defaults.Allow.SecureOnly
            ? "defaults.allow.secureOnly"
            : config.Streams.Where(static stream => stream.Allow.SecureOnly)
                .Select(static stream => ConfigReading.PathOf(RootKeys.StreamsKey, stream.Name) + ".allow.secureOnly").FirstOrDefault();
        if (secureOnly is not null && !config.Http.Tls)
        {
            WarnOfNeed(secureOnly, "the stream is there", reading);
        }
    }

    private static void WarnOfNeed(string path, string what, ConfigReading reading) => reading.Remarks.Warn(
        reading.PlaceOf(path),
        $"{Printable.Line(path)}: {what} for viewers who come by TLS alone, and nobody can: name a port for them under {Listen} (--rtsps PORT)");

    private static void CheckPorts(ProxyConfig config, ConfigReading reading)
    {
        IPAddress? common = config.Rtsp.Address;
        foreach (ListenPoint point in config.Rtsps.Listen)
        {
            if (point.Address is not null && !point.Address.Equals(common))
            {
                Error(
                    reading, Listen,
                    $"\"{point}\" is of another address than rtsp.listen: write \":{point.Port}\", and the address there or under rtsp.bind");
                return;
            }

            string? other = config.Rtsp.Listen.Any(plain => plain.Port == point.Port) ? "rtsp.listen"
                : config.Rtsp.HttpTunnelPorts.Contains(point.Port) ? "rtsp.httpTunnelPorts"
                : null;
            if (other is not null)
            {
                Error(reading, Listen, $"port {point.Port} is in {other}, too, and those are in the clear: give TLS a port of its own");
                return;
            }
        }
    }

    private static void Error(ConfigReading reading, string path, string text) => reading.Error(reading.PlaceOf(path), path, text);
}
