namespace FastRtspProxy.Engine.Backend;

/// <summary>Where what a recorder sends in one <see cref="ReplayLeg"/> goes. Every call is made on the leg's shard.</summary>
internal interface IReplayMedia
{
    /// <summary>One packet, as it came; it ends with the call.</summary>
    /// <param name="track">The track's index in <see cref="ReplayLeg.Media"/>.</param>
    /// <param name="isRtcp">It is RTCP; else RTP.</param>
    /// <param name="packet">The whole packet.</param>
    void OnPacket(int track, bool isRtcp, ReadOnlySpan<byte> packet);

    /// <summary>All that was there in this turn was given, or an answer follows.</summary>
    void OnBatchEnd();

    /// <summary>The recorder is gone, or of no more use. Once at most, and not after the leg's own end.</summary>
    void OnLost(BackendFailure failure);
}
