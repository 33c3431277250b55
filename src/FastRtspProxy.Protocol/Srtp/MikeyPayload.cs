namespace FastRtspProxy.Protocol.Srtp;

/// <summary>What follows in a MIKEY message (RFC 3830 section 6.1, table 6.1.b).</summary>
internal enum MikeyPayload : byte
{
    Last = 0,
    Kemac = 1,
    Timestamp = 5,
    Identity = 6,
    Certificate = 7,
    SecurityPolicy = 10,
    Random = 11,
    KeyData = 20,
    Extension = 21,
}
