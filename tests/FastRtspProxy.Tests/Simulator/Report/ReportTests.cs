using FastRtspProxy.Simulator.Load;
using FastRtspProxy.Simulator.Receive;
using FastRtspProxy.Simulator.Report;

namespace FastRtspProxy.Tests.Simulator.Report;

public class ReportTests
{
    private static readonly LatencySummary s_latency = new(1000, 100, 500, 400, 900, 20_000, 30_000, 40_000);

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(1, 0.1, true)]
    [InlineData(2, 0.1, false)]
    public void Judge_Loss_HoldsUpToTheLimit(long lost, double limitPercent, bool holds)
    {
        LoadOptions options = new() { Urls = [], MaxLossPercent = limitPercent };
        ReceiveCounters received = new() { Packets = 1000 - lost, Lost = lost };

        Assert.Equal(holds, Holds(options, received, 1));
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(19.9, false)]
    public void Judge_P99_HoldsUpToTheLimit(double limitMillis, bool holds)
    {
        LoadOptions options = new() { Urls = [], MaxP99 = TimeSpan.FromMilliseconds(limitMillis) };

        Assert.Equal(holds, Holds(options, new ReceiveCounters { Packets = 10 }, 1));
    }

    [Fact]
    public void Judge_P99OfAStreamWithoutSendTimes_FailsAndSaysWhy()
    {
        LoadOptions options = new() { Urls = [], MaxP99 = TimeSpan.FromSeconds(1) };
        List<Criterion> criteria = ReportBuilder.Judge(options, new ReceiveCounters { Packets = 10 }, LatencySummary.Empty, 1);

        Criterion criterion = Assert.Single(criteria, static one => !one.Holds);
        Assert.Contains("not measured", criterion.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void Judge_Clients_HoldsFromTheLimit(int peak, bool holds) =>
        Assert.Equal(holds, Holds(new LoadOptions { Urls = [], Clients = 5, MinClients = 5 }, new ReceiveCounters { Packets = 10 }, peak));

    [Fact]
    public void Judge_NothingReceived_NeverPasses() => Assert.False(Holds(new LoadOptions { Urls = [] }, default, 0));

    [Fact]
    public void Judge_NothingOfTheStream_DoesNotPassAndSaysWhy()
    {
        LoadOptions options = new() { Urls = [], MaxLossPercent = 1 };
        ReceiveCounters received = new() { Packets = 75, Foreign = 75, Unusable = 75 };

        List<Criterion> criteria = ReportBuilder.Judge(options, received, s_latency, 0);

        Assert.All(criteria, static one => Assert.False(one.Holds));
        Assert.StartsWith("none: 75 packets", criteria[0].Found, StringComparison.Ordinal);
        Assert.StartsWith("0 %", criteria[1].Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 0, true)]
    [InlineData(10, 1, false)]
    [InlineData(0, 0, false)]
    public void Judge_Verify_WantsVerifiedUnitsAndNoCorruptOnes(long verified, long corrupt, bool holds)
    {
        ReceiveCounters received = new() { Packets = 100, UnitsVerified = verified, UnitsCorrupt = corrupt };

        Assert.Equal(holds, Holds(new LoadOptions { Urls = [], Verify = true }, received, 1));
    }

    [Fact]
    public void Draw_AChart_IsOneSvgWithEscapedText()
    {
        string svg = new SvgChart("a < b", "seconds", "ms & more").Add(new ChartSeries("x\"y", "#000", [(0, 1), (1, double.NaN), (2, 3)])).Draw();

        Assert.Contains("a &lt; b", svg, StringComparison.Ordinal);
        Assert.Contains("ms &amp; more", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 5, 20)]
    [InlineData(7, 5, 2)]
    [InlineData(0.3, 5, 0.1)]
    public void Step_ASpan_IsARoundNumber(double span, int steps, double expected) => Assert.Equal(expected, SvgChart.Step(span, steps), 9);

    private static bool Holds(LoadOptions options, in ReceiveCounters received, int peak) =>
        ReportBuilder.Judge(options, received, s_latency, peak).TrueForAll(static one => one.Holds);
}
