using System.Buffers;
using System.Net;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine;

/// <summary>What streams must be like, each alone and beside each other. Looks no name up and asks no camera. Any thread.</summary>
public static class StreamRules
{
    /// <summary>The largest class that the six bits of DSCP can say (RFC 2474 section 3).</summary>
    public const int DscpMax = 63;

    private const int NameCharsMax = 200;

    private static readonly SearchValues<char> s_noName = SearchValues.Create("?#%\\\"<> ");

    /// <summary>Everything that is wrong with a set of streams, in their order.</summary>
    /// <param name="streams">All that there are to be.</param>
    /// <param name="taken">Names that others have already, and what these are, as <c>a registered stream</c>.</param>
    /// <param name="ownPorts">The ports that we listen on: a source there would be read from ourselves.</param>
    public static IReadOnlyList<StreamProblem> Check(
        IReadOnlyList<StreamOptions> streams, IReadOnlyDictionary<string, string>? taken = null, IReadOnlyCollection<int>? ownPorts = null)
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
            foreach (string text in Faults(stream, ownPorts ?? []))
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
    internal static IEnumerable<string> Faults(StreamOptions stream, IReadOnlyCollection<int> ownPorts) =>
        [.. NameFaults(stream), .. SourceFaults(stream, ownPorts), .. ValueFaults(stream)];

    private static IEnumerable<string> NameFaults(StreamOptions stream)
    {
        string name = stream.Name;
        if (name.Length is 0 or > NameCharsMax || name.AsSpan().ContainsAny(s_noName) || name.Any(char.IsControl)
            || Array.Exists(name.Split('/'), static part => part is "" or "." or ".."))
        {
            yield return $"The name \"{Shown(name)}\" can be no stream's: 1 to {NameCharsMax} characters without blanks and ? # % \\ \" < >, "
                + "and between slashes something that is neither empty nor . nor ..";
        }

        if (StreamPattern.CountStars(name) > 1)
        {
            yield return $"The name \"{name}\" has several stars; a wildcard stream has one.";
        }
    }

    private static IEnumerable<string> SourceFaults(StreamOptions stream, IReadOnlyCollection<int> ownPorts)
    {
        if (!RtspUrl.TryParse(stream.Url, out RtspUrl? url, out string? error))
        {
            yield return $"The URL of the stream \"{stream.Name}\" cannot be used: {error}.";
            yield break;
        }

        bool isPattern = StreamPattern.IsPattern(stream.Name);
        bool hasPlace = url.PathAndQuery.Contains(StreamPattern.Placeholder, StringComparison.Ordinal);
        if ((url.Host + '\n' + url.User + '\n' + url.Password).Contains(StreamPattern.Placeholder, StringComparison.Ordinal))
        {
            yield return $"The URL of the stream \"{stream.Name}\" has {StreamPattern.Placeholder} before its path: "
                + "viewers would choose the camera or its log-in. It may stand in the path or the query only.";
        }
        else if (isPattern != hasPlace)
        {
            yield return isPattern
                ? $"The URL of the wildcard stream \"{stream.Name}\" has no {StreamPattern.Placeholder}: every name would be the same camera. "
                    + "Put it where the name's part belongs."
                : $"The URL of the stream \"{stream.Name}\" has {StreamPattern.Placeholder}, and its name has no star that would fill it.";
        }

        if (ownPorts.Contains(url.Port) && IsOwn(url.Host))
        {
            yield return $"The URL of the stream \"{stream.Name}\" ({url.Redacted}) points at this proxy itself; name the camera.";
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

        if (settings.GopCacheBytes < 1 || settings.GopCacheDuration <= TimeSpan.Zero)
        {
            yield return $"The cache {whose} has no bytes or no time; it must have both.";
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

    private static bool IsOwn(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) && (IsAny(address) || OwnAddresses.Contains(address)));

    /// <summary>A connection to no address in particular is one to ourselves, in Linux.</summary>
    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
