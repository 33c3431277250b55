using System.Text;
using FastRtspProxy.Captures.Privacy;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>Any bytes as a message on its way into a capture: as many lines as before, and no address that stood there.</summary>
internal sealed class CaptureMessageTarget : FuzzTarget
{
    public override string Name => "capture-message";

    public override int FixedBytes => 256 << 10;

    /// <summary>Texts of two bytes a sign, several times over, and the fakes that are remembered.</summary>
    public override int BytesPerInputByte => 1 << 10;

    public override void Parse(ReadOnlySpan<byte> input) => _ = Fake(input);

    public override void Check(ReadOnlySpan<byte> input)
    {
        byte[] fake = Fake(input);
        Property.Equal(input.Count((byte)'\n'), fake.AsSpan().Count((byte)'\n'));

        byte[] planted = [.. "DESCRIBE rtsp://10.98.76.54/ RTSP/1.0\r\nX: "u8, .. input, .. " 10.98.76.54\r\n\r\n"u8];
        Property.Holds(!Encoding.Latin1.GetString(Fake(planted)).Contains("10.98.76.54", StringComparison.Ordinal), "no address stays");
    }

    private static byte[] Fake(ReadOnlySpan<byte> message)
    {
        int head = message.IndexOf("\r\n\r\n"u8);
        return new MessageFakes(new Fakes()).Of(message, head < 0 ? 0 : message.Length - head - 4);
    }
}
