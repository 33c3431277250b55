using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A stream that somebody wants proxied.</summary>
/// <param name="Url">The back-end, credentials included if it gave any.</param>
/// <param name="Suffix">The wanted name; null: ours to choose.</param>
/// <param name="IsAuthenticated">The REGISTER came with a right log-in of `-U`; a viewer's log-in (`-C`) does not make anybody a registrant.</param>
/// <param name="OverTcp">The back-end prefers interleaved media.</param>
/// <param name="Connection">With `reuse_connection`: gives the registering connection as a stream to the back-end, on the shard asked for, once the
/// answer is out and the other side has had its 100 ms to swap roles. Call it once, instead of the first connect. The task gives null when the
/// connection is gone by then. The function itself is null where the back-end is to be connected to as usual.</param>
internal sealed record StreamRegistration(
    RtspUrl Url, string? Suffix, bool IsAuthenticated, bool OverTcp, Func<Shard, Task<ByteStream?>>? Connection);
