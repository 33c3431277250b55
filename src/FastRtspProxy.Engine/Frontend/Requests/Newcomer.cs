using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Who is let in no longer while the proxy drains.</summary>
internal static class Newcomer
{
    /// <summary>What a viewer begins with, and a stream; whoever has a session goes on with it.</summary>
    public static bool Asks(RtspMessage request) => request.Method switch
    {
        RtspMethod.Describe or RtspMethod.Register => true,
        RtspMethod.Setup => request.Session is null,
        _ => false,
    };
}
