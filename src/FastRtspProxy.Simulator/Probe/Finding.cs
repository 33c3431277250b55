namespace FastRtspProxy.Simulator.Probe;

/// <summary>What a check found. <paramref name="Holds"/> null: it could not be tried.</summary>
/// <param name="Id">Of the list of what clients may expect of a server (S1 …).</param>
/// <param name="What">The expectation.</param>
/// <param name="Holds">Met or not.</param>
/// <param name="Detail">What the server did.</param>
internal sealed record Finding(string Id, string What, bool? Holds, string Detail);
