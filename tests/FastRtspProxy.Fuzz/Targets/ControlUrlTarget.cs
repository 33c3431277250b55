using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// The URLs of a description, a line each: the request's, Content-Base, Content-Location, a=control. Whatever a camera writes, we go on talking to the server that the
/// request went to.
/// </summary>
internal sealed class ControlUrlTarget : FuzzTarget
{
    public override string Name => "control-url";

    public override int FixedBytes => 1024;

    public override int BytesPerInputByte => 24;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        string[] lines = FuzzText.Lines(input, 4);
        string request = Request(lines);
        ControlUrl.Resolve(ControlUrl.Base(request, At(lines, 1), At(lines, 2)), At(lines, 3));
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        string[] lines = FuzzText.Lines(input, 4);
        string request = Request(lines);
        string baseUrl = ControlUrl.Base(request, At(lines, 1), At(lines, 2));
        string control = ControlUrl.Resolve(baseUrl, At(lines, 3));
        Property.Equal(AuthorityOf(request), AuthorityOf(baseUrl));
        Property.Equal(AuthorityOf(request), AuthorityOf(control));
    }

    /// <summary>Our own request always has a scheme and a host: what is fuzzed is its path.</summary>
    private static string Request(string[] lines) => "rtsp://camera:8554" + (lines[0].StartsWith('/') || lines[0].StartsWith('?') ? lines[0] : "/" + lines[0]);

    private static string? At(string[] lines, int index) => index < lines.Length ? lines[index] : null;

    private static string AuthorityOf(string url)
    {
        int end = url.AsSpan(7).IndexOfAny('/', '?');
        return end < 0 ? url : url[..(7 + end)];
    }
}
