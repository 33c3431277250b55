using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Simulator.Receive;

/// <summary>A track as the description announces it; shared by all clients of the stream.</summary>
/// <param name="Index">Among the description's usable tracks, from 0.</param>
/// <param name="Control">The URL of its SETUP.</param>
/// <param name="Media">The section of the SDP.</param>
/// <param name="Codec">What is known about it by name.</param>
internal sealed record TrackPlan(int Index, string Control, SdpMedia Media, MediaCodec Codec)
{
    private readonly UInt128 _payloadTypes = Mask(Media.PayloadTypes);

    /// <summary>RTP ticks a second.</summary>
    public int ClockRate { get; } = Media.ClockRate;

    /// <summary>H.264 and H.265 have access units with the simulated camera's message.</summary>
    public bool HasUnits => Codec is MediaCodec.H264 or MediaCodec.H265;

    /// <summary>Video has frames that end with a marker.</summary>
    public bool IsVideo { get; } = Media.Type.Equals("video", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for payload types that the description names, and for any when it names none.</summary>
    public bool Announces(byte payloadType) => _payloadTypes == 0 || (_payloadTypes & (UInt128.One << payloadType)) != 0;

    private static UInt128 Mask(IReadOnlyList<int> types)
    {
        UInt128 mask = 0;
        foreach (int type in types)
        {
            mask |= UInt128.One << type;
        }

        return mask;
    }
}
