using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Operations.Live;

namespace FastRtspProxy.Tests.Operations.Live;

/// <summary>What a page's pictures take of memory is counted where the rings' is.</summary>
public sealed class LiveBatchTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public void TryAddUnit_NoMemory_IsLeftOutAndTheNextSmallOneIsNot()
    {
        using SlabPool pool = new(32 * MiB); // four of them beside the rings
        using LiveMemory memory = new(pool.BesideRings);
        using LiveBatch batch = new(memory);
        Assert.True(batch.TryAddUnit(LiveFlags.Key, 1, new byte[MiB]));
        Assert.InRange(memory.HeldBytes, MiB, 2 * MiB);

        Assert.False(batch.TryAddUnit(LiveFlags.Key, 2, new byte[3 * MiB]));
        Assert.True(batch.TryAddUnit(LiveFlags.None, 3, new byte[1000]));
        batch.AddText(new byte[500]);

        Assert.Equal(3, batch.Count);
        Assert.Equal((1000 + LiveBatch.HeaderBytes, 3), (batch[1].Bytes.Length, batch[1].Bytes.Span[8]));
        Assert.True(batch[2].IsText);
    }

    /// <summary>It is given back with what was sent, and with the page.</summary>
    [Fact]
    public void Clear_LargePicture_IsNotHeldAnyLonger()
    {
        using SlabPool pool = new(32 * MiB);
        using LiveMemory memory = new(pool.BesideRings);
        LiveBatch batch = new(memory);
        Assert.True(batch.TryAddUnit(LiveFlags.Key, 1, new byte[MiB]));
        Assert.Equal(memory.HeldBytes, pool.RentedBytes);
        batch.Clear();
        Assert.Equal((0, 0, 0), (memory.HeldBytes, pool.RentedBytes, pool.AllocatedBytes));

        Assert.True(batch.TryAddUnit(LiveFlags.Key, 1, new byte[300_000]));
        batch.Clear();
        Assert.InRange(memory.HeldBytes, 300_000, 512 * 1024); // kept for the next one
        batch.Dispose();
        Assert.Equal((0, 0), (memory.HeldBytes, pool.RentedBytes));
    }

    /// <summary>Text says what follows: it comes whatever is left.</summary>
    [Fact]
    public void AddText_NoMemory_IsAddedAllTheSame()
    {
        using SlabPool pool = new(0);
        using LiveMemory memory = new(pool.BesideRings);
        using LiveBatch batch = new(memory);
        while (batch.TryAddUnit(LiveFlags.None, 1, new byte[10_000]))
        {
        }

        int units = batch.Count;
        for (int i = 0; i < 100; i++)
        {
            batch.AddText(new byte[1000]);
        }

        Assert.Equal(units + 100, batch.Count);
        Assert.Equal(0, memory.HeldBytes);
    }

    /// <summary>While others need the share, one has its part of it.</summary>
    [Fact]
    public void TryHold_ShareIsHalfUsed_OneHasItsPart()
    {
        using SlabPool pool = new(64 * MiB); // eight beside the rings
        using LiveMemory one = new(pool.BesideRings);
        using LiveMemory other = new(pool.BesideRings);
        pool.BesideRings.Enter();
        pool.BesideRings.Enter();
        Assert.True(one.TryHold(5 * MiB));

        Assert.False(one.TryHold(MiB));
        Assert.True(other.TryHold(2 * MiB));
        Assert.False(other.TryHold(MiB)); // a third, and one who may come
    }

    /// <summary>Memory that lies in free slabs is there for pictures.</summary>
    [Fact]
    public void TryHold_AllIsInFreeSlabs_UnmakesThem()
    {
        using SlabPool pool = new(8 * MiB);
        List<Slab> slabs = [];
        while (pool.TryRent() is { } slab)
        {
            slabs.Add(slab);
        }

        using LiveMemory memory = new(pool.BesideRings);
        Assert.False(memory.TryHold(MiB));
        slabs.ForEach(static slab => slab.Release());

        Assert.True(memory.TryHold(MiB));
        Assert.InRange(pool.AllocatedBytes, MiB, 8 * MiB);
    }
}
