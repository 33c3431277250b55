namespace FastRtspProxy.CommandLine;

/// <summary>The bounds of a mount's cached group of pictures: <c>8M</c> or <c>8M,12s</c>.</summary>
internal readonly record struct GopCache(int Bytes, TimeSpan Duration)
{
    /// <summary>Ring sequences are 64-bit, but a cached group must fit one budget of a process; beyond this it is a recording.</summary>
    private const int MostBytes = 1 << 30;

    public static bool TryParse(string text, GopCache defaults, out GopCache cache, out string error)
    {
        int comma = text.IndexOf(',', StringComparison.Ordinal);
        string size = comma < 0 ? text : text[..comma];
        TimeSpan duration = defaults.Duration;
        cache = default;
        if (!Quantity.TrySize(size, 0, MostBytes, out long bytes, out error))
        {
            return false;
        }

        if (comma >= 0 && !Quantity.TryDuration(text[(comma + 1)..], out duration, out error))
        {
            return false;
        }

        cache = new GopCache((int)bytes, duration);
        return true;
    }

    public override string ToString() => $"{Quantity.FormatSize(Bytes)},{Quantity.FormatDuration(Duration)}";
}
