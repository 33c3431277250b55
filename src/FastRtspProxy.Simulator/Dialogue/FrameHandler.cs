namespace FastRtspProxy.Simulator.Dialogue;

/// <summary>Takes an interleaved frame; the payload is valid until the call returns.</summary>
internal delegate void FrameHandler(byte channel, ReadOnlySpan<byte> payload);
