namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What is kept of a stream.</summary>
internal sealed record KeepConfig
{
    /// <summary>What anybody who joins may need of a group of pictures.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(12);

    public long Bytes { get; init; } = 16 << 20;

    /// <summary>Kept whether anybody needs it or not; null: as long as somebody does, and <see cref="Longest"/> at the most.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>So much is for those who begin in the past only.</summary>
    public bool IsPreRoll => Time > Longest;
}
