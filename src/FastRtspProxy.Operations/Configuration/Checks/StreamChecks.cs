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
            ReplayChecks.Run(stream, path, reading);
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
        CheckList(stream, path, reading);
        for (int i = 0; i < stream.Sources.Count; i++)
        {
            string where = reading.HasMet($"{path}.sources") ? ConfigReading.PathOf($"{path}.sources", i) : $"{path}.source";
            StreamConfig alone = stream.With(stream.Sources[i]);
            StreamOptions camera = EngineOptions.StreamOf(alone, config);
            CheckPlaceholder(stream, camera.Url, where, reading);
            CheckFingerprint(camera, path, where, reading);
            CheckLoop(config, own, camera, where, reading);
            CheckLogIn(alone, stream, where, reading);
        }
    }

    private static void CheckList(StreamConfig stream, string path, ConfigReading reading)
    {
        string list = $"{path}.sources";
        if (stream.Sources.Count > StreamRules.SourcesMax)
        {
            reading.Error(reading.PlaceOf(list), list, $"it has {stream.Sources.Count} sources, and {StreamRules.SourcesMax} are the most");
        }
        else if (StreamRules.IndexOfRepeated([.. stream.Sources.Select(static source => source.Url)]) is >= 0 and int index)
        {
            string where = ConfigReading.PathOf(list, index);
            reading.Error(reading.PlaceOf(where), where, "it is the same as one before it: name another camera, or another of its streams");
        }

        foreach (string key in stream.Sources.Count > 1 ? [] : (string[])["acrossSizes", "probe"])
        {
            if (reading.HasMet($"{path}.{key}"))
            {
                reading.Remarks.Warn(reading.PlaceOf($"{path}.{key}"), $"{Printable.Line(path)}.{key}: it is for streams with several sources");
            }
        }
    }

    /// <summary>A password of its own needs a user; that of the whole stream is looked at elsewhere.</summary>
    private static void CheckLogIn(StreamConfig alone, StreamConfig stream, string path, ConfigReading reading)
    {
        if (reading.HasMet($"{path}.password") && alone.UserName is null && alone.Password is not null && alone.Password != stream.Password)
        {
            reading.Error(reading.PlaceOf($"{path}.password"), $"{path}.password", "there is no username for it");
        }

        if (alone.Transport != CameraWay.Http && alone.Sources[0].TunnelPort is not null)
        {
            reading.Remarks.Warn(reading.PlaceOf($"{path}.tunnelPort"), $"{Printable.Line(path)}.tunnelPort: it is used with transport: http only");
        }
    }

    private static void CheckPlaceholder(StreamConfig stream, string url, string path, ConfigReading reading)
    {
        if (WildcardName.FindSourceFault(stream.Name, url) is { } fault)
        {
            reading.Error(reading.PlaceOf(path), path, fault);
        }
    }

    private static void CheckFingerprint(StreamOptions camera, string stream, string source, ConfigReading reading)
    {
        if (StreamRules.FindFingerprintFault(camera) is { } fault)
        {
            bool isOwn = reading.HasMet($"{source}.tls.fingerprint");
            string where = isOwn ? source : reading.HasMet($"{stream}.tls.fingerprint") ? stream : "defaults";
            reading.Error(reading.PlaceOf($"{where}.tls.fingerprint"), $"{(isOwn ? source : stream)}.tls.fingerprint", fault);
        }
    }

    /// <summary>Of several ports to listen on it is not known yet which one will be ours: the start knows.</summary>
    private static void CheckLoop(ProxyConfig config, OwnPlace own, StreamOptions camera, string path, ConfigReading reading)
    {
        if (!own.Has(camera) || !OwnPlace.TryFindCamera(camera, out _, out int port, out bool isTls))
        {
            return;
        }

        ConfigPlace place = reading.PlaceOf(path);
        ValueList<ListenPoint> listen = isTls ? config.Rtsps.Listen : config.Rtsp.Listen;
        if (listen.All(point => point.Port == port))
        {
            reading.Error(place, path, $"it points at this proxy itself (port {port} of this machine): name the camera");
        }
        else
        {
            string key = isTls ? "rtsps.listen" : listen.Any(point => point.Port == port) ? "rtsp.listen" : "rtsp.httpTunnelPorts";
            reading.Remarks.Warn(
                place, $"{Printable.Line(path)}: it points at this proxy itself, if that gets port {port} of {key}");
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
}
