namespace FastRtspProxy.Net.Tls;

/// <summary>Who stands between a <see cref="TlsWire"/> and the socket.</summary>
internal interface ITlsWireOwner
{
    /// <summary>A read has begun: bytes are to be supplied when there are some.</summary>
    void OnReading();

    /// <summary>Encrypted bytes, to be sent in their order. They are looked at within the call only.</summary>
    void OnWritten(ReadOnlySpan<byte> bytes);
}
