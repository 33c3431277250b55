using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>URLs, which are shown without their passwords only.</summary>
internal static class UrlTypes
{
    public static TypeOf<string> Camera { get; } = new("URL", "rtsp:// or rtsps://", TryCamera, static url => BackendUrl.Redact(url))
    {
        Mask = Mask,
        WithoutSecrets = SourceUrl.Shown,
    };

    public static TypeOf<string> Web { get; } = new(
        "URL", "http:// or https://", TryWeb, static url => url.Length == 0 ? null : BackendUrl.Redact(url))
    {
        Mask = Mask,
        WithoutSecrets = SourceUrl.Shown,
    };

    /// <summary>
    /// What is no URL at all may be a piece of one that a comma within brackets has cut, and then of its password; what stands for another text is
    /// shown as it is written.
    /// </summary>
    public static string Mask(string text) => BackendUrl.IndexOfScheme(text) >= 0 ? BackendUrl.Redact(text)
        : text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1 ? text
        : UrlSecrets.Masked;

    private static bool TryCamera(string text, out string value, out string error)
    {
        value = text;
        error = BackendUrl.FindFault(WildcardName.Fill(text, "1")) is { } fault ? "it " + fault : "";
        return error.Length == 0;
    }

    private static bool TryWeb(string text, out string value, out string error)
    {
        value = text;
        error = "a URL is written http://host/path or https://host/path, without user and password";
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
            && url.Host.Length > 0 && !text.Any(char.IsWhiteSpace);
    }
}
