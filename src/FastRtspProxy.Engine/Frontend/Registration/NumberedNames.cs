using System.Globalization;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The names of streams that REGISTER without one: ours to choose, as LIVE555 chooses them. Pure.</summary>
internal static class NumberedNames
{
    /// <summary>What stands before the number.</summary>
    public const string Beginning = "registeredProxyStream-";

    /// <summary>The name with that number.</summary>
    public static string Of(int number) => Beginning + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>True for a name that we could give.</summary>
    public static bool IsOne(string name) =>
        name.StartsWith(Beginning, StringComparison.Ordinal) && name.Length > Beginning.Length
            && name.AsSpan(Beginning.Length).IndexOfAnyExceptInRange('0', '9') < 0;
}
