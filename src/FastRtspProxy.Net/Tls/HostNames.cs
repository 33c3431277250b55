using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// The names of hosts as TLS compares them (RFC 9525): in ASCII, in small letters, without the dot of the root. The framework tells a hello's name in
/// Unicode where it was an A-label, and certificates have A-labels (RFC 5280, 7.2).
/// </summary>
internal static class HostNames
{
    private static readonly IdnMapping s_idn = new();

    /// <summary>Empty: none, or one that no certificate can have.</summary>
    public static string Normalised(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "";
        }

        string small = (name[^1] == '.' ? name[..^1] : name).ToLowerInvariant();
        if (Ascii.IsValid(small))
        {
            return small;
        }

        try
        {
            return s_idn.GetAscii(small);
        }
        catch (ArgumentException)
        {
            return "";
        }
    }

    /// <summary>
    /// Its alternative names, each normalised; where it has none the name of its subject, which players do not take any more, but which still tells
    /// certificates apart.
    /// </summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">They cannot be read.</exception>
    public static string[] Of(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (X509Extension extension in certificate.Extensions)
        {
            if (extension is not X509SubjectAlternativeNameExtension alternatives)
            {
                continue;
            }

            foreach (string name in alternatives.EnumerateDnsNames())
            {
                Add(names, name);
            }

            foreach (IPAddress address in alternatives.EnumerateIPAddresses())
            {
                names.Add(address.ToString());
            }
        }

        if (names.Count == 0)
        {
            Add(names, certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        }

        return [.. names];
    }

    private static void Add(List<string> names, string name)
    {
        if (Normalised(name) is { Length: > 0 } normalised && !names.Contains(normalised))
        {
            names.Add(normalised);
        }
    }
}
