namespace FastRtspProxy.Operations.Streams;

/// <summary>Something that is wrong with a stream that a request describes.</summary>
/// <param name="Pointer">Where in the body (RFC 6901); empty: the whole of it.</param>
/// <param name="Detail">What, and the remedy; without a secret.</param>
internal sealed record StreamFault(string Pointer, string Detail);
