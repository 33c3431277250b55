namespace FastRtspProxy.Operations.Http;

/// <summary>One part of a body that is wrong.</summary>
/// <param name="Pointer">Where (RFC 6901).</param>
/// <param name="Detail">What, and the remedy.</param>
internal sealed record HttpProblemPart(string Pointer, string Detail);
