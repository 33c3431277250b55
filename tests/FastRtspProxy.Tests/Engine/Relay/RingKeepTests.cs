using System.Runtime.CompilerServices;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Relay;

/// <summary>How far back a ring goes, and in how much memory.</summary>
[Collection(nameof(Allocations))]
public sealed class RingKeepTests : IDisposable
{
    private const int PacketBytes = 1250;

    private readonly byte[] _packet = new byte[PacketBytes];
    private readonly SlabPool _pool = new(64 << 20);
    private readonly PacketRing _ring;
    private long _nowMicros = 1_000_000;
    private ushort _number;
    private uint _timestamp;

    public RingKeepTests() => _ring = new PacketRing(_pool, new RingOptions { KeepBytes = 8 << 20 }, 2);

    public void Dispose()
    {
        _ring.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Append_GroupsOfTwoSeconds_KeepsTheNewestAndAJoinerAlwaysFindsIt()
    {
        long mostBytes = 0;
        for (int picture = 0; picture < 1000; picture++)
        {
            AppendPicture(picture % 50 == 0, packets: picture % 50 == 0 ? 20 : 4);
            Assert.InRange(_ring.NewestRandomAccess, _ring.Tail, _ring.Head - 1);
            mostBytes = Math.Max(mostBytes, _ring.HeldBytes);
        }

        Assert.InRange(mostBytes, 216 * PacketBytes, (216 * PacketBytes) + (4 * SlabPool.SmallestSlabBytes));
        Assert.Equal(_pool.RentedBytes, _ring.HeldBytes);
    }

    /// <summary>Some players look at 28 pictures before they show any: the group before the newest is kept for them while it is that old.</summary>
    [Fact]
    public void Append_GroupsOfASecond_KeepsOneThatIsOldEnoughToBeLookedAt()
    {
        int found = 0;
        for (int picture = 0; picture < 1000; picture++)
        {
            AppendPicture(picture % 25 == 0, packets: 30);
            long point = _ring.Units.PointForProbing(_nowMicros, uint.MaxValue);
            long newest = _ring.NewestRandomAccess;
            Assert.True(point < 0 || point >= _ring.Tail);
            found += picture > 100 && point >= 0 && point < newest ? 1 : 0;
        }

        Assert.InRange(found, 500, 620); // while it is not older than 1.57 s
        Assert.InRange(_ring.HeldBytes, 1, 3_000_000);
    }

    /// <summary>The other video's key frame helps no decoder: whoever sees one begins at one of its own, whoever sees both early enough for both.</summary>
    [Fact]
    public void JoinableNewest_TwoPictureTracks_IsAPointOfThoseThatAreWantedAndIsKept()
    {
        for (int picture = 0; picture < 200; picture++)
        {
            for (int track = 0; track < 2; track++)
            {
                EntryFlags flags = RandomAccess((picture + (track * 10)) % 100 == 0);
                _ring.Append(track, flags, (ushort)picture, (uint)(picture * 3600), _nowMicros, _packet);
            }

            _ring.Publish();
            _nowMicros += 40_000;
        }

        // Two packets a picture: that of the first track came with the 100th, that of the second with the 190th.
        Assert.Equal((200L, 381L, 200L), PointsOf(ofEach: true));
        Assert.Equal((200L, 381L, 381L), PointsOf(ofEach: false));
        Assert.Equal(381, _ring.NewestRandomAccess);
        Assert.InRange(_ring.Tail, 0, 200);

        (long First, long Second, long Both) PointsOf(bool ofEach) =>
            (_ring.Units.JoinableNewest(0b01, ofEach), _ring.Units.JoinableNewest(0b10, ofEach), _ring.Units.JoinableNewest(0b11, ofEach));
    }

    /// <summary>They count pictures: with 15 a second they look for 1.9 s, and a past of that length costs nobody anything.</summary>
    [Theory]
    [InlineData(66_667, 1_866_676)]
    [InlineData(40_000, ProbedPast.UsualMicros)]
    [InlineData(5_000, 467_000)] // a burst
    [InlineData(500_000, 5_000_000)] // they look no longer than that
    public void ProbedMicros_PicturesOfAnyRate_IsWhat28OfThemTake(int pictureMicros, long expected)
    {
        Assert.Equal(ProbedPast.UsualMicros, _ring.Units.ProbedMicros);
        AppendPictures(300, pictureMicros);
        Assert.Equal(expected, _ring.Units.ProbedMicros);
        _ring.Clear();
        AppendPictures(60, pictureMicros);
        Assert.Equal(expected, _ring.Units.ProbedMicros); // what was known counts on
    }

    [Fact]
    public void ProbedMicros_AHoleAndABurstBehindIt_MoveItByAQuarter()
    {
        AppendPictures(300, 40_000);
        _nowMicros += 4_000_000;
        AppendPictures(28, 40_000);
        Assert.Equal(ProbedPast.UsualMicros * 5 / 4, _ring.Units.ProbedMicros);
        AppendPictures(28, 40_000);
        Assert.Equal(ProbedPast.UsualMicros, _ring.Units.ProbedMicros);
        AppendPictures(28, 1_000);
        AppendPictures(28 * 6, 40_000);
        Assert.Equal(ProbedPast.UsualMicros, _ring.Units.ProbedMicros);
    }

    /// <summary>FFmpeg knows a stream once it knows each track of it.</summary>
    [Fact]
    public void ProbedMicros_TwoPictureTracks_IsThatOfTheSlowerOne()
    {
        for (int i = 0; i < 600; i++)
        {
            _ring.Append(0, RandomAccess(i == 0), _number++, (uint)i, _nowMicros, _packet);
            if (i % 2 == 0)
            {
                _ring.Append(1, RandomAccess(i == 0), _number++, (uint)i, _nowMicros, _packet);
            }

            _ring.Publish();
            _nowMicros += 40_000;
        }

        Assert.Equal(28 * 80_000, _ring.Units.ProbedMicros);
    }

    /// <summary>Packets of a transport stream are no pictures.</summary>
    [Fact]
    public void ProbedMicros_EachPacketStandsAlone_IsNotKnown()
    {
        for (int i = 0; i < 300; i++)
        {
            _ring.Append(0, RandomAccess(i == 0) | EntryFlags.StandsAlone, _number++, (uint)i, _nowMicros += 2_000, _packet);
            _ring.Publish();
        }

        Assert.Equal(ProbedPast.UsualMicros, _ring.Units.ProbedMicros);
    }

    [Fact]
    public void Append_ARandomAccessUnitIsOnItsWay_TheOneBeforeIsKeptUntilItIsWhole()
    {
        AppendPicture(isRandomAccess: true, packets: 10);
        AppendPicture(isRandomAccess: false, packets: 60);
        long before = _ring.NewestRandomAccess;
        for (int i = 0; i < 300; i++)
        {
            AppendPacket(EntryFlags.RandomAccess);
            Assert.InRange(_ring.Tail, 0, before);
        }

        AppendPacket(EntryFlags.RandomAccess | EntryFlags.Marker);
        _nowMicros += 2_000_000; // for those who look at a second of it, too
        AppendPicture(isRandomAccess: false, packets: 110);
        Assert.InRange(_ring.Tail, before + 1, _ring.NewestRandomAccess);
    }

    /// <summary>Joiners that come one after the other keep their own places, not that of the first of them.</summary>
    [Fact]
    public void Promise_JoinersComeAllTheTime_KeepsNoMoreThanTheirOwnPlaces()
    {
        long mostBytes = 0;
        long[] promised = new long[1000];
        for (int picture = 0; picture < promised.Length; picture++)
        {
            AppendPicture(picture % 50 == 0, packets: picture % 50 == 0 ? 20 : 4);
            promised[picture] = _ring.NewestRandomAccess;
            _ring.Promise(promised[picture], _nowMicros);
            Assert.InRange(_ring.Tail, 0, promised[Math.Max(0, picture - 49)]); // two seconds ago
            mostBytes = Math.Max(mostBytes, _ring.HeldBytes);
        }

        Assert.InRange(mostBytes, 216 * PacketBytes, (4 * 216 * PacketBytes) + (4 * SlabPool.SmallestSlabBytes));
    }

    [Fact]
    public void Want_AViewerStandsFurtherBack_ItsPacketsAreKeptAsLongAsTheRingMay()
    {
        AppendPicture(isRandomAccess: true, packets: 10);
        long stands = _ring.Head;
        _ring.Want(1, stands);
        for (int picture = 1; picture < 250; picture++)
        {
            AppendPicture(picture % 10 == 0, packets: 8);
        }

        Assert.InRange(_ring.Tail, 0, stands);
        for (int picture = 0; picture < 250; picture++)
        {
            AppendPicture(picture % 10 == 0, packets: 8);
        }

        Assert.True(_ring.Tail > stands, "older than the ring may keep");
        _ring.Unsubscribe(1);
        AppendPicture(isRandomAccess: true, packets: 60);
        AppendPicture(isRandomAccess: false, packets: 60);
        Assert.InRange(_ring.HeldBytes, 1, 16 * SlabPool.SmallestSlabBytes); // 1.2 s of short groups
    }

    [Fact]
    public void Promise_AJoinerIsOnItsWay_FindsItsPlaceForASecondOrTwo()
    {
        AppendPicture(isRandomAccess: true, packets: 60);
        long place = _ring.NewestRandomAccess;
        _ring.Promise(place, _nowMicros);
        for (int picture = 0; picture < 25; picture++)
        {
            AppendPicture(isRandomAccess: true, packets: 20);
        }

        using (ReadScope scope = _ring.Read(0, place))
        {
            Assert.Equal(place, scope.From);
        }

        for (int picture = 0; picture < 50; picture++)
        {
            AppendPicture(isRandomAccess: true, packets: 20);
        }

        Assert.True(_ring.Tail > place);
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(2, 64)]
    [InlineData(8, 128)]
    public unsafe void Append_AtARate_SlabsHoldAQuarterOfASecond(int packets, int slabKilobytes)
    {
        for (int picture = 0; picture < 200; picture++)
        {
            AppendPicture(isRandomAccess: false, packets * 4);
        }

        using ReadScope scope = _ring.Read(0, _ring.Head - 1);
        Assert.Equal(slabKilobytes * 1024, scope.Entries[_ring.Head - 1].Slab.Bytes);
    }

    [Fact]
    public void Append_APacketThatIsLargerThanASmallSlab_FindsRoom()
    {
        byte[] packet = new byte[PacketRing.PacketBytesMax];
        for (int i = 0; i < 20; i++)
        {
            AppendPicture(isRandomAccess: false, packets: 4);
            Assert.Equal(packet.Length, _ring.Append(0, EntryFlags.Marker, _number++, _timestamp += 3600, _nowMicros, packet).Length);
        }

        Assert.Equal(0, _ring.DroppedForMemory);
    }

    /// <summary>Who asks for more than is kept is given the oldest of it, which is next to go.</summary>
    [Fact]
    public void Promise_TheOldestThatIsKept_OutlivesTheAnswerThatSaysSo()
    {
        TimeSpan past = TimeSpan.FromSeconds(4);
        _ring.Change(new RingOptions { KeepBytes = 8 << 20, KeepDuration = past, PastDuration = past });
        for (int picture = 0; picture < 500; picture++)
        {
            AppendPicture(picture % 25 == 0, packets: 8);
        }

        long oldest = _ring.JoinableAt(0, _nowMicros, shardIndex: 0);
        _ring.Promise(oldest, _nowMicros);
        for (int picture = 0; picture < 45; picture++) // 1.8 s
        {
            AppendPicture(picture % 25 == 0, packets: 8);
        }

        Assert.InRange(_ring.Tail, 0, oldest);
        for (int picture = 0; picture < 100; picture++)
        {
            AppendPicture(picture % 25 == 0, packets: 8);
        }

        Assert.True(_ring.Tail > oldest, "a promise is for two seconds");
    }

    /// <summary>A viewer that begins at the end of the past and stays as far behind is not lapped, though the camera sends more by and by.</summary>
    [Theory]
    [InlineData(8 << 20)]
    [InlineData(1 << 20)] // the bytes are the bound
    public void Want_AViewerStaysAtTheEndOfThePast_FindsItsPackets(int keepBytes)
    {
        TimeSpan past = TimeSpan.FromSeconds(8);
        _ring.Change(new RingOptions { KeepBytes = keepBytes, KeepDuration = past + TimeSpan.FromSeconds(2), PastDuration = past });
        for (int picture = 0; picture < 1000; picture++)
        {
            AppendPicture(picture % 25 == 0, packets: 4);
        }

        long cursor = _ring.JoinableAt(0, _nowMicros, shardIndex: 0);
        _ring.Promise(cursor, _nowMicros);
        for (int picture = 0; picture < 1000; picture++)
        {
            _ring.Want(1, cursor);
            AppendPicture(picture % 25 == 0, packets: picture % 25 == 0 ? 6 : 4);
            Assert.InRange(_ring.Tail, 0, cursor);
            cursor += picture % 25 == 0 ? 6 : 4;
        }
    }

    /// <summary>Two groups of a second; two seconds later the camera is lost.</summary>
    [Fact]
    public void End_KeepsPast_ItIsReadOnAndBegunInByWhoNamesAMomentOfIt()
    {
        TimeSpan past = TimeSpan.FromSeconds(20);
        _ring.Change(new RingOptions { KeepBytes = 8 << 20, KeepDuration = past, PastDuration = past });
        for (int picture = 0; picture < 50; picture++)
        {
            AppendPicture(picture % 25 == 0, packets: 4);
        }

        _nowMicros += 2_000_000;
        _ring.End(keepsPast: true, _nowMicros);

        Assert.Equal((0L, 200L, -1L), (_ring.Tail, _ring.Head, _ring.NewestRandomAccess));
        Assert.Equal((-1L, -1L), (_ring.Units.JoinableNewest(uint.MaxValue, ofEach: true), _ring.Units.JoinableNewest(uint.MaxValue, ofEach: false)));
        Assert.Equal(-1, _ring.Units.PointForProbing(_nowMicros, uint.MaxValue));
        Assert.Equal((0L, 100L, -1L), (PointAt(1_500_000), PointAt(2_500_000), PointAt(4_000_000))); // then nothing came

        AppendPicture(isRandomAccess: true, packets: 4);
        Assert.Equal((0L, 100L, 200L), (PointAt(1_500_000), PointAt(2_500_000), PointAt(4_000_000)));
        Assert.Equal((200L, 200L), (_ring.NewestRandomAccess, _ring.Units.JoinableNewest(uint.MaxValue, ofEach: true)));
        using ReadScope scope = _ring.Read(1, 100);
        Assert.Equal((100L, 204L), (scope.From, scope.Head));

        long PointAt(long micros) => _ring.JoinableAt(micros, _nowMicros, shardIndex: 0);
    }

    [Fact]
    public void End_KeepsPast_WhatIsTooOldGoesThoughNothingComes()
    {
        TimeSpan past = TimeSpan.FromSeconds(4);
        _ring.Change(new RingOptions { KeepBytes = 8 << 20, KeepDuration = past, PastDuration = past });
        for (int picture = 0; picture < 100; picture++)
        {
            AppendPicture(picture % 25 == 0, packets: 20);
        }

        _ring.End(keepsPast: true, _nowMicros);
        Assert.True(_ring.HeldBytes > 20 * 100 * PacketBytes);
        _ring.End(keepsPast: true, _nowMicros + 60_000_000);
        Assert.InRange(_ring.HeldBytes, 0, 2 * SlabPool.DefaultSlabBytes);
        _ring.End(keepsPast: false, _nowMicros);
        Assert.Equal((0L, 0L), (_ring.HeldBytes, _pool.RentedBytes));
    }

    [Fact]
    public void Clear_NobodyReads_NothingIsHeld()
    {
        AppendPicture(isRandomAccess: true, packets: 500);
        _ring.Clear();
        Assert.Equal((0L, 0L), (_ring.HeldBytes, _pool.RentedBytes));
        AppendPicture(isRandomAccess: true, packets: 500);
        using ReadScope scope = _ring.Read(0, 0);
        Assert.Equal(500, scope.Head - scope.From);
    }

    /// <summary>A camera that sends packets of next to nothing: what the ring knows of each is bounded as the packets are, and paid for.</summary>
    [Fact]
    public void Append_PacketsOfTwelveBytesBehindOneKeyFrame_EntriesArePaidForAndBounded()
    {
        AppendPicture(isRandomAccess: true, packets: 10);
        long most = 0;
        long mostPaidBytes = 0;
        byte[] packet = new byte[12];
        for (int i = 0; i < 600_000; i++)
        {
            _ring.Append(0, EntryFlags.None, _number++, _timestamp, _nowMicros, packet);
            _nowMicros += 11;
            if (i % 100 == 0)
            {
                _ring.Publish();
                most = Math.Max(most, _ring.Head - _ring.Tail);
                mostPaidBytes = Math.Max(mostPaidBytes, _pool.RentedBytes - _ring.HeldBytes);
            }
        }

        Assert.Equal(0, _ring.DroppedForMemory);
        Assert.InRange(most, 100_000, ((8 << 20) / 64) + (2 * SlabPool.DefaultSlabBytes / 64)); // a slab that is full, and one that is not
        Assert.Equal(131_072 * Unsafe.SizeOf<RingEntry>(), mostPaidBytes);

        for (int picture = 0; picture < 25 * 200; picture++)
        {
            AppendPicture(isRandomAccess: picture % 25 == 0, packets: 10);
        }

        Assert.Equal(_pool.RentedBytes, _ring.HeldBytes); // nothing is left of it after some minutes
    }

    /// <summary>What is kept falls from a whole group to nothing with each key frame; the table does not follow it.</summary>
    [Fact]
    public void Append_LongGroups_AllocateNothing()
    {
        for (int picture = 0; picture < 25 * 30; picture++)
        {
            AppendPicture(isRandomAccess: picture % 250 == 0, packets: 30);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int picture = 0; picture < 25 * 200; picture++)
        {
            AppendPicture(isRandomAccess: picture % 250 == 0, packets: 30);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A slab that is not full by what is in it, and a table that cannot grow, would have every further packet dropped.</summary>
    [Fact]
    public void Append_SmallPacketsAndNothingIsLeftToLend_TheOldestMakeRoom()
    {
        using SlabPool pool = new(SlabPool.DefaultSlabBytes);
        PacketRing ring = new(pool, new RingOptions(), 2);
        byte[] packet = new byte[40];
        for (int i = 0; i < 10_000; i++)
        {
            Assert.Equal(packet.Length, ring.Append(0, EntryFlags.None, _number++, _timestamp, _nowMicros += 11, packet).Length);
            ring.Publish();
        }

        Assert.Equal(0, ring.DroppedForMemory);
        ring.Dispose();
    }

    [Fact]
    public void Append_PacketsOfTwelveBytesAndTheBudgetIsUsedUp_TheOldestIsGivenUpForTheNewest()
    {
        using SlabPool pool = new(2 << 20);
        PacketRing ring = new(pool, new RingOptions(), 2);
        ring.Append(0, EntryFlags.RandomAccess | EntryFlags.Marker, _number++, _timestamp, _nowMicros, new byte[PacketBytes]);
        byte[] packet = new byte[12];
        for (int i = 0; i < 200_000; i++)
        {
            Assert.Equal(packet.Length, ring.Append(0, EntryFlags.None, _number++, _timestamp, _nowMicros += 11, packet).Length);
            ring.Publish();
            Assert.InRange(pool.AllocatedBytes, 1, pool.BudgetBytes);
        }

        Assert.InRange(ring.Head - ring.Tail, 1024, 32 * 1024);
        Assert.True(pool.RentedBytes > ring.HeldBytes);
        using (ring.Read(1, ring.Head - 1))
        {
            ring.Dispose(); // with somebody in the middle of it
        }

        Assert.Equal(0, pool.RentedBytes);
    }

    /// <summary>A picture, 40 ms after the one before.</summary>
    private static EntryFlags RandomAccess(bool isPoint) => (isPoint ? EntryFlags.RandomAccess : EntryFlags.None) | EntryFlags.Marker;

    private void AppendPictures(int count, int pictureMicros)
    {
        for (int picture = 0; picture < count; picture++)
        {
            AppendPicture(picture % 25 == 0, packets: 3, pictureMicros);
        }
    }

    private void AppendPicture(bool isRandomAccess, int packets, int pictureMicros = 40_000)
    {
        EntryFlags flags = isRandomAccess ? EntryFlags.RandomAccess : EntryFlags.None;
        for (int i = 0; i < packets; i++)
        {
            AppendPacket(flags | (i == packets - 1 ? EntryFlags.Marker : EntryFlags.None));
        }

        _ring.Publish();
        _nowMicros += pictureMicros;
    }

    private void AppendPacket(EntryFlags flags)
    {
        _ring.Append(0, flags, _number++, _timestamp, _nowMicros, _packet);
        _timestamp += (flags & EntryFlags.Marker) != 0 ? 3600u : 0;
    }
}
