using System.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>
/// What no key sees alone: whether the parts of a configuration fit together. Pure but for the question which addresses are this machine's.
/// </summary>
internal static class ConfigChecks
{
    /// <param name="config">Each value is right by itself.</param>
    /// <param name="reading">Knows the places, and takes what is wrong.</param>
    /// <param name="isOwn">True for addresses of this machine.</param>
    public static void Run(ProxyConfig config, ConfigReading reading, Func<IPAddress, bool> isOwn)
    {
        CheckListen(config.Rtsp, reading);
        CheckBalancers(config.Rtsp.ProxyProtocol, reading);
        AccessChecks.Run(config, reading);
        StreamNameChecks.Run(config.Streams, reading);
        StreamChecks.Run(config, reading, isOwn);
        if (config.Streams.Count == 0 && !config.Register.Enabled && !reading.IsWrong(RootKeys.StreamsKey))
        {
            reading.Remarks.Error(
                ConfigPlace.WholeFile,
                "there is no stream: name one under \"streams\", or let cameras register themselves (register: {enabled: true})");
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
