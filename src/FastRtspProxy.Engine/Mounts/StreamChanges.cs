namespace FastRtspProxy.Engine.Mounts;

/// <summary>Decides what a change of a stream's options takes. Pure.</summary>
internal static class StreamChanges
{
    /// <summary>From one to the other, of the same name.</summary>
    public static StreamChange Between(StreamOptions old, StreamOptions next)
    {
        StreamOptions known = old.Alternatives.SequenceEqual(next.Alternatives) ? old with { Alternatives = next.Alternatives } : old;
        if (known == next)
        {
            return StreamChange.None;
        }

        if (old.IsReplay != next.IsReplay)
        {
            return StreamChange.Stream;
        }

        IReadOnlyList<int> before = SourceMatch.Between(old, next);
        return before.All(static place => place < 0) ? StreamChange.Camera
            : before.Count != old.Sources.Count || before.Where(static (place, i) => place != i).Any() ? StreamChange.Sources
            : StreamChange.Settings;
    }
}
