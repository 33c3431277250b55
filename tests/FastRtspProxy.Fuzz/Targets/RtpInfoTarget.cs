using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>The RTP-Info header: entries that can be written read back the same.</summary>
internal sealed class RtpInfoTarget : FuzzTarget
{
    public override string Name => "rtp-info";

    public override int FixedBytes => 4096;

    public override int BytesPerInputByte => 16;

    public override void Parse(ReadOnlySpan<byte> input) => RtpInfoHeader.Parse(FuzzText.Of(input));

    public override void Check(ReadOnlySpan<byte> input)
    {
        List<RtpInfoEntry> entries = RtpInfoHeader.Parse(FuzzText.Of(input));
        Property.Holds(entries.Count <= 64, "entries are bounded");
        foreach (RtpInfoEntry entry in entries)
        {
            if (entry.Url.Length > 0 && !FuzzText.IsPlain(entry.Url))
            {
                return;
            }
        }

        Property.Equal(string.Join('\n', entries), string.Join('\n', RtpInfoHeader.Parse(RtpInfoHeader.Format(entries))));
    }
}
