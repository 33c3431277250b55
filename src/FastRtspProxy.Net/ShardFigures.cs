namespace FastRtspProxy.Net;

/// <summary>What is known of a shard where somebody is given one.</summary>
/// <param name="Weight">Of all that are served there, or on their way (<see cref="ShardPlacement.WeightOf"/>).</param>
/// <param name="BusyPercent">How much of the last second it worked.</param>
internal readonly record struct ShardFigures(long Weight, int BusyPercent);
