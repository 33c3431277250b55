using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

public sealed class InputBudgetTests
{
    [Theory]
    [InlineData(0, 8)]
    [InlineData(64, 8)]
    [InlineData(100, 12.5)]
    [InlineData(512, 64)]
    [InlineData(2048, 64)]
    public void LimitFor_Memory_IsAnEighthWithinBounds(long memoryMiB, double limitMiB) => Assert.Equal((long)(limitMiB * (1 << 20)), InputBudget.LimitFor(memoryMiB << 20));

    [Fact]
    public void TryTake_WithinTheLimit_IsGivenAndNobodyGoes()
    {
        InputBudget budget = new(100_000);
        Holder[] holders = [new(budget), new(budget), new(budget)];

        Assert.True(holders[0].TryHold(20_000));
        Assert.True(holders[1].TryHold(50_000));
        Assert.True(holders[2].TryHold(30_000));

        Assert.Equal(100_000, budget.HeldBytesNow);
        Assert.All(holders, static holder => Assert.Equal(0, holder.Evictions));
    }

    [Fact]
    public void TryTake_OverTheLimit_TheLargestGoesOnceAndTheOtherIsToldWhenThereIsRoom()
    {
        InputBudget budget = new(100_000);
        Holder[] holders = [new(budget), new(budget), new(budget)];
        holders[0].TryHold(20_000);
        holders[1].TryHold(50_000);
        holders[2].TryHold(30_000);

        Assert.False(holders[0].TryHold(1));
        Assert.False(holders[2].TryHold(1));
        Assert.Equal([0, 1, 0], holders.Select(static holder => holder.Evictions));
        Assert.Equal([0, 0, 0], holders.Select(static holder => holder.Wakes));

        holders[1].Account.Close();
        Assert.Equal([1, 0, 1], holders.Select(static holder => holder.Wakes));
        Assert.True(holders[0].TryHold(1));
        Assert.Equal(50_001, budget.HeldBytesNow);
    }

    /// <summary>Thousands that hold a little each fill the budget as well as a few that hold much: it must not stay full.</summary>
    [Fact]
    public void TryTake_EverybodyHoldsLittle_SomebodyGoesAllTheSame()
    {
        InputBudget budget = new(64 * 4096);
        List<Holder> holders = [];
        for (int i = 0; i < 64; i++)
        {
            holders.Add(new Holder(budget));
            Assert.True(holders[^1].TryHold(4096));
        }

        Assert.False(new Holder(budget).TryHold(4096));
        Assert.Equal(1, holders.Sum(static holder => holder.Evictions));
    }

    [Fact]
    public void TryTake_SomebodyPlays_IsGivenOverTheLimitAndTheLargestGoes()
    {
        InputBudget budget = new(10_000);
        Holder largest = new(budget);
        Holder viewer = new(budget) { IsPlaying = true };
        largest.TryHold(10_000);

        Assert.True(viewer.TryHold(4096));

        Assert.Equal(1, largest.Evictions);
        Assert.Equal(0, viewer.Evictions);
    }

    [Fact]
    public void Take_OverTheLimit_ViewersGoLastWhateverTheyHold()
    {
        InputBudget budget = new(10_000);
        Holder viewer = new(budget);
        viewer.Account.IsUsed = true;
        viewer.TryHold(6000);
        Holder stranger = new(budget);
        stranger.TryHold(3000);

        viewer.Account.Take(2000);

        Assert.Equal(1, stranger.Evictions);
        Assert.Equal(0, viewer.Evictions);
        stranger.Account.Close();
        viewer.Account.Take(4000);
        Assert.Equal(1, viewer.Evictions);
    }

    /// <summary>An answer cannot wait; it is held, and the sum comes back under the limit by those who hold most.</summary>
    [Fact]
    public void Take_FarOverTheLimit_AsManyGoAsItTakes()
    {
        InputBudget budget = new(10_000);
        Holder[] holders = [.. Enumerable.Range(0, 10).Select(_ => new Holder(budget))];
        foreach (Holder holder in holders)
        {
            holder.Account.Take(4000);
        }

        Assert.Equal(8, holders.Sum(static holder => holder.Evictions));
        foreach (Holder holder in holders.Where(static holder => holder.Evictions > 0))
        {
            holder.Account.Close();
        }

        Assert.Equal(8000, budget.HeldBytesNow);
    }

    [Fact]
    public void Close_HoldsSomething_GivesItBackOnceWhateverComesAfterwards()
    {
        InputBudget budget = new(10_000);
        Holder holder = new(budget);
        holder.TryHold(4000);

        holder.Account.Close();
        holder.Account.Return(4000);
        holder.Account.Take(100);
        holder.Account.Close();

        Assert.Equal(0, budget.HeldBytesNow);
    }

    /// <summary>Many threads take, wait, and give back; nobody waits for ever while there is room, and the sum is right in the end.</summary>
    [Fact]
    public async Task TryTake_ManyThreadsAtTheLimit_EverybodyGetsItsTurn()
    {
        InputBudget budget = new(3 * 4096);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            Holder holder = new(budget);
            for (int i = 0; i < 2000; i++)
            {
                while (!holder.Account.TryTake(4096))
                {
                    Assert.True(holder.WaitForMemory(), "nobody said that there is room");
                }

                holder.Account.Return(4096);
            }
        })));
        Assert.Equal(0, budget.HeldBytesNow);
    }

    private sealed class Holder : IInputHolder
    {
        private readonly SemaphoreSlim _memory = new(0);

        public Holder(InputBudget budget) => Account = new InputAccount(budget) { Holder = this };

        public InputAccount Account { get; }

        public int Evictions { get; private set; }

        public int Wakes { get; private set; }

        public bool IsPlaying { get; init; }

        public bool TryHold(int bytes)
        {
            bool taken = Account.TryTake(bytes);
            Account.Settle();
            return taken;
        }

        public bool WaitForMemory() => _memory.Wait(TimeSpan.FromSeconds(30));

        public void OnEvicted(long heldBytes) => Evictions++;

        public void OnMemory()
        {
            Wakes++;
            _memory.Release();
        }
    }
}
