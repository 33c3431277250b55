using System.Runtime.CompilerServices;

namespace FastRtspProxy.Fuzz;

/// <summary>What must hold of a parser's answer.</summary>
internal static class Property
{
    public static void Holds(bool condition, string what)
    {
        if (!condition)
        {
            throw new PropertyException($"does not hold: {what}");
        }
    }

    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new PropertyException($"{what} is <{actual}>, not <{expected}>");
        }
    }

    public static void SameBytes(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        if (!expected.SequenceEqual(actual))
        {
            throw new PropertyException($"{what} is {Convert.ToHexString(actual)}, not {Convert.ToHexString(expected)}");
        }
    }
}
