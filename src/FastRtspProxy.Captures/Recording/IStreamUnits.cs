using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.Recording;

/// <summary>What <see cref="StreamCutter"/> finds. Every span ends with the call.</summary>
internal interface IStreamUnits
{
    /// <summary>A message.</summary>
    /// <param name="raw">As it stood in the stream, blank lines in front included.</param>
    /// <param name="message">The same, read; used again for the next one.</param>
    void OnMessage(ReadOnlySpan<byte> raw, RtspMessage message);

    /// <summary>An interleaved frame.</summary>
    void OnFrame(byte channel, ReadOnlySpan<byte> payload);

    /// <summary>Bytes that belong to nothing.</summary>
    void OnGarbage(int bytes);
}
