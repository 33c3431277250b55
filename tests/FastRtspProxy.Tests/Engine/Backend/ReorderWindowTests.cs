using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

[Collection(nameof(Allocations))]
public sealed class ReorderWindowTests
{
    [Fact]
    public void Offer_InOrderOverTheWrap_PassesEachAndAllocatesNothing()
    {
        ReorderWindow window = new();
        byte[] packet = new byte[1200];
        ushort next = 65_000;
        Assert.Equal(ReorderAction.Pass, window.Offer(next++, packet, 0));
        bool passed = true;
        long nowMicros = 0;
        Assert.Equal(0, AllocationMeter.SteadyBytes(() => passed &= window.Offer(next++, packet, nowMicros++) == ReorderAction.Pass, rounds: 30_000));
        Assert.True(passed);
    }

    [Fact]
    public void Offer_TwoSwapped_ComeOutInOrder()
    {
        Assert.Equal([1, 2, 3, 4], Run([1, 3, 2, 4], out ReorderWindow window));
        Assert.Equal(0, window.Missing);
        Assert.Equal(0, window.Held);
    }

    [Fact]
    public void Offer_RepeatedAndLate_AreDroppedAndCounted()
    {
        Assert.Equal([1, 2, 3, 4], Run([1, 2, 2, 4, 4, 3, 1], out ReorderWindow window));
        Assert.Equal(1, window.Duplicates);
        Assert.Equal(2, window.Late);
    }

    [Fact]
    public void SkipGap_AfterALoss_GivesTheRestAndCountsTheMissing()
    {
        ReorderWindow window = new();
        List<int> output = [];
        Feed(window, [10, 12, 13, 15], output);
        Assert.Equal([10], output);
        window.SkipGap();
        Take(window, output);
        Assert.Equal([10, 12, 13], output);
        window.SkipGap();
        Take(window, output);
        Assert.Equal([10, 12, 13, 15], output);
        Assert.Equal(2, window.Missing);
        Assert.Equal(ReorderAction.Drop, window.Offer(11, [], 0));
        Assert.Equal(1, window.Late);
    }

    [Fact]
    public void Offer_OneStrayFarAway_IsDroppedAndTwoInARowAreARestart()
    {
        ReorderWindow window = new();
        Feed(window, [100, 101], []);
        Assert.Equal(ReorderAction.Drop, window.Offer(40_000, [], 0));
        Assert.Equal(ReorderAction.Pass, window.Offer(102, [], 0));
        Assert.Equal(ReorderAction.Drop, window.Offer(40_001, [], 0));
        Assert.Equal(ReorderAction.Restart, window.Offer(40_002, [], 0));
    }

    [Fact]
    public void HeldSinceMicros_SecondGap_IsAsOldAsItIsItself()
    {
        ReorderWindow window = new();
        window.Offer(0, [1], 0);
        Assert.Equal(ReorderAction.Held, window.Offer(2, [1], 1_000));
        Assert.Equal(ReorderAction.Held, window.Offer(6, [1], 30_000));
        Assert.Equal(ReorderAction.Held, window.Offer(4, [1], 39_000));
        Assert.Equal(1_000, window.HeldSinceMicros);
        window.SkipGap();
        Take(window, []);

        // The gap at 3 has been known since 6 came.
        Assert.Equal((2, 30_000L), (window.Held, window.HeldSinceMicros));
        Assert.Equal(ReorderAction.PassAndTake, window.Offer(3, [1], 40_000));
        Take(window, []);
        Assert.Equal((1, 30_000L), (window.Held, window.HeldSinceMicros));
        window.Reset();
    }

    [Fact]
    public void Offer_ClosedGapBeforeAnother_GivesTheOtherItsOwnTime()
    {
        ReorderWindow window = new();
        window.Offer(0, [1], 0);
        window.Offer(2, [1], 0);
        window.Offer(4, [1], 39_000);
        Assert.Equal(ReorderAction.PassAndTake, window.Offer(1, [1], 39_500));
        Take(window, []);
        Assert.Equal((1, 39_000L), (window.Held, window.HeldSinceMicros));
        window.Reset();
    }

    [Theory]
    [InlineData(40_000, 40_001)]
    [InlineData(40_001, 40_000)]
    [InlineData(40_000, 40_003)]
    public void Offer_NewStart_KeepsThePacketThatSaidSoFirst(ushort first, ushort second)
    {
        ReorderWindow window = new();
        Feed(window, [100, 101], []);
        Assert.Equal(ReorderAction.Drop, window.Offer(first, BitConverter.GetBytes(first), 0));
        Assert.Equal(ReorderAction.Restart, window.Offer(second, BitConverter.GetBytes(second), 0));
        Assert.True(window.TryTakeCandidate(out byte[] memory, out int length));
        Assert.Equal((first, 2), (BitConverter.ToUInt16(memory), length));
        ReorderWindow.Return(memory);
        Assert.False(window.TryTakeCandidate(out _, out _));
    }

    [Fact]
    public void SkipTo_TooFarAheadForTheWindow_CountsWhatIsMissing()
    {
        ReorderWindow window = new();
        Feed(window, [100, 101], []);
        Assert.Equal(ReorderAction.MakeRoom, window.Offer(302, [], 0));
        window.SkipTo(302);
        Assert.Equal(ReorderAction.Pass, window.Offer(302, [], 0));
        Assert.Equal(200, window.Missing);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Offer_ShuffledWithinTheWindow_IsAlwaysIncreasingAndComplete(int seed)
    {
        Random random = new(seed);
        List<ushort> input = [];
        for (int i = 0; i < 20_000; i++)
        {
            input.Add(unchecked((ushort)(60_000 + i)));
        }

        for (int i = 1; i < input.Count; i += 20)
        {
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(input).Slice(i, Math.Min(20, input.Count - i)));
        }

        List<int> output = Run(input, out ReorderWindow window);
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => (int)unchecked((ushort)(60_000 + i))), output);
        Assert.Equal(0, window.Missing);
    }

    private static List<int> Run(IEnumerable<ushort> input, out ReorderWindow window)
    {
        window = new ReorderWindow();
        List<int> output = [];
        Feed(window, input, output);
        return output;
    }

    private static void Feed(ReorderWindow window, IEnumerable<ushort> input, List<int> output)
    {
        foreach (ushort number in input)
        {
            byte[] packet = BitConverter.GetBytes(number);
            switch (window.Offer(number, packet, 0))
            {
                case ReorderAction.Pass:
                    output.Add(number);
                    break;
                case ReorderAction.PassAndTake:
                    output.Add(number);
                    Take(window, output);
                    break;
                case ReorderAction.MakeRoom:
                    Assert.Fail("The input is shuffled further than the window.");
                    break;
            }
        }
    }

    private static void Take(ReorderWindow window, List<int> output)
    {
        while (window.TryTake(out byte[] memory, out _))
        {
            output.Add(BitConverter.ToUInt16(memory));
            ReorderWindow.Return(memory);
        }
    }
}
