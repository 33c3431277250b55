namespace FastRtspProxy.TestPeers;

/// <summary>A request that a <see cref="ScriptedCamera"/> received.</summary>
public sealed record ScriptedRequest(int Connection, string Method, string Uri, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    /// <summary>The first header with that name, or null.</summary>
    public string? Header(string name)
    {
        foreach ((string key, string value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The CSeq.</summary>
    public int CSeq => int.Parse(Header("CSeq") ?? "-1", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>For failure messages.</summary>
    public override string ToString() => $"{Method} {Uri}";
}
