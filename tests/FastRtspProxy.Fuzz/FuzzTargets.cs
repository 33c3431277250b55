using FastRtspProxy.Fuzz.Targets;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Fuzz;

/// <summary>The targets by name.</summary>
internal static class FuzzTargets
{
    /// <summary>Have faults planted on purpose: the script's self-test must find them, nothing else runs them.</summary>
    public static IReadOnlyList<FuzzTarget> Planted { get; } = [new PlantedTarget(isEndless: false), new PlantedTarget(isEndless: true)];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new MessageTarget("request", RtspLimits.Server),
        new MessageTarget("answer", RtspLimits.Client),
        new SdpTarget(),
        new TransportTarget(),
        new SessionTarget(),
        new RtpInfoTarget(),
        new RangeTarget(),
        new ChallengeTarget(),
        new AuthorizationTarget(),
        new BasicTarget(),
        new RegisterTarget(),
        new TunnelPostTarget(),
        new TunnelReplyTarget(),
        new FrameTarget(),
        new DemuxTarget(),
        new ProxyHeaderTarget(),
        new WebSocketTarget(),
        new WebSocketOpeningTarget(),
        new HopTarget(),
        new ExternalReplyTarget(),
        new PeerStateTarget(),
        new EtcdTarget(),
        new EtcdRefusalTarget(),
        new RtpTarget(),
        new RtcpTarget(),
        new MikeyTarget(),
        new SrtpKeysTarget(),
        new SrtpTarget(),
        new AccessUnitTarget(),
        new TransportStreamTarget(),
        new ParameterSetTarget(),
        new AssemblerTarget(),
        new ControlUrlTarget(),
        new UrlTarget(),
        new MaskTarget(),
        new ReorderTarget(),
        new TimelineTarget(),
        new CaptureTarget(),
        new CaptureMessageTarget(),
        new PacketFileTarget(),
    ];

    public static FuzzTarget? Find(string name)
    {
        foreach (FuzzTarget target in (IEnumerable<FuzzTarget>)[.. All, .. Planted])
        {
            if (target.Name == name)
            {
                return target;
            }
        }

        return null;
    }
}
