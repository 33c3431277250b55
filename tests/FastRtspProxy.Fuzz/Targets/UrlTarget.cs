using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// URLs that users, cameras (Location) and registrants write. What goes on the wire has no credentials and names the same server; what people see does not depend on the
/// password at all.
/// </summary>
internal sealed class UrlTarget : FuzzTarget
{
    private readonly FakeMountDirectory _mounts = new();

    public override string Name => "url";

    public override int FixedBytes => 4096;

    public override int BytesPerInputByte => 64;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        string text = FuzzText.Of(input);
        if (RtspUrl.TryParse(text, out RtspUrl? url, out _))
        {
            _ = url.Redacted;
        }

        RequestTarget.Resolve(text, _mounts);
        _ = QueryToken.Of(text, isOfTrack: true);
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        string text = FuzzText.Of(input);
        Property.Holds(QueryToken.Of(text, isOfTrack: false) is null or { Length: > 0 and <= QueryToken.MaxChars }, "a token has a length");
        bool isValid = RtspUrl.TryParse(text, out RtspUrl? url, out string? error);
        Property.Equal(isValid, error is null);
        if (!isValid)
        {
            return;
        }

        Property.Holds(url!.Host.Length > 0 && url.Port is >= 1 and <= ushort.MaxValue && url.PathAndQuery[0] is '/' or '?', "the parts are in range");
        Property.Holds(RtspUrl.TryParse(url.Text, out RtspUrl? again, out _), "what goes on the wire is a URL");
        Property.Equal((url.Tls, url.Host, url.Port, url.PathAndQuery), (again!.Tls, again.Host, again.Port, again.PathAndQuery));
        Property.Equal((null, null), (again.User, again.Password));
        if (url.Password is { Length: > 0 } && text.LastIndexOf("://", StringComparison.Ordinal) == url.Text.IndexOf("://", StringComparison.Ordinal))
        {
            int length = text.Length - url.Text.Length;
            int start = url.Text.IndexOf("://", StringComparison.Ordinal) + 3;
            string credentials = text.Substring(start, length);
            int colon = credentials.IndexOf(':', StringComparison.Ordinal);
            string other = string.Concat(text.AsSpan(0, start + colon + 1), "another@", text.AsSpan(start + length));
            Property.Holds(RtspUrl.TryParse(other, out RtspUrl? changed, out _), "with another password it is a URL too");
            Property.Equal(changed!.Redacted, url.Redacted);
        }
    }
}
