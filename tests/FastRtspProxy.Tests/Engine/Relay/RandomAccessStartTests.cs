using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Relay;

/// <summary>Where a reader begins at a random access point: with what leads it.</summary>
public sealed class RandomAccessStartTests : IDisposable
{
    private const EntryFlags Sets = EntryFlags.ParameterSets | EntryFlags.NonVcl;
    private const EntryFlags Table = EntryFlags.ParameterSets | EntryFlags.StandsAlone;
    private const EntryFlags Alone = EntryFlags.StandsAlone;

    private readonly SlabPool _pool = new(8 << 20);
    private readonly PacketRing _ring;
    private ushort _number;

    public RandomAccessStartTests() => _ring = new PacketRing(_pool, new RingOptions { KeepBytes = 1 << 20 }, 1);

    public void Dispose() => ((IDisposable)_pool).Dispose();

    [Fact]
    public void NewestRandomAccess_ParameterSetsWithATimestampOfTheirOwn_IsTheirs()
    {
        Add((EntryFlags.None, 10), (Sets, 20), (EntryFlags.NonVcl, 20), (EntryFlags.RandomAccess, 30), (EntryFlags.None, 30));
        Assert.Equal(1, _ring.NewestRandomAccess);
    }

    [Fact]
    public void NewestRandomAccess_PictureBehindTheParameterSetsOfTheSameTime_IsNotLedByThem()
    {
        Add((Sets, 20), (EntryFlags.None, 20), (EntryFlags.RandomAccess, 30));
        Assert.Equal(2, _ring.NewestRandomAccess);
    }

    [Fact]
    public void NewestRandomAccess_ParameterSetsThatEndTheirUnit_StandAlone()
    {
        // Readers that wait have left them behind: only what has no marker is held for them.
        Add((Sets | EntryFlags.Marker, 20), (EntryFlags.RandomAccess, 30));
        Assert.Equal(1, _ring.NewestRandomAccess);
    }

    [Fact]
    public void NewestRandomAccess_TableInThePacketBefore_BelongsToIt()
    {
        Add((Alone, 10), (Table, 10), (Alone | EntryFlags.RandomAccess, 10));
        Assert.Equal(1, _ring.NewestRandomAccess);
        Add((Table, 20), (Alone, 20), (Alone | EntryFlags.RandomAccess, 20));
        Assert.Equal(5, _ring.NewestRandomAccess);
        Add((Table, 30), (Table | EntryFlags.RandomAccess, 30));
        Assert.Equal(6, _ring.NewestRandomAccess);
    }

    [Fact]
    public void NewestRandomAccess_SoundBetweenTheTableAndThePoint_ChangesNothing()
    {
        Add((Alone, 10), (Table, 20));
        _ring.Append(1, EntryFlags.Marker, 1, 5, 0, [1]);
        Add((Alone | EntryFlags.RandomAccess, 30));
        Assert.Equal(1, _ring.NewestRandomAccess);
    }

    [Fact]
    public void Append_PacketsThatStandAlone_EachBeginsAUnit()
    {
        Add((Alone, 10), (Alone, 10), (Alone, 10));
        using ReadScope scope = _ring.Read(0, 0);
        for (int i = 0; i < 3; i++)
        {
            Assert.NotEqual(EntryFlags.None, scope.Entries[i].Flags & EntryFlags.FrameStart);
        }
    }

    private void Add(params (EntryFlags Flags, uint Timestamp)[] packets)
    {
        foreach ((EntryFlags flags, uint timestamp) in packets)
        {
            _ring.Append(0, flags, _number++, timestamp, _number, [1]);
        }

        _ring.Publish();
    }
}
