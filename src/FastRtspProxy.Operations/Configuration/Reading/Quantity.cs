using System.Buffers;
using System.Globalization;
using System.Net;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>
/// The values of options. Each reader takes the whole text or refuses it with what would be right: LIVE555 scans a number and
/// ignores the rest (<c>-p 8554abc</c> listens on 8554, <c>-p 70000</c> on 4464), which hides a typing error until nobody can connect.
/// </summary>
internal static class Quantity
{
    /// <summary>Longest duration: a day. Timers of the engine count milliseconds in 32 bits (24.8 days).</summary>
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    private static readonly SearchValues<char> NumberChars = SearchValues.Create("0123456789.");

    /// <summary>A TCP or UDP port.</summary>
    public static bool TryPort(string text, out int port, out string error)
    {
        return TryCount(text, 1, 65_535, "a port is a number from 1 to 65535", out port, out error);
    }

    /// <summary>A whole number in a range.</summary>
    public static bool TryCount(string text, int least, int most, string remedy, out int count, out string error)
    {
        error = remedy;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= least && count <= most;
    }

    /// <summary>Two ports, <c>6970-7999</c>, with room for an even/odd pair.</summary>
    public static bool TryPortRange(string text, out PortSpan range, out string error)
    {
        range = default;
        error = "a port range is written FIRST-LAST, both from 1 to 65535, and holds at least one even port and the odd one after it (6970-7999)";
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !TryPort(text[..dash], out int first, out _) || !TryPort(text[(dash + 1)..], out int last, out _))
        {
            return false;
        }

        int firstEven = first + (first & 1);
        range = new PortSpan(first, last);
        return firstEven + 1 <= last;
    }

    /// <summary>A duration: <c>10</c> and <c>10s</c> are seconds; <c>500ms</c>, <c>2m</c>, <c>1h</c>; a decimal point is allowed.</summary>
    public static bool TryDuration(string text, out TimeSpan duration, out string error)
    {
        error = "a duration is a number of seconds, or a number with ms, s, m or h, up to 24h (10, 1.5s, 500ms)";
        duration = default;
        int unitAt = text.AsSpan().IndexOfAnyExcept(NumberChars);
        string digits = unitAt < 0 ? text : text[..unitAt];
        double unitSeconds = unitAt < 0
            ? 1
            : text[unitAt..] switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => double.NaN,
            };
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return false;
        }

        double seconds = number * unitSeconds;
        if (!(seconds <= LongestDuration.TotalSeconds))
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
        return true;
    }

    /// <summary>A size in bytes: <c>64M</c>, <c>512K</c>, <c>2G</c>, or a plain number.</summary>
    public static bool TrySize(string text, long leastBytes, long mostBytes, out long bytes, out string error)
    {
        error = $"a size is a number of bytes, or a number with K, M or G, from {FormatSize(leastBytes)} to {FormatSize(mostBytes)} (64M)";
        bytes = 0;
        int shift = text.Length == 0
            ? 0
            : text[^1] switch
            {
                'k' or 'K' => 10,
                'm' or 'M' => 20,
                'g' or 'G' => 30,
                _ => 0,
            };
        string digits = shift == 0 ? text : text[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number > mostBytes >> shift)
        {
            return false;
        }

        bytes = number << shift;
        return bytes >= leastBytes;
    }

    /// <summary>
    /// A local address, IPv6 with or without brackets. Abbreviations such as <c>127.1</c> are refused: they are typing errors here.
    /// </summary>
    public static bool TryAddress(string text, out IPAddress? address, out string error)
    {
        error = "an address is written 192.0.2.10 or 2001:db8::10";
        bool looksLikeOne = text.Contains(':', StringComparison.Ordinal) || text.AsSpan().Count('.') == 3;
        address = null;
        return looksLikeOne && IPAddress.TryParse(text, out address);
    }

    /// <summary>An address, or a network with its prefix length.</summary>
    public static bool TryNetwork(string text, out IPNetwork network, out string error)
    {
        error = "a network is written 192.0.2.0/24 or 2001:db8::/32 (no bits set behind the prefix), a single address without the slash";
        if (IPNetwork.TryParse(text, out network))
        {
            // .NET 9 refuses bits behind the prefix, .NET 10 clears them: most often the prefix is the typing error.
            return IPAddress.TryParse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal)), out IPAddress? written)
                && written.Equals(network.BaseAddress);
        }

        if (!TryAddress(text, out IPAddress? address, out _))
        {
            return false;
        }

        network = new IPNetwork(address!, address!.GetAddressBytes().Length * 8);
        return true;
    }

    /// <summary>The shortest text that <see cref="TrySize"/> reads back.</summary>
    public static string FormatSize(long bytes)
    {
        return bytes switch
        {
            0 => "0",
            _ when bytes % (1L << 30) == 0 => Text(bytes >> 30, "G"),
            _ when bytes % (1L << 20) == 0 => Text(bytes >> 20, "M"),
            _ when bytes % (1L << 10) == 0 => Text(bytes >> 10, "K"),
            _ => Text(bytes, ""),
        };

        static string Text(long number, string unit) => number.ToString(CultureInfo.InvariantCulture) + unit;
    }

    /// <summary>The shortest text that <see cref="TryDuration"/> reads back, with its unit.</summary>
    public static string FormatDuration(TimeSpan duration)
    {
        return duration.TotalSeconds == Math.Floor(duration.TotalSeconds)
            ? duration.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s"
            : duration.TotalMilliseconds.ToString(CultureInfo.InvariantCulture) + "ms";
    }
}
