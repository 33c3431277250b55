namespace FastRtspProxy.Simulator.Receive;

/// <summary>The client that a track belongs to.</summary>
internal interface IMediaOwner
{
    /// <summary>The first RTP packet of a track has come.</summary>
    void OnFirstPacket(TrackReceiver track, long nowMicros);

    /// <summary>The first key frame of a track is complete.</summary>
    void OnFirstKeyFrame(TrackReceiver track, long nowMicros);

    /// <summary>The sender said BYE.</summary>
    void OnBye(TrackReceiver track);
}
