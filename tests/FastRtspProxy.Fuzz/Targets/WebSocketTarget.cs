using System.Text;
using FastRtspProxy.Protocol.WebSocket;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>Frames of a player's WebSocket: the same however they are cut, what cannot be read stays so, and nothing is consumed for nothing.</summary>
internal sealed class WebSocketTarget : FuzzTarget
{
    private const int MessageBytesMax = 1000;

    public override string Name => "websocket";

    public override int FixedBytes => 1024;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        WebSocketDecoder decoder = new(MessageBytesMax);
        Span<byte> payload = stackalloc byte[WebSocketFrameHeader.ControlPayloadBytesMax];
        int start = 0;
        while (decoder.Next(input[start..], payload, out int consumed, out _) is not (WebSocketStep.NeedMore or WebSocketStep.Malformed))
        {
            start += consumed;
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        string whole = Read(input, input.Length);
        foreach (int cut in Cuts.Of(input))
        {
            Property.Equal(whole, Read(input, cut));
        }
    }

    /// <summary>What the frames say, when the bytes come in two parts.</summary>
    private static string Read(ReadOnlySpan<byte> input, int cut)
    {
        WebSocketDecoder decoder = new(MessageBytesMax);
        Span<byte> payload = stackalloc byte[WebSocketFrameHeader.ControlPayloadBytesMax];
        StringBuilder said = new();
        int start = 0;
        foreach (int end in (ReadOnlySpan<int>)[cut, input.Length])
        {
            while (true)
            {
                WebSocketStep step = decoder.Next(input[start..end], payload, out int consumed, out int bytes);
                Property.Holds((step == WebSocketStep.Malformed) == (decoder.Fault != WebSocketCloseCode.None), "what cannot be read has a reason, and nothing else");
                if (step is WebSocketStep.NeedMore or WebSocketStep.Malformed)
                {
                    Property.Equal((0, 0), (consumed, bytes));
                    break;
                }

                Property.Holds(consumed > 0 && bytes <= consumed, "every step takes something");
                start += consumed;
                _ = step == WebSocketStep.Data ? said : said.Append('\n').Append(step).Append(' ');
                said.Append(Convert.ToHexString(payload[..bytes]));
            }
        }

        return said.Append(decoder.Fault).ToString();
    }
}
