namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>A NAL unit inside a buffer, without start code.</summary>
internal readonly record struct NalRange(int Offset, int Length)
{
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> bytes) => bytes.Slice(Offset, Length);
}
