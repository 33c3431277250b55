namespace FastRtspProxy.Net.Tls;

/// <summary>Who stands between a <see cref="TlsWire"/> and the socket.</summary>
internal interface ITlsWireOwner
{
    /// <summary>A read has begun: bytes are to be supplied when there are some.</summary>
    void OnReading();

    /// <summary>
    /// Encrypted bytes, to be sent in their order. They are looked at within the call only. Done when more may be written: after a handshake at once.
    /// </summary>
    Task OnWritten(ReadOnlySpan<byte> bytes);
}
