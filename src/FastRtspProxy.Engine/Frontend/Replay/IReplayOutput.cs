namespace FastRtspProxy.Engine.Frontend;

/// <summary>Where what a recorder sends for one viewer goes, as it came. On the viewer's shard.</summary>
internal interface IReplayOutput
{
    /// <summary>One packet; it ends with the call.</summary>
    /// <param name="track">The track's index in the description.</param>
    /// <param name="isRtcp">It is RTCP; else RTP.</param>
    /// <param name="packet">The whole packet.</param>
    void OnPacket(int track, bool isRtcp, ReadOnlySpan<byte> packet);

    /// <summary>All that was there in this turn was given, or an answer follows.</summary>
    void OnBatchEnd();

    /// <summary>The recorder is gone: there is nothing more. Once at most, and not after the viewer has closed the session.</summary>
    void OnRecorderLost();
}
