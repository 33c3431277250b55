using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Operations.Hooks;

/// <summary>
/// The signature of a delivery: over time stamp, delivery and body, so that neither an old delivery nor one under another name passes. Pure.
/// </summary>
internal static class HookSignature
{
    public const string SignatureHeader = "X-Frp-Signature";

    /// <summary>Seconds since 1970, of this attempt: a receiver refuses what is old.</summary>
    public const string TimestampHeader = "X-Frp-Timestamp";

    /// <summary>The same for each attempt of one delivery: a receiver knows what it has had.</summary>
    public const string DeliveryHeader = "X-Frp-Delivery";

    /// <summary>The version in front tells receivers what is signed, should that ever change.</summary>
    public static string Of(string secret, long timestamp, string delivery, ReadOnlySpan<byte> body)
    {
        using IncrementalHash hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}.{delivery}.")));
        hmac.AppendData(body);
        return "v1=" + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
