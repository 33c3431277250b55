using System.Globalization;
using System.Text;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What of a description the clients' decoders were set up with. A camera that comes back with the same shape goes on in the same sessions; another
/// shape ends them. Parameter sets are not part of it: they come in the stream, and a reboot may renew them.
/// </summary>
internal static class MountShape
{
    /// <summary>The shape as comparable text.</summary>
    public static string Of(IReadOnlyList<SdpMedia> media)
    {
        StringBuilder text = new();
        foreach (SdpMedia one in media)
        {
            text.Append(CultureInfo.InvariantCulture, $"{one.Type} {one.PayloadTypes[0]} {CodecOf(one)} {FmtpOf(one)}\n");
        }

        return text.ToString();
    }

    /// <summary>
    /// True where another source has tracks that are the same to a decoder: another payload type can be written into its packets, and what a
    /// description of H.264 and H.265 says beside parameter sets says nothing that the packets do not say themselves.
    /// </summary>
    public static bool IsSameTo(IReadOnlyList<SdpMedia> described, IReadOnlyList<SdpMedia> other)
    {
        if (described.Count != other.Count)
        {
            return false;
        }

        for (int i = 0; i < described.Count; i++)
        {
            bool hasSets = MediaCodecs.FromEncodingName(described[i].EncodingName) is MediaCodec.H264 or MediaCodec.H265;
            if (described[i].Type != other[i].Type || CodecOf(described[i]) != CodecOf(other[i])
                || (!hasSets && FmtpOf(described[i]) != FmtpOf(other[i])))
            {
                return false;
            }
        }

        return true;
    }

    private static string CodecOf(SdpMedia media) =>
        string.Create(CultureInfo.InvariantCulture, $"{media.EncodingName.ToUpperInvariant()}/{media.ClockRate}/{media.Channels}");

    private static string FmtpOf(SdpMedia media)
    {
        if (media.Fmtp is not { } fmtp)
        {
            return string.Empty;
        }

        IEnumerable<string> parts = fmtp.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(static p => !p.StartsWith("sprop-", StringComparison.OrdinalIgnoreCase))
            .Where(static p => !p.StartsWith("profile-level-id", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);
        return string.Join(';', parts);
    }
}
