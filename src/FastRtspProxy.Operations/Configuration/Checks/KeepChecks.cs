using System.Globalization;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Checks;

/// <summary>What a past to begin in costs: cameras that are pulled all the time, and memory.</summary>
internal static class KeepChecks
{
    private const string Defaults = "defaults";

    /// <inheritdoc cref="KeepChecks"/>
    public static void Run(ProxyConfig config, ConfigReading reading)
    {
        Say(config.Defaults, Defaults, reading);
        foreach (StreamConfig stream in config.Streams)
        {
            Say(stream, ConfigReading.PathOf(RootKeys.StreamsKey, stream.Name), reading);
        }

        CheckMemory(config, reading);
    }

    private static void Say(StreamConfig stream, string path, ConfigReading reading)
    {
        string key = $"{path}.keep.time";
        if (stream is not { AlwaysOn: false, Keep.Time: { } time } || time <= TimeSpan.Zero
            || !reading.HasMet(key) || reading.PlaceOf(key).Option is not null)
        {
            return;
        }

        reading.Remarks.Warn(reading.PlaceOf(key), Printable.Line(key) + (stream.Keep.IsPreRoll
            ? ": the camera is pulled all the time, viewers or not, to have so much"
            : ": so much is there while the camera is pulled; alwaysOn: true has it before anybody watches"));
    }

    /// <summary>Half of the memory for media is divided among the streams: none may keep so much that another finds nothing.</summary>
    private static void CheckMemory(ProxyConfig config, ConfigReading reading)
    {
        List<StreamConfig> streams = [.. config.Streams.Where(static stream => !stream.IsWildcard)];
        if (config.Limits.MemoryBytes is not { } memory || streams.Count == 0)
        {
            return;
        }

        long share = memory / 8 * 7 / 2 / streams.Count;
        StreamConfig? tooMuch = streams.Find(stream => stream.Keep.Time > TimeSpan.Zero && stream.Keep.Bytes > share);
        if (tooMuch is not null)
        {
            reading.Remarks.Warn(
                reading.PlaceOf("limits.memory"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"limits.memory: of it each of the {streams.Count} streams may keep {share / 1e6:0.0} MB at the most, "
                    + $"not the {tooMuch.Keep.Bytes / 1e6:0.0} MB of {Printable.Line(tooMuch.Name)}: keep.time may not be reached; "
                    + $"the log and fastrtspproxy_stream_kept_seconds say what is"));
        }
    }
}
