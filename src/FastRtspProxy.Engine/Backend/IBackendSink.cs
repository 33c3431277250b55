using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Where a session's media goes. Every call is made on the session's shard.</summary>
internal interface IBackendSink
{
    /// <summary>One RTP packet, in order, of a payload type that the description names. Both views end with the call.</summary>
    /// <param name="track">The track's index among the receive tracks.</param>
    /// <param name="source">The stream that it belongs to: the same while the camera's numbers go on, whatever SSRCs the packets have.</param>
    /// <param name="view">The parsed header.</param>
    /// <param name="packet">The whole packet.</param>
    /// <param name="arrivalMicros">The shard's clock at its arrival.</param>
    void OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros);

    /// <summary>
    /// The camera's sender report for the stream that the track plays now, by the name that <see cref="OnRtp"/> gives it; before its first packet by
    /// the report's own SSRC.
    /// </summary>
    void OnSenderReport(int track, uint source, ulong ntp, uint rtpTimestamp, long arrivalMicros);

    /// <summary>The camera's canonical name (SDES), in UTF-8; ends with the call.</summary>
    void OnCanonicalName(int track, ReadOnlySpan<byte> name);

    /// <summary>Packets of the track are missing before the one that comes next, and are waited for no longer.</summary>
    void OnGap(int track);

    /// <summary>
    /// So many packets came between the one before and the one that comes next, of the same numbers, and are of a payload type that the description
    /// does not name: nobody gets them, and nobody misses them.
    /// </summary>
    void OnLeftOut(int track, int packets)
    {
    }

    /// <summary>The end of one receive batch: what was appended can be published.</summary>
    void OnBatchEnd();

    /// <summary>The session's state is another one; <see cref="OnSessionChanged"/> follows.</summary>
    void OnMoved(BackendState to);

    /// <summary>The session's state or <see cref="BackendSession.Failure"/> has changed.</summary>
    void OnSessionChanged();
}
