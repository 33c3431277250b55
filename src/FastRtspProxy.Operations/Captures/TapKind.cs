namespace FastRtspProxy.Operations.Captures;

/// <summary>What was heard of a camera's session.</summary>
internal enum TapKind
{
    Opened,
    Stream,
    Datagram,
    Closed,
}
