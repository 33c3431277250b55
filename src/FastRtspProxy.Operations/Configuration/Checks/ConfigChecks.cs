using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>
/// What no key sees alone: whether the parts of a configuration fit together. Pure but for two questions: which addresses are
/// this machine's, and whether its files of certificates can be used.
/// </summary>
internal static class ConfigChecks
{
    /// <param name="config">Each value is right by itself.</param>
    /// <param name="reading">Knows the places, and takes what is wrong.</param>
    /// <param name="isOwn">True for addresses of this machine.</param>
    /// <param name="faultOf">Why a certificate with its key cannot be shown to viewers.</param>
    public static void Run(
        ProxyConfig config, ConfigReading reading, Func<IPAddress, bool> isOwn, Func<CertificateFiles, CertificateException?> faultOf)
    {
        CheckListen(config.Rtsp, reading);
        CheckBalancers(config.Rtsp.ProxyProtocol, reading);
        RtspsChecks.Run(config, reading, faultOf);
        HttpChecks.Run(config, reading);
        AccessChecks.Run(config, reading);
        ClusterChecks.Run(config, reading);
        StreamNameChecks.Run(config.Streams, reading);
        OwnPlace own = new(config.Rtsp.Address, [.. config.Rtsp.Listen.Select(static point => point.Port), .. config.Rtsp.HttpTunnelPorts])
        {
            IsOwn = isOwn,
            TlsPorts = [.. config.Rtsps.Listen.Select(static point => point.Port)],
        };
        StreamChecks.Run(config, reading, own);
        MulticastChecks.Run(config, reading);
        if (config.Streams.Count == 0 && !config.Register.Enabled && config.StreamsDirectory is null && !reading.IsWrong(RootKeys.StreamsKey))
        {
            reading.Remarks.Error(
                ConfigPlace.WholeFile,
                "there is no stream: name one under \"streams\", or let cameras register themselves (register: {enabled: true})");
        }

        if (!reading.Remarks.HasErrors)
        {
            AskEngine(EngineOptions.Of(config), reading);
        }
    }

    /// <summary>
    /// By the rules that the engine has at its start and at a reload: what is right here can be had then, too. Where we listen is not known before.
    /// </summary>
    private static void AskEngine(ProxyOptions options, ConfigReading reading)
    {
        foreach (StreamProblem problem in StreamRules.Check(options.Streams))
        {
            string path = ConfigReading.PathOf(RootKeys.StreamsKey, options.Streams[problem.Index].Name);
            reading.Error(reading.PlaceOf(path), path, problem.Text);
        }

        foreach (string text in options.Limits.Problems)
        {
            reading.Error(reading.PlaceOf("limits"), "limits", text);
        }

        foreach (string text in options.AccessInForce.Defects())
        {
            reading.Error(reading.PlaceOf("auth"), "auth", text);
        }

        foreach (string text in options.AccessInForce.Warnings())
        {
            reading.Remarks.Warn(reading.PlaceOf("auth.external.url"), text);
        }
    }

    private static void CheckListen(RtspConfig rtsp, ConfigReading reading)
    {
        foreach (ListenPoint point in rtsp.Listen)
        {
            IPAddress? address = point.Address ?? rtsp.Bind;
            if (!Equals(address, rtsp.Address))
            {
                reading.Error(
                    reading.PlaceOf("rtsp.listen"), "rtsp.listen",
                    $"\"{point}\" is of another address than the others: all have one, or none and rtsp.bind has it");
                return;
            }
        }

        if (rtsp.Bind is not null && !rtsp.Bind.Equals(rtsp.Address))
        {
            reading.Error(reading.PlaceOf("rtsp.bind"), "rtsp.bind", "it differs from the address in rtsp.listen: leave one of the two out");
        }
    }

    /// <summary>A network of every address would let each viewer say who he is, past all rules and limits of addresses.</summary>
    private static void CheckBalancers(ProxyProtocolConfig proxyProtocol, ConfigReading reading)
    {
        for (int i = 0; i < proxyProtocol.From.Count; i++)
        {
            string item = ConfigReading.PathOf("rtsp.proxyProtocol.from", i);
            string path = reading.HasMet(item) ? item : "rtsp.proxyProtocol.from";
            if (proxyProtocol.From[i].PrefixLength == 0)
            {
                reading.Remarks.Warn(
                    reading.PlaceOf(path), $"{path}: with {proxyProtocol.From[i]} every viewer can claim any address: name the balancers alone");
            }
        }
    }
}
