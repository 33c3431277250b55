using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Relay;

public sealed class TimestampMapTests
{
    [Theory]
    [InlineData(1_000_000u)]
    [InlineData(5_000u)] // wraps between the first picture and the edge
    public void Map_AGroupOfPictures_IsStrictlyIncreasingAndEndsAtTheEdge(uint edge)
    {
        const uint Span = 50 * 3600;
        TimestampMap map = new(0, edge, Span, 3600);
        uint last = map.Map(unchecked(edge - Span));
        Assert.Equal(unchecked(edge - 3600), last);
        for (uint t = unchecked(edge - Span + 3600); t != edge + 3600; t += 3600)
        {
            uint mapped = map.Map(t);
            Assert.True((int)(mapped - last) > 0, $"{mapped} after {last}");
            last = mapped;
        }

        Assert.Equal(edge, last);
    }

    [Fact]
    public void Map_AfterTheEdge_ChangesNothing()
    {
        TimestampMap map = new(0, 100, 50, 10);
        Assert.Equal(100u, map.Map(100));
        Assert.Equal(3700u, map.Map(3700));
    }

    [Fact]
    public void Map_BFrames_KeepThePresentationOrder()
    {
        // Decoding order I P B B P B B: the map is monotonic, so any order is kept.
        uint[] timestamps = [0, 10_800, 3_600, 7_200, 21_600, 14_400, 18_000];
        TimestampMap map = new(0, 21_600, 21_600, 3600);
        uint[] mapped = [.. timestamps.Select(map.Map)];
        Assert.Equal(Order(timestamps), Order(mapped));
        Assert.Equal(mapped.Length, mapped.Distinct().Count());

        static int[] Order(uint[] values) => [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
    }

    [Fact]
    public void Map_NothingToSqueeze_ChangesNothing() => Assert.Equal(50u, new TimestampMap(0, 100, 50, 50).Map(50));
}
