namespace FastRtspProxy.Engine.Counters;

/// <summary>The words for <see cref="SourceCause"/>.</summary>
internal static class SourceCauses
{
    public const int Count = (int)SourceCause.Changed + 1;

    /// <summary>In metrics and the API.</summary>
    public static string NameOf(SourceCause cause) => cause switch
    {
        SourceCause.First => "first",
        SourceCause.Lost => "lost",
        SourceCause.Better => "better",
        _ => "changed",
    };
}
