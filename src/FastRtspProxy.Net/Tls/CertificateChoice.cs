using System.Net;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// Which of several certificates a viewer is shown, by the name in its hello (SNI, RFC 6066, 3): the one that has this name, else the one with a
/// wildcard for it (RFC 9525, 6.3: the whole leftmost label, and no more than one), else the first. Of two that would do, the one that was named
/// first. Pure.
/// </summary>
internal sealed class CertificateChoice
{
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);

    /// <summary>By what stands behind <c>*.</c>.</summary>
    private readonly Dictionary<string, int> _wildcards = new(StringComparer.Ordinal);

    /// <param name="names">Of each certificate, in their order, normalised by <see cref="HostNames"/>.</param>
    public CertificateChoice(IReadOnlyList<IReadOnlyList<string>> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            foreach (string name in names[i])
            {
                if (name.StartsWith("*.", StringComparison.Ordinal))
                {
                    _wildcards.TryAdd(name[2..], i);
                }
                else if (!IPAddress.TryParse(name, out _))
                {
                    _exact.TryAdd(name, i); // an address is no name of a hello, also where a player sends it
                }
            }
        }
    }

    /// <summary>Its index. Any thread.</summary>
    /// <param name="serverName">Of the hello; null or empty: it had none.</param>
    public int Find(string? serverName)
    {
        string name = HostNames.Normalised(serverName);
        if (_exact.TryGetValue(name, out int exact))
        {
            return exact;
        }

        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && !IPAddress.TryParse(name, out _) && _wildcards.TryGetValue(name[(dot + 1)..], out int wildcard) ? wildcard : 0;
    }
}
