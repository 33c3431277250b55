namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Where one track starts for a client that joins: the RTP sequence number and timestamp of the first packet that it will get. Null where a truthful
/// value is not known, as for a track that has been silent for over a second; RTP-Info then leaves the value out.
/// </summary>
/// <param name="Track">The track's index in the description.</param>
/// <param name="SequenceNumber">RTP's 16-bit number of the track's first packet at or after the join sequence.</param>
/// <param name="RtpTime">The RTP timestamp at the join, in the track's clock ticks.</param>
/// <param name="SenderReport">An SR and SDES compound for the joiner, sent after the PLAY answer and before its first packet; null: none yet.</param>
internal sealed record TrackStart(int Track, ushort? SequenceNumber, uint? RtpTime, byte[]? SenderReport);
