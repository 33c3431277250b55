namespace FastRtspProxy.Simulator.Probe;

/// <summary>What the probe tries, as docs/conformance.md has it.</summary>
/// <param name="Key">S24: the row of that page.</param>
/// <param name="Source">The RFC or specification and its sections.</param>
internal sealed record Rule(string Key, string Source);
