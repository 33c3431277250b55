namespace FastRtspProxy.Net.Tls;

/// <summary>A certificate that viewers are shown, as metrics and log lines tell it.</summary>
/// <param name="Names">The DNS names that it is for, wildcards as they are written; that of its subject where it has none.</param>
/// <param name="File">The file that it came from.</param>
/// <param name="NotAfter">The last moment at which it is valid.</param>
internal sealed record CertificateState(IReadOnlyList<string> Names, string File, DateTimeOffset NotAfter)
{
    private const int TitleNames = 3;

    /// <summary>The names for a line: the first three, and how many more there are.</summary>
    public string Title { get; } = Names.Count switch
    {
        0 => "no name",
        <= TitleNames => string.Join(", ", Names),
        _ => $"{Names[0]}, {Names[1]}, {Names[2]} and {Names.Count - TitleNames} more",
    };

    /// <summary>Whole days that are left, rounded down: 0 on the last one, negative when it has ended.</summary>
    public int DaysLeft(DateTimeOffset now) => (int)Math.Floor((NotAfter - now).TotalDays);
}
