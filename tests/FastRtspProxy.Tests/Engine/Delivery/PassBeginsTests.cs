using FastRtspProxy.Engine.Delivery;

namespace FastRtspProxy.Tests.Engine.Delivery;

public sealed class PassBeginsTests
{
    /// <summary>Pictures in a group, at 12 to 60 a second and groups of half a second to ten; and what a pass for each half of a key frame makes of them.</summary>
    public static TheoryData<int> Groups => [1, 6, 8, 10, 12, 15, 16, 20, 24, 25, 30, 32, 40, 48, 50, 60, 64, 75, 80, 96, 100, 120, 125, 128, 150, 180, 200, 240, 250, 256, 300, 500, 512, 600];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Next_KeyFramesOfAnyUsualGroup_BeginAboutAsOftenInEachEighth(int group)
    {
        foreach (int count in (int[])[33, 64, 100, 1000, 2000])
        {
            int[] begun = new int[8];
            PassBegins begins = default;
            for (int pass = 0; pass < 1000 * group; pass++)
            {
                int begin = begins.Next(count);
                begun[begin * 8 / count] += pass % group == 0 ? 1 : 0;
            }

            // Of 1,000, and the eighths of 33 places are of four or five.
            Assert.All(begun, static times => Assert.InRange(times, 90, 165));
        }
    }

    [Fact]
    public void Next_ManyPasses_NobodyIsAlwaysFirst()
    {
        foreach (int count in (int[])[1, 2, 3, 9, 100, 1000])
        {
            int[] first = new int[count];
            PassBegins begins = default;
            for (int pass = 0; pass < 64; pass++)
            {
                first[begins.Next(count)]++;
            }

            Assert.InRange(first.Max(), 1, (64 / Math.Min(count, 16)) + 2);
        }
    }

    [Fact]
    public void Next_OfNothing_IsTheFirstPlace() => Assert.Equal(0, default(PassBegins).Next(0));
}
