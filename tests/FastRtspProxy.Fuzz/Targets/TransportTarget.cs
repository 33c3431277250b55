using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>The Transport header: an alternative that can be written reads back the same.</summary>
internal sealed class TransportTarget : FuzzTarget
{
    public override string Name => "transport";

    public override int FixedBytes => 4096;

    /// <summary>Each field, `ttl=;` at the least, makes a copy of the alternative, some 150 bytes.</summary>
    public override int BytesPerInputByte => 64;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        string text = FuzzText.Of(input);
        _ = TransportHeader.Parse(text);
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        foreach (TransportSpec spec in TransportHeader.Parse(FuzzText.Of(input)))
        {
            CheckRange(spec.ClientPort);
            CheckRange(spec.ServerPort);
            CheckRange(spec.Port);
            if (!FuzzText.IsPlain(spec.Profile) || !FuzzText.IsPlain(spec.Source) || !FuzzText.IsPlain(spec.Destination) || !FuzzText.IsPlain(spec.Mode))
            {
                continue;
            }

            string text = TransportHeader.Format(spec);
            IReadOnlyList<TransportSpec> again = TransportHeader.Parse(text);
            Property.Equal(1, again.Count);
            Property.Equal(spec, again[0]);
            Property.Equal(text, TransportHeader.Format(again[0]));
        }
    }

    private static void CheckRange(PortPair? ports) =>
        Property.Holds(ports is null or { Rtp: >= 0 and <= ushort.MaxValue, Rtcp: >= 0 and <= ushort.MaxValue }, "ports are in range");
}
