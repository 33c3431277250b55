using System.Globalization;
using System.Text;
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
            string codec = one.EncodingName.ToUpperInvariant();
            text.Append(CultureInfo.InvariantCulture, $"{one.Type} {one.PayloadTypes[0]} {codec}/{one.ClockRate}/{one.Channels} {FmtpOf(one)}\n");
        }

        return text.ToString();
    }

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
