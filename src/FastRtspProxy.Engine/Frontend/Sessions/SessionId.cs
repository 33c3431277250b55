using System.Globalization;
using System.Security.Cryptography;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A session's id: 16 hex digits, 56 of its 64 bits from the system's random number generator, so that it cannot be guessed. The last byte is the
/// index of the session's shard, hidden by the first byte only so that ids do not all end alike: a request finds its session's shard from the id
/// alone, on any connection.
/// </summary>
internal static class SessionId
{
    /// <summary>More shards than this cannot be told apart; machines with more cores than that use this many.</summary>
    public const int ShardsMax = 256;

    private const int Digits = 16;

    public static string New(int shardIndex)
    {
        Span<byte> bytes = stackalloc byte[Digits / 2];
        RandomNumberGenerator.Fill(bytes);
        bytes[^1] = (byte)(bytes[0] ^ shardIndex);
        return Convert.ToHexString(bytes);
    }

    /// <summary>
    /// The shard that an id names and the id in our spelling; false: not an id of ours. Players that lower the case are let through.
    /// </summary>
    public static bool TryParse(string? text, out int shardIndex, out string id)
    {
        shardIndex = 0;
        id = string.Empty;
        if (text is null || text.Length != Digits
            || !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value))
        {
            return false;
        }

        shardIndex = (byte)(value ^ (value >> 56));
        id = value.ToString("X16", CultureInfo.InvariantCulture);
        return true;
    }
}
