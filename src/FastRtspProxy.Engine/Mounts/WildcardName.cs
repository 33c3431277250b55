using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The name of a wildcard stream: one <c>*</c>, which stands for what a client asks for. That is chosen by strangers and goes into the camera's URL,
/// so it is one segment's worth of letters that mean nothing anywhere: no slash, no percent, no dots alone. Pure.
/// </summary>
internal sealed class WildcardName
{
    /// <summary>Where the source of a wildcard stream takes what the client asked for.</summary>
    public const string Placeholder = "${1}";

    /// <summary>As long as the longest label that people give to a camera, and then some.</summary>
    public const int MatchCharsMax = 64;

    private const char Star = '*';

    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    private readonly string _before;
    private readonly string _behind;

    /// <param name="name">A name with exactly one star.</param>
    public WildcardName(string name)
    {
        int star = name.IndexOf(Star, StringComparison.Ordinal);
        _before = name[..star];
        _behind = name[(star + 1)..];
    }

    /// <summary>How much of a name it says itself: of two patterns that fit, the one that says more is meant.</summary>
    public int LiteralChars => _before.Length + _behind.Length;

    /// <summary>True for a name that stands for others.</summary>
    public static bool IsPattern(string name) => name.Contains(Star, StringComparison.Ordinal);

    /// <summary>How many stars a name has.</summary>
    public static int CountStars(string name) => name.AsSpan().Count(Star);

    /// <summary>Whether a path is one of its names, and what the star stands for in it.</summary>
    public bool TryMatch(string path, [NotNullWhen(true)] out string? match)
    {
        match = null;
        int chars = path.Length - LiteralChars;
        if (chars is <= 0 or > MatchCharsMax
            || !path.StartsWith(_before, StringComparison.Ordinal) || !path.EndsWith(_behind, StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> asked = path.AsSpan(_before.Length, chars);
        if (asked.ContainsAnyExcept(s_allowed) || asked is "." or "..")
        {
            return false;
        }

        match = asked.ToString();
        return true;
    }

    /// <summary>
    /// True where a stranger may not have that name: a URL of one of these streams would be read as one of its own, or the other way round
    /// (<see cref="MountNames.Collide"/>, for whatever the star stands for). A name that we give ourselves says nothing to viewers and is meant by no
    /// star that stands for anything: there only patterns that spell its beginning count.
    /// </summary>
    public bool Reserves(string name)
    {
        if (NumberedNames.IsOne(name) && !_before.StartsWith(NumberedNames.Beginning, StringComparison.Ordinal))
        {
            return false;
        }

        string before = Uri.UnescapeDataString(_before);
        int starPiece = before.AsSpan().Count('/');
        string[] pieces = (before + Star + Uri.UnescapeDataString(_behind)).Split('/');
        string[] names = MountNames.Plain(name).Split('/');
        for (int i = 0; i < Math.Min(pieces.Length, names.Length); i++)
        {
            if (i == starPiece ? !new WildcardName(pieces[i]).TryMatch(names[i], out _) : pieces[i] != names[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// What is wrong with a source and the place in it for what the star stands for, as the rest of a sentence; null: nothing. The source is a URL
    /// when that is filled in.
    /// </summary>
    public static string? FindSourceFault(string name, string source)
    {
        if (!source.Contains(Placeholder, StringComparison.Ordinal))
        {
            return IsPattern(name)
                ? "without ${1} all streams of this wildcard would show the same camera; put it where their part of the name belongs"
                : null;
        }

        return !IsPattern(name) ? "${1} is what the * in the name of a wildcard stands for, and this name has none"
            : IsBehindTheHost(source) ? null
            : "${1} stands in the path or the query only: which host is asked, and with which password, is not for viewers to say";
    }

    /// <summary>
    /// The source of one of its streams. What is put in needs no percent-encoding by <see cref="TryMatch"/>'s letters; it is encoded all the same, so
    /// that it never depends on them.
    /// </summary>
    public static string Fill(string source, string match) => source.Replace(Placeholder, Uri.EscapeDataString(match), StringComparison.Ordinal);

    /// <summary>Whatever is filled in, host, port and credentials are the same.</summary>
    private static bool IsBehindTheHost(string source) =>
        RtspUrl.TryParse(Fill(source, "1"), out RtspUrl? one, out _) && RtspUrl.TryParse(Fill(source, "22"), out RtspUrl? other, out _)
        && (one.Host, one.Port, one.User, one.Password) == (other.Host, other.Port, other.User, other.Password);
}
