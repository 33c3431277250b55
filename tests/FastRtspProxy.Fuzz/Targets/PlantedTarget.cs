namespace FastRtspProxy.Fuzz.Targets;

/// <summary>The parser with planted faults, which proves that the rig finds a throw, an allocation over the bound and a slow input; the other one never ends.</summary>
internal sealed class PlantedTarget(bool isEndless) : FuzzTarget
{
    public override string Name => isEndless ? "planted-endless" : "planted";

    public override int FixedBytes => 4096;

    public override int BytesPerInputByte => 4;

    public override void Parse(ReadOnlySpan<byte> input) => _ = isEndless ? PlantedParser.ReadWithoutEnd(input) : PlantedParser.Read(input);

    public override void Check(ReadOnlySpan<byte> input)
    {
    }
}
