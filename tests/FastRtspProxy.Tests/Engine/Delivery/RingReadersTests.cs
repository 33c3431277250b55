using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>Who reads a ring beside the viewers.</summary>
public sealed class RingReadersTests
{
    /// <summary>All of them read a bounded amount in a pass, and each has its turn, however greedy the others are.</summary>
    [Fact]
    public async Task OnEndOfTurn_GreedyReaders_TakeTurnsWithinOneBudget()
    {
        const int Readers = 5;
        using FanOutFixture fixture = new();
        List<int> order = [];
        Reader[] readers = [.. Enumerable.Range(0, Readers).Select(i => new Reader(() => order.Add(i)))];
        fixture.OnShard(() => Array.ForEach(readers, fixture.FanOut.Add));

        await Until.TrueAsync(() => fixture.OnShard(() => order.Count >= 20 * Readers));

        int[] seen = fixture.OnShard(() =>
        {
            Array.ForEach(readers, reader => Assert.True(fixture.FanOut.Remove(reader)));
            return order.ToArray();
        });
        Assert.Equal(Enumerable.Range(0, seen.Length).Select(static i => i % Readers), seen);
    }

    /// <summary>Those that have little to read are all read in one pass.</summary>
    [Fact]
    public void OnEndOfTurn_LittleToRead_ReadsAll()
    {
        using FanOutFixture fixture = new();
        int passes = 0;
        Reader[] readers = [.. Enumerable.Range(0, 5).Select(_ => new Reader(() => passes++, bytes: 1000))];
        fixture.OnShard(() => Array.ForEach(readers, fixture.FanOut.Add));

        fixture.OnShard(static () => { });

        Assert.Equal(5, fixture.OnShard(() => passes));
    }

    /// <param name="onPass">What it does in a pass.</param>
    /// <param name="bytes">What it reads; null: all it may, and it has more.</param>
    private sealed class Reader(Action onPass, int? bytes = null) : IRingReader
    {
        public long Cursor => long.MaxValue;

        public bool OnPass(ref int bytesLeft)
        {
            Assert.InRange(bytesLeft, 1, 1024 * 1024);
            onPass();
            bytesLeft -= bytes ?? bytesLeft;
            return bytes is null;
        }
    }
}
