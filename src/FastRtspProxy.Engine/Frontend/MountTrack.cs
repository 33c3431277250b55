namespace FastRtspProxy.Engine.Frontend;

/// <summary>One track of a mount as the front-end offers it.</summary>
/// <param name="Index">Its place in the mount, from 0; the ring's entries carry it.</param>
/// <param name="Control">Its control URL below the mount's, as <c>track1</c>.</param>
/// <param name="MediaType">The SDP's media type, as <c>video</c>.</param>
/// <param name="PayloadType">RTP's payload type.</param>
/// <param name="ClockRate">RTP clock ticks a second.</param>
/// <param name="EncodingName">The codec's name in the SDP, as <c>H264</c>.</param>
/// <param name="Ssrc">The SSRC of every packet of the track.</param>
internal sealed record MountTrack(int Index, string Control, string MediaType, byte PayloadType, int ClockRate, string EncodingName, uint Ssrc)
{
    /// <summary>
    /// False for a track that the camera does not give: it is not in the SDP. Whoever was told of it before, or asks for it by its name, sets it up
    /// all the same, and gets nothing.
    /// </summary>
    public bool IsDescribed { get; init; } = true;

    /// <summary>A back channel: the client sends, the camera hears. Its <see cref="Index"/> is behind those of all tracks, its SSRC 0.</summary>
    public bool IsBack { get; init; }

    /// <summary>A transport stream (MPEG-TS): the payload of RTP can be sent alone, without RTP, to whoever asks for that.</summary>
    public bool IsTransportStream => PayloadType == 33 || EncodingName.Equals("MP2T", StringComparison.OrdinalIgnoreCase);
}
