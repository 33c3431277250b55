using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>Who gets what a <see cref="ByteStream"/> receives. Called on the stream's shard.</summary>
internal interface IByteSink
{
    /// <summary>Bytes in order; valid until the call returns.</summary>
    void OnBytes(ReadOnlySpan<byte> bytes);

    /// <summary>All that was there in this turn was given.</summary>
    void OnBatchEnd();

    /// <summary>The stream has ended; called once. <see cref="SocketError.Success"/>: the peer closed in order.</summary>
    void OnClosed(SocketError error);
}
