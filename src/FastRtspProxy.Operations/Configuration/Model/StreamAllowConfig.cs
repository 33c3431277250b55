using System.Net;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Who may watch a stream, beside what his roles let him: both must agree. Empty: no further condition.</summary>
internal sealed record StreamAllowConfig
{
    public ValueList<string> Roles { get; init; } = [];

    public ValueList<IPNetwork> From { get; init; } = [];

    public bool SecureOnly { get; init; }

    /// <summary>Nobody comes from the address that means all machines of a link.</summary>
    private static readonly StreamAllowConfig s_nobody = new() { From = [new IPNetwork(IPAddress.Broadcast, 32)] };

    /// <summary>Whom both let.</summary>
    public StreamAllowConfig And(StreamAllowConfig other)
    {
        string[] roles = Roles.Count == 0 ? [.. other.Roles] : other.Roles.Count == 0 ? [.. Roles] : [.. Roles.Intersect(other.Roles)];
        IPNetwork[] from = From.Count == 0 ? [.. other.From] : other.From.Count == 0 ? [.. From] : [.. Common(From, other.From)];
        bool isNobody = (roles.Length == 0 && Roles.Count + other.Roles.Count > 0) || (from.Length == 0 && From.Count + other.From.Count > 0);
        return isNobody
            ? s_nobody
            : new StreamAllowConfig { Roles = [.. roles], From = [.. from], SecureOnly = SecureOnly || other.SecureOnly };
    }

    /// <summary>Of two networks that have an address in common one holds the other.</summary>
    private static IEnumerable<IPNetwork> Common(ValueList<IPNetwork> one, ValueList<IPNetwork> two) =>
        one.SelectMany(a => two.SelectMany(b => (IPNetwork[])(
            a.PrefixLength >= b.PrefixLength && b.Contains(a.BaseAddress) ? [a]
            : a.PrefixLength < b.PrefixLength && a.Contains(b.BaseAddress) ? [b]
            : []))).Distinct();
}
