using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Ingest;

/// <summary>The parameter sets that a description has (RFC 6184 section 8.1, RFC 7798 section 7.1). Pure.</summary>
internal static class DescribedSets
{
    /// <summary>Far more than a description has.</summary>
    private const int SetsMax = 16;

    private static readonly string[] s_names = ["sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"];

    /// <summary>Those of one track, in a collector of their own; it is empty where the description has none.</summary>
    public static ParameterSetCollector Of(SdpMedia media)
    {
        ParameterSetCollector sets = new(MediaCodecs.FromEncodingName(media.EncodingName));
        foreach (string name in s_names)
        {
            foreach (string text in (ParameterOf(media, name) ?? string.Empty).Split(',').Take(SetsMax))
            {
                byte[] set = new byte[text.Length];
                if (Convert.TryFromBase64String(text.Trim(), set, out int bytes))
                {
                    _ = sets.OfferUnit(set.AsSpan(0, bytes));
                }
            }
        }

        return sets;
    }

    /// <summary>One of the parameters of a track's fmtp; null: it has none of that name.</summary>
    public static string? ParameterOf(SdpMedia media, string name)
    {
        foreach (string one in (media.Fmtp ?? string.Empty).Split(';', StringSplitOptions.TrimEntries))
        {
            int equals = one.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && one.AsSpan(0, equals).TrimEnd().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return one[(equals + 1)..].Trim();
            }
        }

        return null;
    }
}
