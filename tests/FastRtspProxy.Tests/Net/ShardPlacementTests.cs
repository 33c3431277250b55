using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

/// <summary>Crowds on virtual shards: where each viewer goes, and what that makes of the shards.</summary>
public sealed class ShardPlacementTests
{
    private const int Mounts = 20;
    private const int Viewers = 2000;

    /// <summary>In Mbit/s, from 1 to 25.</summary>
    private static readonly double[] s_rates = [.. Enumerable.Range(0, Mounts).Select(static m => 1 + (m * 24.0 / (Mounts - 1)))];

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    public void OfViewer_ReconnectStorm_NoShardHasHalfMoreThanTheMean(int shards)
    {
        // All mounts on one shard, in a row; one after the other, in turns, and the heaviest first.
        int[] byMount = [.. Enumerable.Range(0, Viewers).Select(static v => v * Mounts / Viewers)];
        int[] byTurns = [.. Enumerable.Range(0, Viewers).Select(static v => v % Mounts)];
        foreach (int[] order in (int[][])[byMount, byTurns, [.. byMount.Reverse()]])
        {
            Machine machine = new(shards);
            int[] where = machine.Join(order);
            machine.AssertEven();

            // All go, and all come back; half go, and come back in another order.
            machine.Leave(order, where);
            where = machine.Join(order);
            machine.AssertEven();
            machine.Leave(order[..(Viewers / 2)], where);
            machine.Join([.. order[..(Viewers / 2)].Reverse()]);
            machine.AssertEven();
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    public void OfViewer_AnyCrowd_NoShardIsBeyondItsFillAndHalfMoreThanTheMean(int shards)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            double[] popularity = [.. s_rates.Select(_ => random.NextDouble())];
            int[] order = [.. Enumerable.Range(0, random.Next(1, 6000)).Select(_ => Pick(random, popularity))];
            Machine machine = new(shards) { Homes = [.. s_rates.Select(_ => random.Next(shards))] };
            int[] where = machine.Join(order);
            for (int storm = 0; storm < 3; storm++)
            {
                int gone = random.Next(order.Length);
                machine.Leave(order[..gone], where);
                machine.Join(order[..gone]).CopyTo(where, 0);
            }

            double mean = machine.Weights.Average();
            double fill = Math.Min(6_000_000, 25_000_000 / shards);
            Assert.InRange(machine.Weights.Max(), 0, Math.Max(fill, mean * 1.5) + ShardPlacement.WeightOf(25_000_000));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(64)]
    public void OfViewer_FewViewers_AllAreAtHome(int shards)
    {
        Machine machine = new(shards) { Homes = [.. s_rates.Select(_ => shards - 1)] };
        Assert.All(machine.Join([.. Enumerable.Range(0, 20)]), shard => Assert.Equal(shards - 1, shard));
    }

    [Fact]
    public void OfViewer_CrowdOfAHeavyCamera_GoesOnToTheNextShardBeforeTheFirstIsBusy()
    {
        // 25 Mbit/s: 260 viewers are 6.5 Gbit/s, of the 10 or so that a core sends.
        Machine machine = new(4);
        int[] where = machine.Join([.. Enumerable.Repeat(Mounts - 1, 500)]);
        Assert.InRange(where.Count(static s => s == 0), 100, 260);
        Assert.Equal(0, where.Count(static s => s > 2));
    }

    [Fact]
    public void OfViewer_HomeIsBusy_TheNextOneHelps()
    {
        Assert.Equal(1, ShardPlacement.OfViewer([new(10, 60), new(5000, 10)], 0, 6000));
        Assert.Equal(0, ShardPlacement.OfViewer([new(10, 60), new(5000, 70)], 0, 6000)); // both are: the lightest
        Assert.Equal(0, ShardPlacement.OfViewer([new(7_000_000, 10), new(8_000_000, 20), new(6_500_000, 90)], 1, 6000)); // all are full
    }

    [Fact]
    public void OfMount_LightOnes_SixtyFourInARow()
    {
        int[] where = Place(200, 2, static _ => 0);
        Assert.All(Enumerable.Range(0, 200), m => Assert.Equal(m / 64 % 2, where[m]));
    }

    [Fact]
    public void OfMount_HeavyOnes_TheRowEndsWhenTheShardIsHalfFull()
    {
        int[] where = Place(64, 16, static _ => ShardPlacement.WeightOf(25_000_000));
        for (int shard = 0; shard < 16; shard++)
        {
            Assert.InRange(where.Count(s => s == shard), 0, 28); // 28 cameras of 29 Mbit/s are half of 1.56 Gbit/s
        }

        Assert.InRange(where.Distinct().Count(), 3, 16);
    }

    /// <summary>What a new camera sends is known seconds after its PLAY, and it stays where it was put.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    public void OfMount_ManyShardsAndCamerasThatTurnOutHeavy_NoShardIsHalfFullOfThem(int shards)
    {
        int[] where = Place(200, shards, static _ => ShardPlacement.WeightOf(0));
        int most = where.GroupBy(static shard => shard).Max(static mounts => mounts.Count());
        Assert.InRange(most * ShardPlacement.WeightOf(25_000_000), 0, 25_000_000 / shards / 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void OfMount_FewShardsAndCamerasOfUnknownRate_SixtyFourInARow(int shards)
    {
        int[] where = Place(500, shards, static _ => ShardPlacement.WeightOf(0));
        Assert.All(Enumerable.Range(0, 500), m => Assert.Equal(m / 64 % shards, where[m]));
    }

    private static int[] Place(int mounts, int shards, Func<int, long> weight)
    {
        ShardFigures[] figures = new ShardFigures[shards];
        int[] where = new int[mounts];
        int last = 0;
        int inARow = 0;
        for (int m = 0; m < mounts; m++)
        {
            where[m] = ShardPlacement.OfMount(figures, last, inARow);
            inARow = where[m] == last ? inARow + 1 : 1;
            last = where[m];
            figures[last] = figures[last] with { Weight = figures[last].Weight + weight(m) };
        }

        return where;
    }

    private static int Pick(Random random, double[] popularity)
    {
        double at = random.NextDouble() * popularity.Sum();
        int mount = 0;
        while (mount < popularity.Length - 1 && (at -= popularity[mount]) > 0)
        {
            mount++;
        }

        return mount;
    }

    private sealed class Machine(int shards)
    {
        private readonly ShardFigures[] _figures = new ShardFigures[shards];
        private readonly double[] _mbits = new double[shards];

        public int[] Homes { get; init; } = new int[Mounts];

        public IEnumerable<long> Weights => _figures.Select(static f => f.Weight);

        public int[] Join(int[] mounts) => [.. mounts.Select(m => Add(ShardPlacement.OfViewer(_figures, Homes[m], WeightOf(m)), m, 1))];

        public void Leave(int[] mounts, int[] where)
        {
            for (int i = 0; i < mounts.Length; i++)
            {
                Add(where[i], mounts[i], -1);
            }
        }

        public void AssertEven()
        {
            Assert.InRange(_mbits.Max(), 0, _mbits.Average() * 1.5);
            Assert.InRange(Weights.Max(), 0, Weights.Average() * 1.5);
        }

        private static long WeightOf(int mount) => ShardPlacement.WeightOf((long)(s_rates[mount] * 1_000_000));

        private int Add(int shard, int mount, int viewers)
        {
            _figures[shard] = _figures[shard] with { Weight = _figures[shard].Weight + (viewers * WeightOf(mount)) };
            _mbits[shard] += viewers * s_rates[mount];
            return shard;
        }
    }
}
