using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Comparison;

/// <summary>A stream as it was and as it is now.</summary>
internal sealed record StreamChange(StreamConfig Old, StreamConfig New);
