namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What viewers may take, all streams together.</summary>
internal sealed record LimitsConfig
{
    public int Viewers { get; init; } = 20_000;

    /// <summary>Viewers of one address (IPv6: of one /64); null: a quarter of <see cref="Viewers"/>.</summary>
    public int? ViewersPerAddress { get; init; }

    /// <summary>Of a stream that has no number of its own.</summary>
    public int ViewersPerStream { get; init; } = 20_000;

    /// <summary>Bytes for media in memory; null: a quarter of the machine's, 2 GiB at most.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>A viewer that takes nothing for so long is closed.</summary>
    public TimeSpan SlowTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
