using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class EgressRulesTests
{
    private const long Mbit = 1_000_000;

    [Theory]
    [InlineData(null, null, null, 100, 1000, 1000, "None")]
    [InlineData(5, null, null, 5, 1, 0, "None")]
    [InlineData(5, null, null, 6, 1, 0, "PerViewer")]
    [InlineData(null, 20, null, 5, 4, 900, "None")]
    [InlineData(null, 20, null, 5, 5, 0, "PerStream")]
    [InlineData(null, null, 100, 5, 4, 80, "None")]
    [InlineData(null, null, 100, 5, 5, 80, "Total")]
    [InlineData(1, 1, 1, 5, 5, 80, "PerViewer")] // the first that is met
    [InlineData(5, 20, 100, 0, 50, 200, "None")] // never measured: nobody is refused for what nobody knows
    public void Judge_OneMoreViewer_AgainstEachLimit(int? perViewer, int? perStream, int? total, int rate, int viewers, int others, string expected)
    {
        EgressLimits limits = new() { PerViewerMbits = perViewer, PerStreamMbits = perStream, TotalMbits = total };

        EgressRefusal refusal = EgressRules.Judge(limits, rate * Mbit, viewers, others * Mbit);

        Assert.Equal(expected, refusal.ToString());
    }

    [Theory]
    [InlineData(null, null, null, 0)]
    [InlineData(5, null, null, 5)]
    [InlineData(null, 20, 100, 20)]
    [InlineData(50, 20, 10, 10)]
    public void MostOfOne_IsTheLeastOfTheLimits(int? perViewer, int? perStream, int? total, int expected) =>
        Assert.Equal(
            expected * Mbit, EgressRules.MostOfOne(new EgressLimits { PerViewerMbits = perViewer, PerStreamMbits = perStream, TotalMbits = total }));
}
