using System.Globalization;
using System.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The types of values that several keys have.</summary>
internal static class ConfigTypes
{
    private const string DurationName = "DURATION";

    public static TypeOf<bool> Flag { get; } = new("true|false", "", TryFlag, static value => value ? "true" : "false")
    {
        Words = ["true", "false"],
        JsonTypes = ["boolean"],
    };

    public static TypeOf<TimeSpan> Duration { get; } = new(DurationName, "up to 24h", Quantity.TryDuration, Quantity.FormatDuration)
    {
        JsonTypes = ["string", "number"],
    };

    public static TypeOf<string?> TextOrNull { get; } = new("TEXT", "", TryText!, static text => text) { TakesNull = true };

    public static TypeOf<string> File { get; } = new("FILE", "", TryFile, static path => path);

    public static TypeOf<string?> FileOrNull { get; } = new("FILE", "", TryFile!, static path => path) { TakesNull = true };

    public static TypeOf<string?> FolderOrNull { get; } = new("DIRECTORY", "", TryFile!, static path => path) { TakesNull = true };

    public static TypeOf<Secret> Secret { get; } = new("TEXT", "", TrySecret, static _ => null) { IsSecret = true };

    public static TypeOf<Secret?> SecretOrNull { get; } = new("TEXT", "", TrySecret!, static _ => null) { IsSecret = true, TakesNull = true };

    public static TypeOf<IPNetwork> Network { get; } = new(
        "NETWORK", "192.0.2.0/24, 2001:db8::/32 or one address", Quantity.TryNetwork, static network => network.ToString());

    public static TypeOf<IPAddress?> AddressOrNull { get; } = new(
        "ADDRESS", "192.0.2.10 or 2001:db8::10", Quantity.TryAddress, static address => address?.ToString())
    {
        TakesNull = true,
    };

    public static TypeOf<int> Port { get; } = new("PORT", "1 to 65535", Quantity.TryPort, Number) { JsonTypes = ["integer"], Range = (1, 65_535) };

    public static TypeOf<int?> PortOrNull { get; } = new("PORT", "1 to 65535", TryPortOrNull, Number)
    {
        JsonTypes = ["integer"],
        Range = (1, 65_535),
        TakesNull = true,
    };

    public static TypeOf<PortSpan> PortSpan { get; } = new(
        "FIRST-LAST", "with an even port and the odd one after it", Quantity.TryPortRange, static span => span.ToString());

    public static TypeOf<ListenPoint> ListenPoint { get; } = new(
        "[ADDRESS]:PORT", "\":8554\", \"192.0.2.10:8554\", \"[2001:db8::10]:8554\"", TryListenPoint, static point => $"\"{point}\"")
    {
        JsonTypes = ["string", "integer"],
    };

    /// <summary>Null: neither was said.</summary>
    public static TypeOf<bool?> FlagOrNull { get; } = new(
        "true|false", "", TryFlagOrNull, static value => value is { } said ? Flag.Write(said) : null)
    {
        JsonTypes = ["boolean"],
        TakesNull = true,
    };

    /// <summary>Null: the system's own.</summary>
    public static TypeOf<int?> DscpOrNull { get; } = new("DSCP", "0 to 63, or a name: EF, AF41, CS5", DscpNames.TryRead, Number)
    {
        JsonTypes = ["integer", "string"],
        TakesNull = true,
    };

    /// <summary>Null: no limit.</summary>
    public static TypeOf<long?> BitRateOrNull { get; } = new("MBIT/S", "0.1 to 1000000", TryBitRate, FormatBitRate)
    {
        JsonTypes = ["number"],
        TakesNull = true,
    };

    public static TypeOf<int> Count(int least, int most) =>
        new("N", $"{least} to {most}", (string text, out int value, out string error) => TryCount(text, least, most, out value, out error), Number)
        {
            JsonTypes = ["integer"],
            Range = (least, most),
        };

    public static TypeOf<int?> CountOrNull(int least, int most, string? remedy = null)
    {
        string sentence = remedy ?? string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");
        return new("N", $"{least} to {most}", Read, Number) { JsonTypes = ["integer"], Range = (least, most), TakesNull = true };

        bool Read(string text, out int? value, out string error)
        {
            bool isCount = Quantity.TryCount(text, least, most, sentence, out int count, out error);
            value = count;
            return isCount;
        }
    }

    /// <summary>Null: none was said.</summary>
    public static TypeOf<TimeSpan?> DurationOrNull { get; } = new(
        DurationName,
        "up to 24h",
        (string text, out TimeSpan? value, out string error) =>
        {
            bool isDuration = Quantity.TryDuration(text, out TimeSpan duration, out error);
            value = duration;
            return isDuration;
        },
        static value => value is { } said ? Quantity.FormatDuration(said) : null)
    { JsonTypes = ["string", "number"], TakesNull = true };

    /// <summary>A duration within bounds, with a sentence for what is outside.</summary>
    public static TypeOf<TimeSpan> DurationWithin(TimeSpan least, TimeSpan most, string remedy) => new(
        DurationName,
        $"{Quantity.FormatDuration(least)} to {Quantity.FormatDuration(most)}",
        (string text, out TimeSpan value, out string error) =>
        {
            if (!Quantity.TryDuration(text, out value, out error))
            {
                return false;
            }

            error = remedy;
            return value >= least && value <= most;
        },
        Quantity.FormatDuration)
    { JsonTypes = ["string", "number"] };

    public static TypeOf<long> Size(long least, long most) => new(
        "SIZE",
        $"{Quantity.FormatSize(least)} to {Quantity.FormatSize(most)}",
        (string text, out long value, out string error) => Quantity.TrySize(text, least, most, out value, out error),
        Quantity.FormatSize)
    { JsonTypes = ["string", "integer"] };

    public static TypeOf<long?> SizeOrNull(long least, long most)
    {
        return new(
            "SIZE", $"{Quantity.FormatSize(least)} to {Quantity.FormatSize(most)}", Read,
            static bytes => bytes is { } some ? Quantity.FormatSize(some) : null)
        {
            JsonTypes = ["string", "integer"],
            TakesNull = true,
        };

        bool Read(string text, out long? value, out string error)
        {
            bool isSize = Quantity.TrySize(text, least, most, out long bytes, out error);
            value = bytes;
            return isSize;
        }
    }

    /// <summary>One of some words.</summary>
    /// <param name="name">See <see cref="ConfigType.Name"/>.</param>
    /// <param name="what">How the words are called together: "the modes".</param>
    /// <param name="words">Each with what it means.</param>
    public static TypeOf<T> Word<T>(string name, string what, params (string Word, T Value)[] words)
        where T : notnull
    {
        string list = $"{string.Join(", ", words.SkipLast(1).Select(static word => word.Word))} and {words[^1].Word}";
        return new TypeOf<T>(
            name, list.Replace(" and ", " or ", StringComparison.Ordinal), Read, value => words.First(word => word.Value.Equals(value)).Word)
        {
            Words = [.. words.Select(static word => word.Word)],
        };

        bool Read(string text, out T value, out string error)
        {
            int index = Array.FindIndex(words, word => word.Word == text);
            string near = index < 0 && Spelling.Nearest(text, words.Select(static word => word.Word)) is { } meant
                ? $"; did you mean \"{meant}\"?"
                : "";
            error = $"{what} are {list}{near}";
            value = words[Math.Max(0, index)].Value;
            return index >= 0;
        }
    }

    /// <summary>As <see cref="Word"/>, for a key without which another place says it.</summary>
    public static TypeOf<T?> WordOrNull<T>(string name, string what, params (string Word, T Value)[] words)
        where T : struct
    {
        TypeOf<T> type = Word(name, what, words);
        return new TypeOf<T?>(name, type.Remark, Read, value => value is { } said ? type.Write(said) : null)
        {
            Words = type.Words,
        };

        bool Read(string text, out T? value, out string error)
        {
            bool isWord = type.TryRead(text, out T word, out error);
            value = word;
            return isWord;
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static bool TryCount(string text, int least, int most, out int value, out string error) =>
        Quantity.TryCount(text, least, most, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"), out value, out error);

    private static bool TryFlag(string text, out bool value, out string error)
    {
        value = text is "true";
        error = "write true or false";
        return text is "true" or "false";
    }

    private static bool TryFlagOrNull(string text, out bool? value, out string error)
    {
        bool isFlag = TryFlag(text, out bool flag, out error);
        value = flag;
        return isFlag;
    }

    private static bool TryText(string text, out string value, out string error)
    {
        value = text;
        error = "a text has no line ends and no control characters";
        return !text.Any(char.IsControl);
    }

    private static bool TryFile(string text, out string value, out string error)
    {
        value = text;
        error = "this is the path of a file or a directory: it is not empty, and has no control characters";
        return text.Length > 0 && !text.Any(char.IsControl);
    }

    private static bool TrySecret(string text, out Secret value, out string error)
    {
        value = new Secret(text);
        error = "it has no line ends and no control characters";
        return !text.Any(char.IsControl);
    }

    private static bool TryPortOrNull(string text, out int? value, out string error)
    {
        bool isPort = Quantity.TryPort(text, out int port, out error);
        value = port;
        return isPort;
    }

    public static bool TryListenPoint(string text, out ListenPoint point, out string error)
    {
        error = "where to listen is written :8554, or 192.0.2.10:8554 or [2001:db8::10]:8554 for one address";
        point = default;
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon];
        if (!Quantity.TryPort(text[(colon + 1)..], out int port, out _))
        {
            return false;
        }

        IPAddress? address = null;
        if (host.Length > 0)
        {
            bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
            string literal = isBracketed ? host[1..^1] : host;
            if (!Quantity.TryAddress(literal, out address, out _) || isBracketed != host.Contains(':', StringComparison.Ordinal))
            {
                return false;
            }
        }

        point = new ListenPoint(address, port);
        return true;
    }

    private static bool TryBitRate(string text, out long? bits, out string error)
    {
        error = "a rate is a number of Mbit/s from 0.1 to 1000000 (8, 2.5)";
        bool isNumber = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal megabits)
            && megabits is >= 0.1m and <= 1_000_000m;
        bits = isNumber ? (long)(megabits * 1_000_000m) : null;
        return isNumber;
    }

    private static string? FormatBitRate(long? bits) => bits is { } some ? (some / 1_000_000m).ToString(CultureInfo.InvariantCulture) : null;
}
