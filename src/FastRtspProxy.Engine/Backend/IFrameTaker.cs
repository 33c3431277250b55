namespace FastRtspProxy.Engine.Backend;

/// <summary>Who gets the interleaved frames of a connection to a camera.</summary>
internal interface IFrameTaker
{
    /// <summary>An interleaved frame; the payload ends with the call.</summary>
    void OnFrame(byte channel, ReadOnlySpan<byte> payload);

    /// <summary>All that was there in this turn was given.</summary>
    void OnBatchEnd();
}
