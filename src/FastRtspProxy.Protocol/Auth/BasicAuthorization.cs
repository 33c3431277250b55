using System.Diagnostics.CodeAnalysis;
using System.Text;

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

        byte[] bytes = new byte[basic.Token.Length];
        if (!Convert.TryFromBase64String(basic.Token, bytes, out int count))
        {
            return false;
        }

        string pair = Encoding.UTF8.GetString(bytes, 0, count);
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
