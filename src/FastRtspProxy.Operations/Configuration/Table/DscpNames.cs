using System.Globalization;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The names of code points: class selectors (RFC 2474), assured forwarding (RFC 2597), expedited forwarding (RFC 3246).</summary>
internal static class DscpNames
{
    private const int Expedited = 46;

    public static bool TryRead(string text, out int? value, out string error)
    {
        error = "a DSCP is a number from 0 to 63, or a name: EF, AF11 to AF43, CS0 to CS7";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            value = number;
            return number <= 63;
        }

        value = text.ToUpperInvariant() switch
        {
            "EF" => Expedited,
            ['C', 'S', >= '0' and <= '7' and var selector] => (selector - '0') << 3,
            ['A', 'F', >= '1' and <= '4' and var group, >= '1' and <= '3' and var drop] => ((group - '0') << 3) | ((drop - '0') << 1),
            _ => null,
        };
        return value is not null;
    }
}
