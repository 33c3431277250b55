using System.Diagnostics.CodeAnalysis;

namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>A picture of a simulated camera in a recording: its number, and when the camera sent it, as an SEI message in it says.</summary>
public sealed record RecordedUnit(long Number, DateTime Sent)
{
    private const int NumberOffset = 17;
    private const int SentOffset = 27;
    private const int GroupedBytes = 10;

    /// <summary>Of a file of H.264 with start codes, in their order.</summary>
    public static IReadOnlyList<RecordedUnit> AllOf(string path)
    {
        List<RecordedUnit> units = [];
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        while (TryTake(ref rest, out RecordedUnit? unit))
        {
            units.Add(unit);
        }

        return units;
    }

    /// <summary>The next one in a file, or in a packet; the bytes then begin behind it. False: there is none.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, [NotNullWhen(true)] out RecordedUnit? unit)
    {
        // A NAL unit of type 6, of payload type 5, with 44 bytes, that begin so.
        int at = rest.IndexOf("\x06\x05,FastRtspProxySim1"u8);
        if (at < 0 || rest.Length < at + 3 + SentOffset + GroupedBytes)
        {
            unit = null;
            return false;
        }

        ReadOnlySpan<byte> data = rest[(at + 3)..];
        unit = new RecordedUnit(Grouped(data[NumberOffset..]), DateTime.UnixEpoch.AddMicroseconds(Grouped(data[SentOffset..])));
        rest = data[(SentOffset + GroupedBytes)..];
        return true;
    }

    /// <summary>None is missing, none comes twice, and they are in their order.</summary>
    public static void AssertWithoutASeam(IReadOnlyList<RecordedUnit> units, int countMin)
    {
        Assert.InRange(units.Count, countMin, int.MaxValue);
        Assert.Equal(Enumerable.Range(0, units.Count).Select(i => units[0].Number + i), units.Select(static unit => unit.Number));
    }

    /// <summary>Seven bits a byte.</summary>
    private static long Grouped(ReadOnlySpan<byte> data)
    {
        long value = 0;
        foreach (byte part in data[..GroupedBytes])
        {
            value = (value << 7) | (uint)(part & 0x7F);
        }

        return value;
    }
}
