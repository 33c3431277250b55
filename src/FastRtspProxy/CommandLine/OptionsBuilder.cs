using System.CommandLine;
using FastRtspProxy.Engine;

namespace FastRtspProxy.CommandLine;

/// <summary>Short options, long options and URLs become one <see cref="ProgramOptions"/>, or a refusal of what does not go together.</summary>
internal static class OptionsBuilder
{
    /// <summary>The URL of the demo's stream until its camera listens and the real one is known.</summary>
    public const string DemoUrl = "rtsp://127.0.0.1/demo";

    /// <summary>The ports that LIVE555 tries for its RTSP-over-HTTP tunnel.</summary>
    private static readonly int[] TunnelPorts = [80, 8000, 8080];

    public static ParseOutcome Build(ShortOptions given, LongOptions names, ParseResult values, IReadOnlyList<string> urls)
    {
        if (FindMissingCompanion(given, names, values) is { } line)
        {
            return new ParseOutcome.Refuse(line);
        }

        bool demo = values.GetValue(names.Demo);
        List<string> allUrls = demo ? [DemoUrl, .. urls] : [.. urls];
        if (allUrls.Count == 0 && !given.AcceptRegister)
        {
            return new ParseOutcome.Refuse("no stream: give the rtsp:// URL of a camera, or -R to let cameras register themselves, or --demo for a built-in one");
        }

        return new ParseOutcome.Run(new ProgramOptions
        {
            Engine = BuildEngine(given, names, values) with
            {
                Streams = [.. allUrls.Select((url, index) => BuildStream(given, values.GetValue(names.InsecureTls), url, index, allUrls.Count))],
            },
            LogLevel = given.LogLevel,
            Demo = demo,
            AskedPort = given.RtspPort,
        });
    }

    /// <summary>An option that does nothing without another one is a mistake that the user should hear of, as with -U and -R.</summary>
    private static string? FindMissingCompanion(ShortOptions given, LongOptions names, ParseResult values)
    {
        if (given.ClientCredentials is null && values.GetValue(names.OfferSha256))
        {
            return "option --offer-sha256 needs -C: it says how viewers may log in";
        }

        if (given.AcceptRegister)
        {
            return null;
        }

        ReadOnlySpan<Option> needRegister = [names.RegisterFrom, names.MaxRegistered, names.AllowPrivateRegister];
        foreach (Option option in needRegister)
        {
            if (values.GetResult(option) is { Implicit: false })
            {
                return $"option {option.Name} needs -R: it limits who and what may REGISTER";
            }
        }

        return null;
    }

    private static StreamOptions BuildStream(ShortOptions given, bool insecureTls, string url, int index, int count)
    {
        return new StreamOptions
        {
            Name = count == 1 ? given.Prefix : $"{given.Prefix}-{index + 1}",
            Url = url,
            Credentials = given.BackendCredentials,
            Transport = given.OverTcp ? BackendTransport.Tcp : given.HttpPort is null ? BackendTransport.Udp : BackendTransport.HttpTunnel,
            TunnelPort = given.HttpPort ?? 0,
            InsecureTls = insecureTls,
        };
    }

    private static ProxyOptions BuildEngine(ShortOptions given, LongOptions names, ParseResult values)
    {
        PortRange udpPorts = values.GetValue(names.UdpPorts);
        GopCache gopCache = values.GetValue(names.GopCacheBound);
        var defaults = new ProxyOptions();
        return defaults with
        {
            RtspPorts = given.RtspPort is { } port ? [port, .. defaults.RtspPorts.Where(p => p != port)] : defaults.RtspPorts,
            TunnelPorts = TunnelPorts,
            BindAddress = values.GetValue(names.Bind),
            UdpPortFirst = udpPorts.First,
            UdpPortLast = udpPorts.Last,
            Threads = values.GetValue(names.Threads),
            MemoryBytes = values.GetValue(names.Memory),
            Linger = values.GetValue(names.Linger),
            Hold = values.GetValue(names.Hold),
            AlwaysOn = values.GetValue(names.AlwaysOn),
            AnswerTimeout = values.GetValue(names.AnswerTimeout),
            DeadStreamInterval = given.DeadStreamInterval ?? defaults.DeadStreamInterval,
            MaxClients = values.GetValue(names.MaxClients),
            MaxClientsPerAddress = values.GetValue(names.MaxClientsPerAddress),
            MaxClientsPerMount = values.GetValue(names.MaxClientsPerMount),
            ClientCredentials = given.ClientCredentials is { } client ? [client] : [],
            OfferSha256 = values.GetValue(names.OfferSha256),
            AcceptRegister = given.AcceptRegister,
            RegisterCredentials = given.RegisterCredentials,
            BackendCredentials = given.BackendCredentials,
            MaxRegistered = values.GetValue(names.MaxRegistered),
            AllowPrivateRegister = values.GetValue(names.AllowPrivateRegister),
            RegisterFrom = values.GetValue(names.RegisterFrom) ?? [],
            RegisteredStreamsOverTcp = given.OverTcp,
            RegisteredStreamsInsecureTls = values.GetValue(names.InsecureTls),
            Start = values.GetValue(names.Start),
            GopCacheBytes = gopCache.Bytes,
            GopCacheDuration = gopCache.Duration,
            SlowTimeout = values.GetValue(names.SlowTimeout),
        };
    }
}
