using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What is seen of a request before it is handled: who is let in no longer while the proxy drains, and who needs a shard with ports.
/// </summary>
internal static class Newcomer
{
    /// <summary>
    /// What a viewer begins with, and a stream; whoever has a session goes on with it. Another box of the cluster is none: what this box still owns
    /// its viewers have no other way to.
    /// </summary>
    public static bool Asks(RtspMessage request) => request.Method switch
    {
        RtspMethod.Describe or RtspMethod.Register => true,
        RtspMethod.Setup => request.Session is null,
        _ => false,
    };

    /// <summary>A first SETUP whose client would take media over UDP, before any other way.</summary>
    public static bool WantsUdp(RtspMessage request)
    {
        if (request.IsHttp || request.Method != RtspMethod.Setup || request.Session is not null)
        {
            return false;
        }

        foreach (string header in request.HeaderValues("Transport"))
        {
            if (TransportHeader.Parse(header) is [{ Tcp: var tcp }, ..])
            {
                return !tcp;
            }
        }

        return false;
    }
}
