using System.Buffers;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The types of values that only clusters have.</summary>
internal static class ClusterTypes
{
    private const int NameCharsMax = 63;

    /// <summary>Of hexadecimal digits some hundred bits, which nobody tries.</summary>
    private const int SecretCharsMin = 24;

    private static readonly SearchValues<char> s_name = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>It stands in keys of etcd and in a header.</summary>
    public static TypeOf<string> Name { get; } = new("NAME", "letters, digits, and . _ -", TryName, static name => name.Length == 0 ? null : name);

    /// <summary>The address of a box.</summary>
    public static TypeOf<string> Box { get; } = new("URL", "rtsp:// or rtsps://", TryBox, static url => url.Length == 0 ? null : url)
    {
        Mask = UrlTypes.Mask,
    };

    /// <summary>The address of an etcd.</summary>
    public static TypeOf<string> Endpoint { get; } = new("URL", "http:// or https://", TryEndpoint, static url => url) { Mask = UrlTypes.Mask };

    public static TypeOf<Secret?> Secret { get; } = new("TEXT", "", TrySecret, static _ => null) { IsSecret = true };

    public static TypeOf<WhenAlone?> WhenAloneOrNull { get; } = new("WORD", "stop or keep", TryWhenAlone, static value => value switch
    {
        WhenAlone.Stop => "stop",
        WhenAlone.Keep => "keep",
        _ => null,
    })
    {
        TakesNull = true,
    };

    public static string? FindNameFault(string name) =>
        name.Length is 0 or > NameCharsMax || name.AsSpan().ContainsAnyExcept(s_name)
            ? $"a name of a cluster or of its boxes has 1 to {NameCharsMax} letters, digits, and . _ -"
            : null;

    private static bool TryName(string text, out string value, out string error)
    {
        value = text;
        error = FindNameFault(text) ?? "";
        return error.Length == 0;
    }

    private static bool TryBox(string text, out string value, out string error)
    {
        value = text.TrimEnd('/');
        error = "the address of a box is written rtsp://HOST:PORT or rtsps://HOST:PORT, without user, password and path";
        return RtspUrl.TryParse(text, out RtspUrl? url, out _) && url.User is null && url.PathAndQuery.Trim('/').Length == 0;
    }

    private static bool TryEndpoint(string text, out string value, out string error)
    {
        value = text.TrimEnd('/');
        error = "a member of etcd is written http://HOST:2379 or https://HOST:2379, without user, password and path";
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
            && url.Host.Length > 0 && url.PathAndQuery == "/" && !text.Any(char.IsWhiteSpace);
    }

    private static bool TrySecret(string text, out Secret? value, out string error)
    {
        value = new Secret(text);
        error = $"the secret of a cluster has {SecretCharsMin} characters or more: openssl rand -hex 32 makes one";
        return text.Length >= SecretCharsMin && !text.Any(char.IsControl);
    }

    private static bool TryWhenAlone(string text, out WhenAlone? value, out string error)
    {
        value = text == "stop" ? WhenAlone.Stop : WhenAlone.Keep;
        error = "the choices are stop and keep";
        return text is "stop" or "keep";
    }
}
