using System.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>A stream's keys against each other, and its source against ourselves.</summary>
internal static class StreamChecks
{
    public static void Run(ProxyConfig config, ConfigReading reading, Func<IPAddress, bool> isOwn)
    {
        foreach (StreamConfig stream in config.Streams)
        {
            string path = ConfigReading.PathOf(RootKeys.StreamsKey, stream.Name);
            CheckSources(config, stream, path, reading, isOwn);
            CheckRest(stream, path, reading);
        }
    }

    private static void CheckSources(ProxyConfig config, StreamConfig stream, string path, ConfigReading reading, Func<IPAddress, bool> isOwn)
    {
        if (reading.HasMet($"{path}.source") && reading.HasMet($"{path}.sources"))
        {
            reading.Error(reading.PlaceOf($"{path}.sources"), $"{path}.sources", "there is a source beside it: take one of the two out");
        }
        else if (stream.Sources.Count == 0 && !reading.IsWrong(path) && !reading.HasMet($"{path}.source") && !reading.HasMet($"{path}.sources"))
        {
            reading.Error(reading.PlaceOf(path), path, "the stream has no source: the rtsp:// URL of its camera");
        }
        else if (stream.Sources.Count > 1)
        {
            reading.Remarks.Warn(reading.PlaceOf($"{path}.sources"), $"{Printable.Line(path)}.sources: this version uses the first one only");
        }

        foreach (string source in stream.Sources)
        {
            CheckPlaceholder(stream, source, path, reading);
            CheckLoop(config.Rtsp, source, path, reading, isOwn);
        }
    }

    private static void CheckPlaceholder(StreamConfig stream, string source, string path, ConfigReading reading)
    {
        bool hasPart = source.Contains(WildcardName.Placeholder, StringComparison.Ordinal);
        if (hasPart && !stream.IsWildcard)
        {
            reading.Error(
                PlaceOfSource(path, reading), $"{path}.source", "${1} is what the * in the name of a wildcard stands for, and this name has none");
        }
        else if (hasPart && !IsBehindTheHost(source))
        {
            reading.Error(
                PlaceOfSource(path, reading), $"{path}.source",
                "${1} stands in the path or the query only: which host is asked, and with which password, is not for viewers to say");
        }
        else if (!hasPart && stream.IsWildcard)
        {
            reading.Remarks.Warn(
                PlaceOfSource(path, reading), $"{Printable.Line(path)}.source: without ${{1}} all streams of this wildcard show the same camera");
        }
    }

    /// <summary>Whatever the part is, host, port and credentials are the same.</summary>
    private static bool IsBehindTheHost(string source)
    {
        return RtspUrl.TryParse(source.Replace(WildcardName.Placeholder, "1", StringComparison.Ordinal), out RtspUrl? one, out _)
            && RtspUrl.TryParse(source.Replace(WildcardName.Placeholder, "22", StringComparison.Ordinal), out RtspUrl? other, out _)
            && (one.Host, one.Port, one.User, one.Password) == (other.Host, other.Port, other.User, other.Password);
    }

    /// <summary>
    /// A camera that is ourselves would ask us for a stream whose camera is ourselves. Of several ports to listen on it is not known yet which one
    /// will be ours.
    /// </summary>
    private static void CheckLoop(RtspConfig rtsp, string source, string path, ConfigReading reading, Func<IPAddress, bool> isOwn)
    {
        if (!RtspUrl.TryParse(source.Replace(WildcardName.Placeholder, "1", StringComparison.Ordinal), out RtspUrl? url, out _)
            || url.Tls || !rtsp.Listen.Any(point => point.Port == url.Port) || !IsOurs(url.Host, rtsp.Address, isOwn))
        {
            return;
        }

        ConfigPlace place = PlaceOfSource(path, reading);
        if (rtsp.Listen.All(point => point.Port == url.Port))
        {
            reading.Error(place, $"{path}.source", $"it points at this proxy itself (port {url.Port} of this machine): name the camera");
        }
        else
        {
            reading.Remarks.Warn(
                place, $"{Printable.Line(path)}.source: it points at this proxy itself, if that gets port {url.Port} of rtsp.listen");
        }
    }

    private static bool IsOurs(string host, IPAddress? listens, Func<IPAddress, bool> isOwn)
    {
        bool isAll = listens is null || listens.Equals(IPAddress.Any) || listens.Equals(IPAddress.IPv6Any);
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return isAll || IPAddress.IsLoopback(listens!);
        }

        return IPAddress.TryParse(host, out IPAddress? address)
            && (isAll ? IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || isOwn(address) : address.Equals(listens));
    }

    private static void CheckRest(StreamConfig stream, string path, ConfigReading reading)
    {
        if (stream.Password is not null && stream.UserName is null)
        {
            string where = reading.HasMet($"{path}.password") ? path : "defaults";
            reading.Error(reading.PlaceOf($"{where}.password"), $"{where}.password", "there is no username for it");
        }

        if (stream.Transport != CameraWay.Http && reading.HasMet($"{path}.tunnelPort"))
        {
            reading.Remarks.Warn(reading.PlaceOf($"{path}.tunnelPort"), $"{Printable.Line(path)}.tunnelPort: it is used with transport: http only");
        }

        if (!stream.IsWildcard && reading.HasMet($"{path}.maxInstances"))
        {
            reading.Remarks.Warn(
                reading.PlaceOf($"{path}.maxInstances"),
                $"{Printable.Line(path)}.maxInstances: it is for wildcards, streams with a * in their names");
        }
    }

    private static ConfigPlace PlaceOfSource(string path, ConfigReading reading) =>
        reading.PlaceOf(reading.HasMet($"{path}.sources") ? $"{path}.sources" : $"{path}.source");
}
