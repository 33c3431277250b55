using System.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Where a stream is sent to a group. A value: two of them are equal where viewers of the one can go on with the other.</summary>
/// <param name="Group">A multicast address.</param>
/// <param name="Port">RTP of the first track; RTCP has the next one, and each further track the next two.</param>
/// <param name="Options">Where that comes from.</param>
internal sealed record GroupAddress(IPAddress Group, int Port, MulticastOptions Options)
{
    /// <summary>The RTP port of a track.</summary>
    public int PortOf(int track) => Port + (2 * track);
}
