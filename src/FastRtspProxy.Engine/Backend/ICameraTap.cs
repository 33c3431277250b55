namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Hears everything that goes to a camera and comes from it, as it goes and comes: for a capture. Called on the session's shard; spans end with the
/// call. Without one, which is the rule, it costs the media path one look at a field.
/// </summary>
internal interface ICameraTap
{
    /// <summary>A connection was made.</summary>
    /// <param name="isEncrypted">Over TLS; what follows is what was inside.</param>
    /// <param name="isTunnelled">Through HTTP; likewise.</param>
    void OnOpened(bool isEncrypted, bool isTunnelled);

    /// <summary>Bytes of the newest connection.</summary>
    void OnStream(bool isSent, ReadOnlySpan<byte> bytes);

    /// <summary>A datagram that was sent, or taken.</summary>
    /// <param name="isSent">By us.</param>
    /// <param name="localPort">Ours, or the group's.</param>
    /// <param name="datagram">Whole.</param>
    void OnDatagram(bool isSent, int localPort, ReadOnlySpan<byte> datagram);

    /// <summary>The newest connection has ended.</summary>
    /// <param name="isByCamera">The camera closed it, or it broke; else we did.</param>
    void OnClosed(bool isByCamera);
}
