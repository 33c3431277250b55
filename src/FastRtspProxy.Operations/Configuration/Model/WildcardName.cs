using System.Buffers;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>
/// A wildcard is a stream whose name has a <c>*</c>: it makes a stream for what a viewer asked for. What the <c>*</c> stands for is chosen by
/// strangers, so it is one segment of few characters, none of which means anything in a URL, and it goes into the path or the query of the source:
/// which host is asked is the user's to say.
/// </summary>
internal static class WildcardName
{
    /// <summary>What stands for the part in a source.</summary>
    public const string Placeholder = "${1}";

    private const int PartCharsMax = 64;

    /// <summary>Unreserved in URLs (RFC 3986 section 2.3): encoded they are what they are.</summary>
    private static readonly SearchValues<char> s_part = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>True when the wildcard of that name makes the stream of that path.</summary>
    /// <param name="wildcard">With one <c>*</c>.</param>
    /// <param name="path">What was asked for.</param>
    /// <param name="part">What the <c>*</c> stands for.</param>
    public static bool Matches(string wildcard, string path, out string part)
    {
        int star = wildcard.IndexOf('*', StringComparison.Ordinal);
        part = "";
        if (
            star < 0 || path.Length < wildcard.Length || !path.StartsWith(wildcard[..star], StringComparison.Ordinal)
                || !path.EndsWith(wildcard[(star + 1)..], StringComparison.Ordinal))
        {
            return false;
        }

        part = path.Substring(star, path.Length - wildcard.Length + 1);

        // Dots alone would climb in the camera's paths.
        return part.Length <= PartCharsMax && !part.AsSpan().ContainsAnyExcept(s_part) && part is not ("." or "..");
    }

    /// <summary>The stream that the wildcard makes.</summary>
    public static StreamConfig Make(StreamConfig wildcard, string path, string part) =>
        wildcard with { Name = path, Sources = [.. wildcard.Sources.Select(source => source.Replace(Placeholder, part, StringComparison.Ordinal))] };
}
