namespace FastRtspProxy.Simulator.Receive;

/// <summary>Who gets what a socket receives. The bytes are valid until the call returns.</summary>
internal interface IMediaTaker
{
    /// <summary>An RTP packet.</summary>
    void TakeRtp(ReadOnlySpan<byte> packet, long nowMicros, long nowUnixMicros);

    /// <summary>A compound of RTCP packets.</summary>
    void TakeRtcp(ReadOnlySpan<byte> compound, long nowMicros);

    /// <summary>Datagrams that the kernel dropped at the socket so far.</summary>
    void SetKernelDrops(long drops);
}
