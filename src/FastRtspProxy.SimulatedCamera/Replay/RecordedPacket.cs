using FastRtspProxy.Captures;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>What the camera sent by itself: a packet, a request of its own, or the end of the connection.</summary>
/// <param name="Kind">Rtp, Rtcp, Data, Message or Close.</param>
/// <param name="Micros">Of the capture.</param>
/// <param name="Track">From 0; -1: none that was set up.</param>
/// <param name="Channel">Of the capture; -1: a datagram.</param>
/// <param name="Bytes">Without the zeros at its end: most of a picture is nothing but them.</param>
/// <param name="Zeros">How many there were.</param>
internal readonly record struct RecordedPacket(CaptureKind Kind, long Micros, int Track, int Channel, byte[] Bytes, int Zeros)
{
    /// <summary>Of the whole packet.</summary>
    public int Length => Bytes.Length + Zeros;

    /// <summary>The packet as it was captured.</summary>
    public static RecordedPacket Of(CaptureRecord record)
    {
        int kept = record.Bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        return new RecordedPacket(record.Kind, record.Micros, record.Track, record.Channel, record.Bytes[..kept], record.Bytes.Length - kept);
    }

    /// <summary>The packet, whole.</summary>
    public void CopyTo(Span<byte> packet)
    {
        Bytes.CopyTo(packet);
        packet[Bytes.Length..Length].Clear();
    }
}
