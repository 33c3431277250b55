namespace FastRtspProxy.TestPeers;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RtspTestResponse(string StatusLine, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public int Status => int.Parse(StatusLine.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    public string Reason => StatusLine.Split(' ', 3)[2];

    public string BodyText => System.Text.Encoding.UTF8.GetString(Body);

    public string? CSeq => Header("CSeq");

    /// <summary>The id alone.</summary>
    public string? Session => Header("Session")?.Split(';')[0];

    public string? Header(string name) => Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).FirstOrDefault();
}
