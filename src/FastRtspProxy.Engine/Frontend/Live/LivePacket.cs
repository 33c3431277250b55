namespace FastRtspProxy.Engine.Frontend;

/// <summary>One RTP packet for a live viewer; valid until the next one is read.</summary>
/// <param name="track">The index of its track.</param>
/// <param name="isAfterGap">Video before it was left out.</param>
/// <param name="arrivalMicros">When it came from the camera, on the shards' clock.</param>
/// <param name="bytes">The packet.</param>
internal readonly ref struct LivePacket(int track, bool isAfterGap, long arrivalMicros, ReadOnlySpan<byte> bytes)
{
    public int Track => track;

    public bool IsAfterGap => isAfterGap;

    public long ArrivalMicros => arrivalMicros;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
