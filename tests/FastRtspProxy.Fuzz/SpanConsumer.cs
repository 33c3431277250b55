namespace FastRtspProxy.Fuzz;

/// <summary>Takes the next piece of a stream.</summary>
internal delegate void SpanConsumer(ReadOnlySpan<byte> piece);
