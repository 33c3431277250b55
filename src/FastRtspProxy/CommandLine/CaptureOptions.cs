using FastRtspProxy.Operations.Captures;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.CommandLine;

/// <summary>The options of <c>--capture</c>, which makes a bug report instead of a proxy.</summary>
internal static class CaptureOptions
{
    private const string Capture = "--capture";
    private const string Seconds = "--seconds";
    private const string Size = "--capture-size";
    private const string WithMedia = "--with-media";
    private const string PacketFile = "--pcap";

    private const long LeastBytes = 64 << 10;
    private const long MostBytes = 64L << 30;

    /// <summary>Rows of the option table.</summary>
    public static readonly OptionRow[] Rows =
    [
        new(
            Capture, "FILE",
            "write what one camera says and sends into this file (.frpcap), and end: a bug report that rtspsim can replay. Addresses, names, "
                + "passwords, session ids and pictures are left out, and the program says what is left",
            "none", Repeats: false),
        new(Seconds, "DURATION", "with --capture: for so long", "30", Repeats: false),
        new(Size, "SIZE", "with --capture: the file grows to no more than that", "256M", Repeats: false),
        new(WithMedia, "", "with --capture: leave pictures and sound in the file", null, Repeats: false),
        new(
            PacketFile, "FILE",
            "with --capture: take what this packet capture (pcap, pcapng) holds instead of asking a camera; of several sessions the one of the URL",
            "none", Repeats: false),
    ];

    /// <summary>True where a capture is asked for.</summary>
    public static bool IsAsked(IReadOnlyList<(string Name, string Value)> given) => ValueOf(given, Capture) is not null;

    /// <summary>What is wrong where none is asked for: an option that does nothing without it.</summary>
    public static string? FindMissingCompanion(IReadOnlyList<(string Name, string Value)> given) =>
        IsAsked(given) ? null : Rows.FirstOrDefault(row => row.Name != Capture && ValueOf(given, row.Name) is not null) is { } option
            ? $"option {option.Name} needs {Capture}: it says what is captured, and how much"
            : null;

    /// <summary>The capture, or a refusal.</summary>
    /// <param name="given">All long options.</param>
    /// <param name="urls">Behind the options.</param>
    /// <param name="config">The streams of those URLs with all that the other options say; null: there are none.</param>
    public static ParseOutcome Build(IReadOnlyList<(string Name, string Value)> given, IReadOnlyList<string> urls, ProxyConfig? config)
    {
        if (ValueOf(given, LongOptions.Config) is not null || ValueOf(given, LongOptions.Demo) is not null)
        {
            return new ParseOutcome.Refuse(
                $"option {Capture} reads the camera of a URL: a running proxy captures its own streams by its page or its API");
        }

        if (ValueOf(given, LongOptions.HealthCheck) is not null)
        {
            return new ParseOutcome.Refuse($"option {Capture} asks a camera, and {LongOptions.HealthCheck} a running proxy: give one of the two");
        }

        string? packets = ValueOf(given, PacketFile);
        if (urls.Count > 1 || (urls.Count == 0 && packets is null))
        {
            return new ParseOutcome.Refuse($"option {Capture} needs one rtsp:// URL: the camera that is captured");
        }

        TimeSpan duration = CaptureWish.UsualDuration;
        if (ValueOf(given, Seconds) is { } text
            && (!Quantity.TryDuration(text, out duration, out _) || duration <= TimeSpan.Zero || duration > CaptureWish.LongestDuration))
        {
            return new ParseOutcome.Refuse($"option {Seconds} \"{text}\": a time of 1s to 1h, as 30 or 2m");
        }

        long bytes = CaptureWish.UsualBytesMax;
        if (ValueOf(given, Size) is { } size && !Quantity.TrySize(size, LeastBytes, MostBytes, out bytes, out string remedy))
        {
            return new ParseOutcome.Refuse($"option {Size} \"{size}\": {remedy}");
        }

        CaptureWish wish = new(duration, ValueOf(given, WithMedia) is not null, bytes);
        return new ParseOutcome.Capture(new CaptureArguments(
            ValueOf(given, Capture)!,
            config is { Streams.Count: > 0 } ? EngineOptions.StreamOf(config.Streams[0], config) : null,
            packets,
            wish,
            config?.Log.Level ?? Microsoft.Extensions.Logging.LogLevel.Information));
    }

    private static string? ValueOf(IReadOnlyList<(string Name, string Value)> given, string name)
    {
        foreach ((string known, string value) in given)
        {
            if (known == name)
            {
                return value;
            }
        }

        return null;
    }
}
