using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Who owns a <see cref="RtspClientChannel"/>: what the camera sends without being asked.</summary>
internal interface IRtspChannelOwner
{
    /// <summary>An interleaved frame; the payload ends with the call.</summary>
    void OnChannelFrame(byte channel, ReadOnlySpan<byte> payload);

    /// <summary>All that was there in this turn was given.</summary>
    void OnChannelBatchEnd();

    /// <summary>A message that nobody asked for, before anything is done about it: a request, or an answer to none of ours.</summary>
    void OnUnasked();

    /// <summary>A request of the camera; it wants an answer.</summary>
    void OnChannelRequest(RtspMessage request);

    /// <summary>The answer to a request that was given up.</summary>
    void OnLateAnswer(RtspMessage answer);

    /// <summary>The connection has ended, for whatever cause; called once, before the requests that wait fail.</summary>
    void OnChannelEnded(BackendFailure failure);
}
