using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine;

/// <summary>What streams must be like, each alone and beside each other. Looks no name up and asks no camera. Any thread.</summary>
public static class StreamRules
{
    /// <summary>The largest class that the six bits of DSCP can say (RFC 2474 section 3).</summary>
    public const int DscpMax = 63;

    /// <summary>Sources of a stream: two are the rule.</summary>
    public const int SourcesMax = SourceOrder.CountMax;

    /// <summary>A path of a URL that people read out on the telephone is shorter.</summary>
    private const int NameCharsMax = 200;

    /// <summary>Everything that is wrong with a set of streams, in their order.</summary>
    /// <param name="streams">All that there are to be.</param>
    /// <param name="taken">Names that others have already, and what these are, as <c>a registered stream</c>.</param>
    /// <param name="own">Where we listen: a source there would be read from ourselves. Null: nothing is known of it.</param>
    public static IReadOnlyList<StreamProblem> Check(
        IReadOnlyList<StreamOptions> streams, IReadOnlyDictionary<string, string>? taken = null, OwnPlace? own = null)
    {
        ArgumentNullException.ThrowIfNull(streams);
        List<StreamProblem> problems = [];
        NameTable names = new();
        foreach ((string name, string owner) in taken ?? new Dictionary<string, string>())
        {
            names.TryAdd(name, owner, out _);
        }

        for (int i = 0; i < streams.Count; i++)
        {
            StreamOptions stream = streams[i];
            foreach (string text in Faults(stream, own))
            {
                problems.Add(new StreamProblem(i, stream.Name, text));
            }

            if (!names.TryAdd(stream.Name, $"the stream \"{stream.Name}\"", out string? holder))
            {
                problems.Add(new StreamProblem(i, stream.Name, $"{Collision(stream.Name)} The other one is {holder}."));
            }
        }

        return problems;
    }

    /// <summary>What is said of a name that another has, or that is the beginning of another one.</summary>
    internal static string Collision(string name) =>
        $"The name \"{name}\" is another stream's, or one of the two is the beginning of the other at a slash; streams need names that stand apart.";

    /// <summary>What is wrong with one stream, whatever others there are.</summary>
    internal static IEnumerable<string> Faults(StreamOptions stream, OwnPlace? own) =>
        [
            .. NameFaults(stream), .. stream.Sources.SelectMany(source => SourceFaults(stream.With(source), own)), .. ListFaults(stream),
            .. ValueFaults(stream),
        ];

    /// <summary>
    /// Which of several sources is one that stands before it: the same place, whoever logs in there. Below 0: each is another one.
    /// </summary>
    internal static int IndexOfRepeated(IReadOnlyList<string> urls)
    {
        HashSet<(bool Tls, string Host, int Port, string Path)> known = [];
        for (int i = 0; i < urls.Count; i++)
        {
            if (RtspUrl.TryParse(WildcardName.Fill(urls[i], "1"), out RtspUrl? url, out _)
                && !known.Add((url.Tls, url.Host.ToUpperInvariant(), url.Port, url.PathAndQuery)))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>What is wrong with a name, as the rest of a sentence; null: nothing. A URL cannot hold the rest as part of a path.</summary>
    internal static string? FindNameFault(string name)
    {
        return name switch
        {
            "" => "a stream needs a name: the path under which viewers find it",
            { Length: > NameCharsMax } => $"the name of a stream has at most {NameCharsMax} characters",
            ['/', ..] or [.., '/'] => "the name of a stream has no slash at either end",
            _ when name.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c)) || name.AsSpan().ContainsAny('?', '#', '"') =>
                "the name of a stream has no blanks, control characters, quotation marks, ? or #",
            _ when name.Split('/').Any(static part => part is "." or "..") =>
                "the name of a stream has no \".\" and no \"..\" between slashes: players leave them out of what they ask for",
            _ when WildcardName.CountStars(name) > 1 => "a wildcard has one * only",
            _ => null,
        };
    }

    /// <summary>What is wrong with a fingerprint for that camera, as the rest of a sentence; null: nothing.</summary>
    internal static string? FindFingerprintFault(StreamOptions stream) =>
        stream.TlsFingerprint is not null && RtspUrl.TryParse(WildcardName.Fill(stream.Url, "1"), out RtspUrl? url, out _) && !url.Tls
            ? "a camera at an rtsp:// URL shows no certificate, so nothing would be checked; write rtsps://, or take the fingerprint out"
            : null;

    private static IEnumerable<string> NameFaults(StreamOptions stream)
    {
        if (FindNameFault(stream.Name) is { } fault)
        {
            yield return $"The name \"{Shown(stream.Name)}\" can be no stream's: {fault}.";
        }
    }

    private static IEnumerable<string> SourceFaults(StreamOptions stream, OwnPlace? own)
    {
        if (!RtspUrl.TryParse(WildcardName.Fill(stream.Url, "1"), out RtspUrl? url, out string? error))
        {
            yield return $"The URL of the stream \"{stream.Name}\" cannot be used: {error}.";
            yield break;
        }

        if (WildcardName.FindSourceFault(stream.Name, stream.Url) is { } fault)
        {
            yield return $"The URL of the stream \"{stream.Name}\" cannot be used: {fault}.";
        }

        if (FindFingerprintFault(stream) is { } useless)
        {
            yield return $"The fingerprint of the stream \"{stream.Name}\" cannot be used: {useless}.";
        }

        if (own?.Has(stream) == true)
        {
            yield return $"The URL of the stream \"{stream.Name}\" ({url.Redacted}) points at this proxy itself; name the camera.";
        }
    }

    private static IEnumerable<string> ListFaults(StreamOptions stream)
    {
        if (stream.Alternatives.Count >= SourcesMax)
        {
            yield return $"The stream \"{stream.Name}\" has {stream.Alternatives.Count + 1} sources; {SourcesMax} are the most.";
        }
        else if (IndexOfRepeated([.. stream.Sources.Select(static source => source.Url)]) is >= 0 and int index)
        {
            yield return $"Source {index + 1} of the stream \"{stream.Name}\" is one that stands before it; name another one, or take it out.";
        }
    }

    private static IEnumerable<string> ValueFaults(StreamOptions stream)
    {
        string whose = $"of the stream \"{stream.Name}\"";
        if (stream.Transport == BackendTransport.HttpTunnel && stream.TunnelPort is < 1 or > 65_535)
        {
            yield return $"The tunnel port {whose} is {stream.TunnelPort}; it must be 1 to 65535.";
        }

        if (stream.Dscp is < 0 or > DscpMax)
        {
            yield return $"The DSCP {whose} is {stream.Dscp}; it must be 0 to {DscpMax}.";
        }

        if (stream.MaxInstances < 1)
        {
            yield return $"The most instances {whose} are {stream.MaxInstances}; it must be one at least.";
        }

        if (stream.Settings is not { } settings)
        {
            yield break;
        }

        if (settings.MaxClients < 1)
        {
            yield return $"The most viewers {whose} are {settings.MaxClients}; it must be one at least.";
        }

        foreach (string fault in settings.Multicast?.Faults() ?? [])
        {
            yield return $"The multicast {whose} cannot be had: {fault}.";
        }

        if (settings.GopCacheBytes < 0 || settings.GopCacheDuration < TimeSpan.Zero)
        {
            yield return $"The cache {whose} has less than no bytes or no time; 0 keeps no more than what is being sent.";
        }

        if (settings.Linger < TimeSpan.Zero || settings.Hold < TimeSpan.Zero || settings.DeadStreamInterval < TimeSpan.Zero)
        {
            yield return $"A time {whose} is negative.";
        }

        if (settings.AnswerTimeout <= TimeSpan.Zero)
        {
            yield return $"The time to wait for answers {whose} is none; it must be more.";
        }
    }

    private static string Shown(string name) => new([.. name.Take(NameCharsMax).Select(static c => char.IsControl(c) ? '?' : c)]);
}
