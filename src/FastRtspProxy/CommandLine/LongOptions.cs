using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using FastRtspProxy.Engine;

namespace FastRtspProxy.CommandLine;

/// <summary>
/// Our own options, all long, through System.CommandLine. The division: <see cref="CommandLineParser"/> walks the arguments by the LIVE555
/// grammar, because that one cannot be told to a general parser (<c>-u</c> takes any next two words, dashes and "" included; the first
/// word without a dash ends the options). What begins with two dashes it collects, each with its value; names, arity, values, defaults
/// and the help text of those live here.
/// </summary>
internal sealed class LongOptions
{
    private static readonly ProxyOptions Defaults = new();

    private readonly Command _command = new("fastrtspproxy");
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public LongOptions()
    {
        Demo = AddFlag("--demo", "serve a built-in camera (H.264 and AAC, a clip with a running clock) and proxy it as the first stream; no URL needed");
        Bind = AddValue<IPAddress?>("--bind", "ADDRESS", "listen on this local address only", "every address, IPv4 and IPv6", null, Quantity.TryAddress);
        UdpPorts = AddValue("--udp-ports", "FIRST-LAST", "UDP ports of the front-end, in even/odd pairs, one pair for each event loop", null,
            new PortRange(Defaults.UdpPortFirst, Defaults.UdpPortLast), Quantity.TryPortRange);
        Linger = AddDuration("--linger", "go on pulling a camera for so long after its last viewer has gone", Defaults.Linger);
        AlwaysOn = AddFlag("--always-on", "pull every camera from the start, viewers or not");
        Hold = AddDuration("--hold", "keep the viewers of a lost camera for so long, from its loss until media is back; they play on then", Defaults.Hold);
        AnswerTimeout = AddValue("--answer-timeout", "DURATION", "wait so long for a camera's answer to DESCRIBE, SETUP and PLAY (500ms to 10m); a viewer's PLAY is answered after 5 s all the same, and its picture comes when the camera's does", Quantity.FormatDuration(Defaults.AnswerTimeout), Defaults.AnswerTimeout, TryAnswerTimeout);
        Start = AddValue("--start", "MODE", "what a joining viewer gets first: auto (keyframe while the camera sends a key frame every 4 s or sooner, else live), instant (the cached pictures from the last key frame on), keyframe (nothing before the next key frame), live (whatever comes next, as LIVE555); ?start=MODE at the end of a play URL chooses for one viewer",
            StartModes.WordOf(Defaults.Start), Defaults.Start, TryStart);
        var gopCache = new GopCache(Defaults.GopCacheBytes, Defaults.GopCacheDuration);
        GopCacheBound = AddValue("--gop-cache", "SIZE[,DURATION]", "the most that is kept from the last key frame on, for each stream", null, gopCache,
            (string text, out GopCache value, out string error) => GopCache.TryParse(text, gopCache, out value, out error));
        SlowTimeout = AddDuration("--slow-timeout", "close a viewer that takes nothing for so long (any length; one that reads too slowly is not closed, but misses pictures)", Defaults.SlowTimeout);
        MaxClients = AddCount("--max-clients", "viewers in all", 1, 1_000_000, Defaults.MaxClients);
        MaxClientsPerAddress = AddValue("--max-clients-per-address", "N", "viewers from one address (IPv6: from one /64); those behind one proxy, container or NAT share one", "a quarter of --max-clients",
            (int?)null, TryClientsPerAddress);
        MaxClientsPerMount = AddCount("--max-clients-per-mount", "viewers of one stream", 1, 1_000_000, Defaults.MaxClientsPerMount);
        Threads = AddValue("--threads", "N", "event loops", "one for each core", 0, (string text, out int value, out string error) =>
            Quantity.TryCount(text, 0, 256, "a number from 1 to 256, or 0 for one event loop a core", out value, out error));
        Memory = AddValue("--memory", "SIZE", "the budget for media in memory, all streams together, and an eighth of it (8 to 64 MiB) for what viewers send and have not finished, or do not take", "a quarter of the machine's memory, 2G at most", 0L,
            (string text, out long value, out string error) => Quantity.TrySize(text, 16L << 20, 1L << 40, out value, out error));
        InsecureTls = AddFlag("--insecure-tls", "do not check the certificates of rtsps:// cameras");
        OfferSha256 = AddFlag("--offer-sha256", "with -C: offer Digest SHA-256 beside MD5");
        RegisterFrom = AddNetworks("--register-from", "with -R: only these addresses may REGISTER (192.0.2.0/24, or one address); may be repeated");
        MaxRegistered = AddCount("--max-registered", "with -R: registered streams at most", 0, 100_000, Defaults.MaxRegistered);
        AllowPrivateRegister = AddFlag("--allow-private-register", "with -R: let REGISTER name cameras on this machine (loopback, its own addresses) and on its link (link-local addresses)");
    }

    private delegate bool TryRead<T>(string text, out T value, out string error);

    public Option<bool> Demo { get; }

    public Option<IPAddress?> Bind { get; }

    public Option<PortRange> UdpPorts { get; }

    public Option<TimeSpan> Linger { get; }

    public Option<bool> AlwaysOn { get; }

    public Option<TimeSpan> Hold { get; }

    public Option<TimeSpan> AnswerTimeout { get; }

    public Option<StartMode> Start { get; }

    public Option<GopCache> GopCacheBound { get; }

    public Option<TimeSpan> SlowTimeout { get; }

    public Option<int> MaxClients { get; }

    public Option<int?> MaxClientsPerAddress { get; }

    public Option<int> MaxClientsPerMount { get; }

    public Option<int> Threads { get; }

    public Option<long> Memory { get; }

    public Option<bool> InsecureTls { get; }

    public Option<bool> OfferSha256 { get; }

    public Option<IPNetwork[]> RegisterFrom { get; }

    public Option<int> MaxRegistered { get; }

    public Option<bool> AllowPrivateRegister { get; }

    /// <summary>In the order of the help text: name with its value's name, what it does, its default (null for a flag).</summary>
    public IEnumerable<(string Head, string Text, string? Default)> Rows =>
        _entries.Values.Select(e => (e.ValueName.Length == 0 ? e.Option.Name : e.Option.Name + " " + e.ValueName, e.Option.Description!, e.Default));

    /// <summary>Whether the name exists, whether it takes a value, and whether a second one adds to the first instead of replacing it.</summary>
    public bool TryFind(string name, out bool takesValue, out bool repeats)
    {
        bool found = _entries.TryGetValue(name, out Entry? entry);
        takesValue = found && entry!.ValueName.Length > 0;
        repeats = found && entry!.Repeats;
        return found;
    }

    /// <summary>Reads collected options; a value is attached as <c>--name=value</c>, so that one with a dash stays a value.</summary>
    public ParseResult Parse(IReadOnlyList<string> words)
    {
        // No response files (@file): an argument is what it says.
        return _command.Parse(words, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
    }

    private static bool TryStart(string text, out StartMode mode, out string error)
    {
        error = "the modes are auto, instant, keyframe and live";
        return StartModes.TryParse(text, out mode);
    }

    private static bool TryClientsPerAddress(string text, out int? clients, out string error)
    {
        bool isCount = Quantity.TryCount(text, 1, 1_000_000, "a number from 1 to 1000000", out int count, out error);
        clients = count;
        return isCount;
    }

    /// <summary>Half a second is less than a camera on the other side of a satellite needs; ten minutes are more than any needs.</summary>
    private static bool TryAnswerTimeout(string text, out TimeSpan limit, out string error)
    {
        if (!Quantity.TryDuration(text, out limit, out error))
        {
            return false;
        }

        error = "an answer is waited for from 500ms to 10m (the default is 30s)";
        return limit >= TimeSpan.FromMilliseconds(500) && limit <= TimeSpan.FromMinutes(10);
    }

    private Option<bool> AddFlag(string name, string text)
    {
        var option = new Option<bool>(name) { Description = text, Arity = ArgumentArity.Zero };
        Register(new Entry(option, "", null));
        return option;
    }

    private Option<TimeSpan> AddDuration(string name, string text, TimeSpan byDefault)
    {
        return AddValue(name, "DURATION", text, Quantity.FormatDuration(byDefault), byDefault, Quantity.TryDuration);
    }

    private Option<int> AddCount(string name, string text, int least, int most, int byDefault)
    {
        return AddValue(name, "N", text, null, byDefault, (string value, out int count, out string error) =>
            Quantity.TryCount(value, least, most, $"a number from {least} to {most}", out count, out error));
    }

    private Option<T> AddValue<T>(string name, string valueName, string text, string? defaultText, T byDefault, TryRead<T> read)
    {
        var option = new Option<T>(name)
        {
            Description = text,
            HelpName = valueName,
            Arity = ArgumentArity.ExactlyOne,
            DefaultValueFactory = _ => byDefault,
            CustomParser = result =>
            {
                string given = result.Tokens[0].Value;
                if (!read(given, out T value, out string error))
                {
                    result.AddError($"{name} \"{given}\": {error}");
                }

                return value;
            },
        };
        Register(new Entry(option, valueName, defaultText ?? $"{byDefault}"));
        return option;
    }

    private Option<IPNetwork[]> AddNetworks(string name, string text)
    {
        var option = new Option<IPNetwork[]>(name)
        {
            Description = text,
            HelpName = "NETWORK",
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [],
            CustomParser = result =>
            {
                var networks = new List<IPNetwork>();
                foreach (Token token in result.Tokens)
                {
                    if (!Quantity.TryNetwork(token.Value, out IPNetwork network, out string error))
                    {
                        result.AddError($"{name} \"{token.Value}\": {error}");
                    }

                    networks.Add(network);
                }

                return [.. networks];
            },
        };
        Register(new Entry(option, "NETWORK", "any", Repeats: true));
        return option;
    }

    private void Register(Entry entry)
    {
        _command.Options.Add(entry.Option);
        _entries.Add(entry.Option.Name, entry);
    }

    private sealed record Entry(Option Option, string ValueName, string? Default, bool Repeats = false);
}
