using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Relay;

public sealed class SlabPoolTests
{
    private const int Small = SlabPool.SmallestSlabBytes;
    private const int Large = SlabPool.DefaultSlabBytes;

    [Fact]
    public void TryRent_SomeAreFree_GivesTheOneThatWasUsedLast()
    {
        using SlabPool pool = new(16 << 20);
        Slab[] slabs = [.. Enumerable.Range(0, 5).Select(_ => pool.TryRent(Small, Small)!)];
        Array.ForEach(slabs, static slab => slab.Release());

        Assert.Same(slabs[4], pool.TryRent(Small, Small));
        Assert.Same(slabs[3], pool.TryRent(Small, Small));
        Assert.Equal((2L * Small, 5L * Small), (pool.RentedBytes, pool.AllocatedBytes));
    }

    [Fact]
    public unsafe void Slab_OfEachSize_BeginsAtAPage()
    {
        using SlabPool pool = new(16 << 20);
        for (int bytes = Small; bytes <= Large; bytes *= 2)
        {
            Slab slab = pool.TryRent(bytes, bytes)!;
            Assert.Equal((bytes, 0, bytes), (slab.Bytes, (int)((nint)slab.Pointer % Environment.SystemPageSize), slab.SpanView.Length));
        }
    }

    [Fact]
    public void GiveBackUnused_AfterAQuietMinute_ThePagesAreTheSystemsAndTheBusyOnesStay()
    {
        using SlabPool pool = new(16 << 20);
        Slab[] slabs = [.. Enumerable.Range(0, 4).Select(_ => pool.TryRent(Small, Small)!)];
        foreach (Slab slab in slabs)
        {
            slab.SpanView.Fill(7);
            slab.Release();
        }

        pool.GiveBackUnused(); // all four were needed in this minute
        Assert.All(slabs, static slab => Assert.Equal(7, slab.SpanView[0]));
        for (int i = 0; i < 10; i++)
        {
            pool.TryRent(Small, Small)!.Release();
        }

        pool.GiveBackUnused(); // one was

        Assert.Equal(3, slabs.Count(static slab => slab.SpanView.IndexOfAnyExcept((byte)0) < 0));
        Assert.Equal(7, pool.TryRent(Small, Small)!.SpanView[^1]);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(0, pool.TryRent(Small, Small)!.SpanView[0]));
        Assert.Equal(4L * Small, pool.AllocatedBytes);
    }

    [Fact]
    public void TryRent_TheBudgetIsInSmallFreeSlabs_TheyMakeRoomForALargeOne()
    {
        using SlabPool pool = new(Large);
        Slab[] slabs = [.. Enumerable.Range(0, Large / Small).Select(_ => pool.TryRent(Small, Small)!)];
        Assert.Null(pool.TryRent(Small, Small));
        Assert.True(pool.IsUsedUp);
        Array.ForEach(slabs[1..], static slab => slab.Release());
        Assert.Null(pool.TryRent()); // one is still held

        slabs[0].Release();

        Assert.False(pool.IsUsedUp);
        Assert.Equal(Large, pool.TryRent()!.Bytes);
        Assert.Equal((Large, Large), (pool.AllocatedBytes, pool.RentedBytes));
    }

    [Fact]
    public void TryRent_TheBudgetHasNoRoomForTheWantedSize_ASmallerOneThatIsLargeEnoughDoes()
    {
        using SlabPool pool = new(Large + Small);
        Assert.Equal(Large, pool.TryRent()!.Bytes);
        Assert.Null(pool.TryRent(Large, Small + 1));
        Assert.Equal(Small, pool.TryRent(Large, 1000)!.Bytes);
    }

    [Theory]
    [InlineData(0, Small)]
    [InlineData(Small, Small)]
    [InlineData(Small + 1, 2 * Small)]
    [InlineData(PacketRing.PacketBytesMax + 4, Large)]
    [InlineData(long.MaxValue, Large)]
    public void Fitting_Bytes_IsTheSmallestThatHoldsThem(long bytes, int slabBytes)
    {
        using SlabPool pool = new(16 << 20);
        Assert.Equal(slabBytes, pool.Fitting(bytes));
    }
}
