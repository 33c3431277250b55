using System.Globalization;
using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>The SDP's fmtp of a video stream, from the parameter sets of one access unit.</summary>
internal static class ParameterSets
{
    /// <summary>RFC 6184 section 8.1.</summary>
    public static string H264Fmtp(ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals)
    {
        string profile = "42001F";
        List<string> sets = [];
        foreach (NalRange nal in nals)
        {
            int type = bytes[nal.Offset] & 0x1F;
            if (type == 7 && nal.Length >= 4)
            {
                profile = Convert.ToHexString(bytes.Slice(nal.Offset + 1, 3));
            }

            if (type is 7 or 8)
            {
                sets.Add(Convert.ToBase64String(nal.In(bytes)));
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={string.Join(',', sets)}");
    }

    /// <summary>RFC 7798 section 7.1.</summary>
    public static string H265Fmtp(ReadOnlySpan<byte> bytes, ReadOnlySpan<NalRange> nals)
    {
        List<string> parts = [];
        foreach (NalRange nal in nals)
        {
            string? name = ((bytes[nal.Offset] >> 1) & 0x3F) switch { 32 => "sprop-vps", 33 => "sprop-sps", 34 => "sprop-pps", _ => null };
            if (name is not null)
            {
                parts.Add(name + "=" + Convert.ToBase64String(nal.In(bytes)));
            }
        }

        return string.Join(';', parts);
    }
}
