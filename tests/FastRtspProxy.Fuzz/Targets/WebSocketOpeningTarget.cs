using System.Net;
using FastRtspProxy.Protocol.Http;
using FastRtspProxy.Protocol.WebSocket;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// Who opens a WebSocket, as three lines: Origin, Host and the key. A page is let in only where it is of this machine, called by an address or a name of ours, and a key is 16 bytes.
/// </summary>
internal sealed class WebSocketOpeningTarget : FuzzTarget
{
    private static readonly string[] s_names = ["cams.lan"];

    public override string Name => "websocket-opening";

    public override int FixedBytes => 4096;

    public override int BytesPerInputByte => 32;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        string[] lines = FuzzText.Lines(input, 3);
        if (lines.Length == 3)
        {
            _ = HttpOrigin.IsOfThisHost(lines[0], lines[1], s_names);
            _ = HttpOrigin.IsFriendly(lines[0], lines[2], lines[1], s_names);
            _ = HttpOrigin.IsLoopback(lines[1]);
            _ = WebSocketKey.IsKey(lines[2]) ? WebSocketKey.AcceptOf(lines[2]) : null;
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        string[] lines = FuzzText.Lines(input, 3);
        if (lines.Length < 3)
        {
            return;
        }

        if (HttpOrigin.IsOfThisHost(lines[0], lines[1], s_names))
        {
            Property.Holds(HttpOrigin.IsOurHost(lines[1], s_names), "the browser calls us by a name of ours");
            string authority = lines[0][(lines[0].IndexOf("://", StringComparison.Ordinal) + 3)..];
            int colon = authority.LastIndexOf(':');
            string host = (colon > authority.LastIndexOf(']') ? authority[..colon] : authority).Trim('[', ']');
            bool isOurs = IPAddress.TryParse(host, out _) || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || host.Equals(s_names[0], StringComparison.OrdinalIgnoreCase);
            Property.Holds(isOurs, "the page is of an address or a name of ours");
        }

        if (WebSocketKey.IsKey(lines[2]))
        {
            Property.Equal(16, Convert.FromBase64String(lines[2]).Length);
            Property.Equal(20, Convert.FromBase64String(WebSocketKey.AcceptOf(lines[2])).Length);
        }
    }
}
