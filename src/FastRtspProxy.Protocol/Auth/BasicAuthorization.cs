using System.Diagnostics.CodeAnalysis;
using System.Text;
using CommunityToolkit.HighPerformance.Buffers;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>The server side of Basic (RFC 7617): it shows the password, so it is for connections that nobody listens to.</summary>
public static class BasicAuthorization
{
    /// <summary>The value of WWW-Authenticate.</summary>
    public static string Challenge(string realm) =>
        $"Basic realm=\"{realm.Replace("\"", string.Empty, StringComparison.Ordinal)}\", charset=\"UTF-8\"";

    /// <summary>Reads an Authorization value; false: it is not Basic, or names nobody.</summary>
    public static bool TryRead(string? authorization, [NotNullWhen(true)] out string? user, [NotNullWhen(true)] out string? password)
    {
        user = null;
        password = null;
        if (string.IsNullOrWhiteSpace(authorization) || AuthParameters.Parse(authorization) is not [{ IsBasic: true } basic, ..])
        {
            return false;
        }

        using SpanOwner<byte> bytes = SpanOwner<byte>.Allocate(basic.Token.Length);
        if (!Convert.TryFromBase64String(basic.Token, bytes.Span, out int count))
        {
            bytes.Span.Clear();
            return false;
        }

        string pair = Encoding.UTF8.GetString(bytes.Span[..count]);
        bytes.Span.Clear(); // the password, which the pool would give to anybody
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return false;
        }

        user = pair[..colon];
        password = pair[(colon + 1)..];
        return true;
    }
}
