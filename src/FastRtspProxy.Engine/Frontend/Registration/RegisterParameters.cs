using System.Buffers;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The Transport header of REGISTER and DEREGISTER: `reuse_connection; preferred_delivery_protocol=udp|interleaved; proxy_url_suffix=name`, in any
/// order and case.
/// </summary>
internal readonly record struct RegisterParameters(bool ReusesConnection, bool OverTcp, string? Suffix)
{
    private const int SuffixCharsMax = 200;

    private static readonly SearchValues<char> s_noName = SearchValues.Create("?#%\\\"<> *");

    public static RegisterParameters Parse(string? header)
    {
        RegisterParameters result = default;
        foreach (string part in (header ?? string.Empty).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? part : part[..equals].TrimEnd();
            string value = equals < 0 ? string.Empty : part[(equals + 1)..].TrimStart();
            if (name.Equals("reuse_connection", StringComparison.OrdinalIgnoreCase))
            {
                result = result with { ReusesConnection = true };
            }
            else if (name.Equals("preferred_delivery_protocol", StringComparison.OrdinalIgnoreCase))
            {
                result = result with { OverTcp = value.Equals("interleaved", StringComparison.OrdinalIgnoreCase) };
            }
            else if (name.Equals("proxy_url_suffix", StringComparison.OrdinalIgnoreCase) && value.Length > 0)
            {
                result = result with { Suffix = value };
            }
        }

        return result;
    }

    /// <summary>False for a suffix that no URL could name.</summary>
    public bool HasUsableSuffix =>
        Suffix is null || (Suffix.Length <= SuffixCharsMax && !Suffix.StartsWith('/') && !Suffix.EndsWith('/')
            && Suffix.AsSpan().IndexOfAny(s_noName) < 0
            && !Suffix.Any(char.IsControl) && !Array.Exists(Suffix.Split('/'), static part => part is "" or "." or ".."));
}
