using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>What a box of a cluster says in front of each request, from whoever says so: without the key nothing is a proof, and a proof is one for its request alone.</summary>
internal sealed class HopTarget : FuzzTarget
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];
    private static readonly DateTimeOffset s_now = new(2026, 11, 25, 10, 15, 0, TimeSpan.Zero);

    public override string Name => "hop";

    public override int FixedBytes => 4096;

    public override int BytesPerInputByte => 16;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        if (HopHeader.TryParse(FuzzText.Of(input), out HopHeader hop))
        {
            _ = hop.IsProof(s_key, "b", "DESCRIBE", "cam");
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        if (!HopHeader.TryParse(FuzzText.Of(input), out HopHeader hop))
        {
            return;
        }

        Property.Holds(hop.Node.Length > 0 && hop.Epoch >= 0 && hop.UnixMilliseconds >= 0, "the numbers are in range");
        Property.Holds(!hop.IsProof(s_key, "b", "DESCRIBE", "cam"), "nobody guesses a proof");
        Property.Holds(HopHeader.TryParse($"{hop.Node};{hop.Epoch};{hop.UnixMilliseconds};{hop.Nonce};{hop.Hash}", out HopHeader again), "what was read is written");
        Property.Equal(hop, again);
        string made = HopHeader.Make(s_key, hop.Node, "b", hop.Epoch, s_now, "DESCRIBE", "cam");
        if (HopHeader.TryParse(made, out HopHeader ours) && !hop.Node.Contains('\n', StringComparison.Ordinal))
        {
            Property.Holds(ours.IsProof(s_key, "b", "DESCRIBE", "cam"), "who has the key proves it");
            Property.Holds(!ours.IsProof(s_key, "c", "DESCRIBE", "cam") && !ours.IsProof(s_key, "b", "PLAY", "cam"), "to that box, for that method alone");
            Property.Holds(!ours.IsProof(s_key, "b", "DESCRIBE", "other") && !(ours with { Node = "x" + ours.Node }).IsProof(s_key, "b", "DESCRIBE", "cam"), "for that stream alone, and it is that box");
        }
    }
}
