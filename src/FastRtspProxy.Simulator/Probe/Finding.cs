namespace FastRtspProxy.Simulator.Probe;

/// <summary>What a check found. <paramref name="Holds"/> null: it could not be tried.</summary>
/// <param name="Rule">What the expectation is part of.</param>
/// <param name="What">The expectation.</param>
/// <param name="Holds">Met or not.</param>
/// <param name="Detail">What the server did.</param>
internal sealed record Finding(Rule Rule, string What, bool? Holds, string Detail);
