namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Names that stand apart (<see cref="MountNames.Collide"/>), each with its holder: finds a collision by look-ups, not by comparing each with each.
/// </summary>
internal sealed class NameTable
{
    /// <summary>The holder of each name, in its plain spelling.</summary>
    private readonly Dictionary<string, string> _holders = new(StringComparer.Ordinal);

    /// <summary>For each beginning at a slash of a name that is there, a holder of such a name.</summary>
    private readonly Dictionary<string, string> _beginnings = new(StringComparer.Ordinal);

    /// <summary>False where the name is taken, or one name is the beginning of another; then by whom.</summary>
    public bool TryAdd(string name, string holder, out string? other)
    {
        string plain = MountNames.Plain(name);
        if (_holders.TryGetValue(plain, out other) || _beginnings.TryGetValue(plain, out other))
        {
            return false;
        }

        for (int slash = plain.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = plain.IndexOf('/', slash + 1))
        {
            if (_holders.TryGetValue(plain[..slash], out other))
            {
                return false;
            }
        }

        _holders.Add(plain, holder);
        for (int slash = plain.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = plain.IndexOf('/', slash + 1))
        {
            _beginnings.TryAdd(plain[..slash], holder);
        }

        other = null;
        return true;
    }
}
