using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>What <see cref="InterleavedDemux"/> found.</summary>
internal interface IInterleavedHandler
{
    /// <summary>One <c>$</c> frame; the payload ends with the call.</summary>
    void OnFrame(byte channel, ReadOnlySpan<byte> payload);

    /// <summary>One message. True: it is the handler's from now on; false: it ends with the call.</summary>
    bool OnMessage(RtspMessage message);

    /// <summary>The stream cannot be read any further.</summary>
    /// <param name="overLimit">True where a limit of ours was passed.</param>
    /// <param name="detail">What was wrong, for the message.</param>
    void OnUnusable(bool overLimit, string detail);
}
