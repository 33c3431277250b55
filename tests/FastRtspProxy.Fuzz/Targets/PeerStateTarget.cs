using FastRtspProxy.Operations.Cluster;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>What another box of a cluster answers of itself: what was read is written and read back, and what is cut off is none.</summary>
internal sealed class PeerStateTarget : FuzzTarget
{
    public override string Name => "peer-state";

    /// <summary>An answer that is none costs an exception.</summary>
    public override int FixedBytes => 32 * 1024;

    /// <summary>A stream of six bytes is a name, and an entry of a table that doubles.</summary>
    public override int BytesPerInputByte => 64;

    public override void Parse(ReadOnlySpan<byte> input) => _ = PeerState.Read(input.ToArray());

    public override void Check(ReadOnlySpan<byte> input)
    {
        if (PeerState.Read(input.ToArray()) is not { } state)
        {
            return;
        }

        Property.Holds(PeerState.Read(state.Write()) is { } again && IsSame(state, again), "what was read is written");
        Property.Holds(PeerState.Read(input.TrimEnd(" \t\r\n"u8)[..^1].ToArray()) is null, "what is cut off is none");
    }

    private static bool IsSame(PeerState one, PeerState other) =>
        (one.IsLost, one.IsDraining, one.Written, one.Life, one.Owned.Count) == (other.IsLost, other.IsDraining, other.Written, other.Life, other.Owned.Count)
        && one.Owned.All(pair => other.Owned.TryGetValue(pair.Key, out long epoch) && epoch == pair.Value);
}
