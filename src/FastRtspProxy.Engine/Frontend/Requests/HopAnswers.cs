using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What another box of the cluster is told.</summary>
internal static class HopAnswers
{
    /// <summary>How this box is; the request was judged.</summary>
    public static RtspResponse State(IHopGate hops, RtspMessage request, RtspResponse response)
    {
        (byte[] body, string proof) = hops.Answer(request.Header(HopHeader.Name)!);
        response.Body = body;
        return response.With(HopHeader.Name, proof).With("Content-Type", "text/parameters");
    }
}
