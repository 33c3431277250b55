namespace FastRtspProxy.Protocol.Srtp;

/// <summary>A key data sub-payload (RFC 3830 section 6.13).</summary>
/// <param name="Type">0 and 1: a key to derive others from; 2 and 3: the key itself. The odd ones have a salt of their own.</param>
/// <param name="Data">The key; the salt may follow in it.</param>
/// <param name="Salt">Empty: it has none of its own.</param>
/// <param name="Spi">The identifier that packets carry; empty: none.</param>
internal readonly record struct MikeyKey(byte Type, byte[] Data, byte[] Salt, byte[] Spi);
