using System.Text;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The types of values that only the HTTP server has.</summary>
internal static class HttpTypes
{
    /// <summary>Fewer could be guessed; nobody types a token.</summary>
    private const int TokenCharsMin = 16;

    public static TypeOf<ListenPoint?> ListenPointOrNull { get; } = new(
        "[ADDRESS]:PORT", "\"127.0.0.1:9555\"", TryListenPoint, static point => point is { } some ? $"\"{some}\"" : null)
    { TakesNull = true };

    public static TypeOf<Secret?> TokenOrNull { get; } = new("TEXT", "", TryToken, static _ => null) { IsSecret = true, TakesNull = true };

    public static TypeOf<string> HostName { get; } = new("NAME", "cameras.example", TryHostName, static name => name);

    public static TypeOf<string> Origin { get; } = new("ORIGIN", "https://dashboard.example", TryOrigin, static origin => origin);

    private static bool TryListenPoint(string text, out ListenPoint? point, out string error)
    {
        bool isPoint = ConfigTypes.TryListenPoint(text, out ListenPoint value, out error);
        point = value;
        return isPoint;
    }

    private static bool TryToken(string text, out Secret? token, out string error)
    {
        token = new Secret(text);
        error = $"a token has {TokenCharsMin} characters or more, letters, digits and -._~+/= only: openssl rand -hex 32 makes one";
        return text.Length >= TokenCharsMin && text.All(static c => char.IsAsciiLetterOrDigit(c) || "-._~+/=".Contains(c, StringComparison.Ordinal));
    }

    private static bool TryHostName(string text, out string name, out string error)
    {
        name = HostNames.Normalised(text); // as browsers send it
        error = "this is a host name without a port: cameras.example";
        return Uri.CheckHostName(text) == UriHostNameType.Dns && name.Length > 0;
    }

    private static bool TryOrigin(string text, out string origin, out string error)
    {
        origin = text;
        error = "an origin is a scheme and a host, and a port where it is not the usual one, with nothing behind it: https://dashboard.example";
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")
            || !string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase) || uri.UserInfo.Length > 0)
        {
            return false;
        }

        string host = HostNames.Normalised(uri.Host);
        origin = Ascii.IsValid(text) ? text.ToLowerInvariant() : $"{uri.Scheme}://{host}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}";
        return host.Length > 0;
    }
}
