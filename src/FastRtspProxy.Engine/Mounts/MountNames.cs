namespace FastRtspProxy.Engine.Mounts;

/// <summary>When two mounts cannot stand side by side.</summary>
internal static class MountNames
{
    /// <summary>
    /// True when a URL of one would be read as a URL of the other: they are the same, or one is the beginning of the other at a slash.
    /// Percent-encoded or not, as requests may spell them.
    /// </summary>
    public static bool Collide(string one, string other)
    {
        one = Plain(one);
        other = Plain(other);
        return one == other || one.StartsWith(other + '/', StringComparison.Ordinal) || other.StartsWith(one + '/', StringComparison.Ordinal);
    }

    /// <summary>A name as it is compared: percent-decoded, without slashes around it.</summary>
    public static string Plain(string name) => (name.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(name) : name).Trim('/');
}
