namespace FastRtspProxy.Engine.Mounts;

/// <summary>Which sources of a stream were there before a change, and in which place. Pure.</summary>
internal static class SourceMatch
{
    /// <summary>For each of the new ones the place of the same one before, from 0; -1: it is new, or reached in another way.</summary>
    public static IReadOnlyList<int> Between(StreamOptions from, StreamOptions to)
    {
        SourceOptions[] before = [.. from.Sources.Select(Reached)];
        return [.. to.Sources.Select(source => Array.IndexOf(before, Reached(source)))];
    }

    /// <summary>What says whether the session with it can go on: not whether it may have another one beside it.</summary>
    private static SourceOptions Reached(SourceOptions source) => source with { MayBeProbed = true };
}
