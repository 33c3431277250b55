using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.CommandLine;

/// <summary>
/// Short options, long options and URLs become a configuration: alone, or beside a file. Or a refusal of what does not go together.
/// </summary>
internal static class OptionsBuilder
{
    /// <summary>The URL of the demo's stream until its camera listens and the real one is known. No camera has that port (tcpmux).</summary>
    public const string DemoUrl = "rtsp://127.0.0.1:1/demo";

    private static readonly string[] s_needRegister = ["--register-from", "--max-registered", "--allow-private-register"];

    /// <summary>The ports that LIVE555 tries for its RTSP-over-HTTP tunnel.</summary>
    private static readonly ValueList<int> s_tunnelPorts = [80, 8000, 8080];

    /// <param name="given">The short options.</param>
    /// <param name="longOptions">Name and value, the value empty where there is none.</param>
    /// <param name="urls">Behind the options.</param>
    public static ParseOutcome Build(ShortOptions given, IReadOnlyList<(string Name, string Value)> longOptions, IReadOnlyList<string> urls)
    {
        bool demo = Has(longOptions, LongOptions.Demo);
        bool asksHealth = Has(longOptions, LongOptions.HealthCheck);
        List<string> allUrls = demo ? [DemoUrl, .. urls] : [.. urls];
        string? file = longOptions.LastOrDefault(static option => option.Name == LongOptions.Config).Value;
        if (Has(longOptions, "--key") && !Has(longOptions, "--certificate"))
        {
            // Beside a file, too: a pair of the arguments replaces those of the file.
            return new ParseOutcome.Refuse("option --key needs --certificate: it is the private key of that certificate");
        }

        if (CaptureOptions.FindMissingCompanion(longOptions) is { } alone)
        {
            return new ParseOutcome.Refuse(alone); // beside a file, too: no file asks for a capture
        }

        if (CaptureOptions.IsAsked(longOptions) && (file is not null || demo || asksHealth))
        {
            return CaptureOptions.Build(longOptions, urls, null);
        }

        List<string> streams = asksHealth && file is null ? [DemoUrl] : allUrls; // what runs has streams: they are not asked for again
        ConfigArguments arguments = new(LongOptions.SettingsOf(longOptions), config => Apply(given, streams, file is null, config));
        if (file is not null)
        {
            return new ParseOutcome.Load(new ConfigRequest(file, Has(longOptions, LongOptions.Check), asksHealth, arguments, demo, given.RtspPort));
        }

        LoadedConfig loaded = ConfigLoader.OfThisMachine(DiskFiles.Instance).Load(arguments);
        if (loaded.Remarks.FirstOrDefault(static remark => remark is { IsWarning: false, Place.Option: not null }) is { } wrong)
        {
            return new ParseOutcome.Refuse(wrong.Line(null));
        }

        if (FindMissingCompanion(given, longOptions) is { } line)
        {
            return new ParseOutcome.Refuse(line);
        }

        if (CaptureOptions.IsAsked(longOptions))
        {
            return CaptureOptions.Build(longOptions, urls, loaded.Config);
        }

        if (asksHealth)
        {
            return new ParseOutcome.AskHealth(loaded.Config?.Http ?? new HttpConfig());
        }

        if (allUrls.Count == 0 && !given.AcceptRegister)
        {
            return new ParseOutcome.Refuse(
                "no stream: give the rtsp:// URL of a camera, or -R to let cameras register themselves, or --demo for a built-in one");
        }

        return loaded.Config is { } config
            ? new ParseOutcome.Run(ProgramOptions.Of(config, demo, given.RtspPort))
            : new ParseOutcome.Refuse(loaded.Lines.First());
    }

    private static bool Has(IReadOnlyList<(string Name, string Value)> options, string name) => options.Any(option => option.Name == name);

    /// <summary>
    /// An option that does nothing without another one is a mistake that the user should hear of, as with -U and -R. Beside a file it may be the
    /// file that has the other one.
    /// </summary>
    private static string? FindMissingCompanion(ShortOptions given, IReadOnlyList<(string Name, string Value)> longOptions)
    {
        if (Has(longOptions, LongOptions.Check))
        {
            return $"option {LongOptions.Check} needs {LongOptions.Config}: it names the file to check";
        }

        if (given.ClientCredentials is null && Has(longOptions, "--offer-sha256"))
        {
            return "option --offer-sha256 needs -C: it says how viewers may log in";
        }

        if (given.AcceptRegister)
        {
            return null;
        }

        return given.RegisterUsers.Count > 0
            ? "option -U needs -R: it says who may REGISTER"
            : s_needRegister.FirstOrDefault(name => Has(longOptions, name)) is { } option
                ? $"option {option} needs -R: it limits who and what may REGISTER"
                : null;
    }

    /// <summary>Short options win over what is there, and each URL is a stream with the defaults of then.</summary>
    private static ProxyConfig Apply(ShortOptions given, List<string> urls, bool isAlone, ProxyConfig config)
    {
        config = given.Apply(config);
        if (isAlone)
        {
            config = config with { Rtsp = config.Rtsp with { HttpTunnelPorts = s_tunnelPorts } };
        }

        IEnumerable<StreamConfig> streams = urls.Select((url, index) => config.Defaults with
        {
            Name = urls.Count == 1 ? given.Prefix : $"{given.Prefix}-{index + 1}",
            Sources = [url],
        });
        return config with { Streams = [.. streams] };
    }
}
