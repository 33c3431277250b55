using FastRtspProxy.SimulatedCamera;

namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>The pictures of a recording of a simulated camera, each with its number and the time at which the camera sent it.</summary>
internal static class RecordedUnits
{
    /// <param name="path">A file of H.264 with start codes.</param>
    public static IReadOnlyList<SimulatorSei> Of(string path)
    {
        List<SimulatorSei> units = [];
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        while (rest.IndexOf([(byte)0, (byte)0, (byte)1]) is >= 0 and int start)
        {
            rest = rest[(start + 3)..];
            int end = rest.IndexOf([(byte)0, (byte)0, (byte)1]);
            if (SimulatorSei.TryRead(end < 0 ? rest : rest[..end], out SimulatorSei unit))
            {
                units.Add(unit);
            }
        }

        return units;
    }

    /// <summary>None is missing, none comes twice, and they are in their order.</summary>
    public static void AssertWithoutASeam(IReadOnlyList<SimulatorSei> units, int countMin)
    {
        Assert.InRange(units.Count, countMin, int.MaxValue);
        Assert.Equal(Enumerable.Range(0, units.Count).Select(i => units[0].AccessUnit + i), units.Select(static unit => unit.AccessUnit));
    }
}
