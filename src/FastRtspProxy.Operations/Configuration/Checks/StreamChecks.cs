using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>A stream's keys against each other, and its source against ourselves.</summary>
internal static class StreamChecks
{
    public static void Run(ProxyConfig config, ConfigReading reading, OwnPlace own)
    {
        KeepChecks.Run(config, reading);
        foreach (StreamConfig stream in config.Streams)
        {
            string path = ConfigReading.PathOf(RootKeys.StreamsKey, stream.Name);
            CheckSources(config, stream, path, reading, own);
            CheckRest(stream, path, reading);
        }
    }

    private static void CheckSources(ProxyConfig config, StreamConfig stream, string path, ConfigReading reading, OwnPlace own)
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
            StreamOptions camera = EngineOptions.StreamOf(stream with { Sources = [source] }, config);
            CheckPlaceholder(stream, source, path, reading);
            CheckFingerprint(camera, path, reading);
            CheckLoop(config, own, camera, path, reading);
        }
    }

    private static void CheckPlaceholder(StreamConfig stream, string source, string path, ConfigReading reading)
    {
        if (WildcardName.FindSourceFault(stream.Name, source) is { } fault)
        {
            reading.Error(PlaceOfSource(path, reading), $"{path}.source", fault);
        }
    }

    private static void CheckFingerprint(StreamOptions camera, string path, ConfigReading reading)
    {
        if (StreamRules.FindFingerprintFault(camera) is { } fault)
        {
            string where = reading.HasMet($"{path}.tls.fingerprint") ? path : "defaults";
            reading.Error(reading.PlaceOf($"{where}.tls.fingerprint"), $"{path}.tls.fingerprint", fault);
        }
    }

    /// <summary>Of several ports to listen on it is not known yet which one will be ours: the start knows.</summary>
    private static void CheckLoop(ProxyConfig config, OwnPlace own, StreamOptions camera, string path, ConfigReading reading)
    {
        if (!own.Has(camera) || !OwnPlace.TryFindCamera(camera, out _, out int port, out bool isTls))
        {
            return;
        }

        ConfigPlace place = PlaceOfSource(path, reading);
        ValueList<ListenPoint> listen = isTls ? config.Rtsps.Listen : config.Rtsp.Listen;
        if (listen.All(point => point.Port == port))
        {
            reading.Error(place, $"{path}.source", $"it points at this proxy itself (port {port} of this machine): name the camera");
        }
        else
        {
            string key = isTls ? "rtsps.listen" : listen.Any(point => point.Port == port) ? "rtsp.listen" : "rtsp.httpTunnelPorts";
            reading.Remarks.Warn(
                place, $"{Printable.Line(path)}.source: it points at this proxy itself, if that gets port {port} of {key}");
        }
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
