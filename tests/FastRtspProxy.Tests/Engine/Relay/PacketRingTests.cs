using System.Buffers.Binary;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Relay;

public sealed class PacketRingTests
{
    private const int SlabBytes = 128 * 1024;

    [Fact]
    public unsafe void Append_TwoPackets_LieDenselyBehindTheirFrameHeaders()
    {
        PacketRing ring = NewRing();
        ring.Append(1, EntryFlags.None, 7, 100, 0, [1, 2, 3]);
        ring.Append(1, EntryFlags.Rtcp, 0, 100, 0, [9, 9, 9, 9]);
        ring.Publish();

        using ReadScope scope = ring.Read(0, 0);
        RingEntries entries = scope.Entries;
        Assert.Equal(0, scope.From);
        Assert.Equal(2, scope.Head);
        Assert.Equal(new byte[] { (byte)'$', 2, 0, 3, 1, 2, 3, (byte)'$', 3, 0, 4, 9, 9, 9, 9 }, new ReadOnlySpan<byte>(entries[0].Frame, 15).ToArray());
        Assert.Equal(7, entries[0].SequenceNumber);
        Assert.Equal(15, entries[1].EndBytes);
    }

    [Fact]
    public void ForgetTracks_VideoBecameAudio_IsNoVideoAnyMore()
    {
        PacketRing ring = NewRing();
        ring.Append(0, EntryFlags.RandomAccess, 0, 3000, 0, [1]);
        ring.Append(0, EntryFlags.None, 1, 0, 0, [1]);
        Assert.Equal(1u, ring.VideoTracks);
        Assert.True(ring.HasReordering);
        ring.Clear();
        ring.ForgetTracks();
        ring.Append(0, EntryFlags.None, 2, 6000, 0, [1]);
        Assert.Equal(0u, ring.VideoTracks);
        Assert.False(ring.HasReordering);
    }

    [Fact]
    public void Append_NotPublished_IsNotSeen()
    {
        PacketRing ring = NewRing();
        Span<byte> copy = ring.Append(0, EntryFlags.None, 0, 0, 0, [1]);
        copy[0] = 42;
        Assert.Equal(0, ring.Head);
        ring.Publish();
        using ReadScope scope = ring.Read(0, 0);
        Assert.Equal(1, scope.Head);
        Assert.Equal(42, scope.Entries[0].PacketView[0]);
    }

    [Fact]
    public void Append_BeyondWhatIsKept_MovesTheTailAndReusesSlabs()
    {
        SlabPool pool = new(100 * SlabBytes, SlabBytes);
        PacketRing ring = new(pool, new RingOptions { KeepBytes = 4 * SlabBytes }, 1);
        ring.Want(0, 0);
        byte[] packet = new byte[1400];
        for (int i = 0; i < 10_000; i++)
        {
            ring.Append(0, EntryFlags.Marker, (ushort)i, (uint)i, i, packet);
            ring.Publish();
        }

        Assert.True(ring.Tail > 9_000, $"tail {ring.Tail}");
        Assert.InRange(pool.RentedBytes, SlabBytes, 6 * SlabBytes);
        Assert.Equal(pool.RentedBytes, ring.HeldBytes);
        ring.Dispose();
        Assert.Equal(0, pool.RentedBytes);
    }

    [Fact]
    public void Read_BelowTheTail_StartsAtTheTail()
    {
        PacketRing ring = NewRing(keepBytes: SlabBytes);
        byte[] packet = new byte[1400];
        for (int i = 0; i < 1000; i++)
        {
            ring.Append(0, EntryFlags.Marker, (ushort)i, (uint)i, i, packet);
        }

        ring.Publish();
        using ReadScope scope = ring.Read(0, 3);
        Assert.Equal(ring.Tail, scope.From);
    }

    [Fact]
    public void Append_WhileAReaderReads_DoesNotTouchWhatItReads()
    {
        SlabPool pool = new(100 * SlabBytes, SlabBytes);
        PacketRing ring = new(pool, new RingOptions { KeepBytes = SlabBytes }, 2);
        byte[] packet = new byte[1000];
        Array.Fill(packet, (byte)7);
        ring.Append(0, EntryFlags.Marker, 0, 0, 0, packet);
        ring.Publish();
        long held;
        using (ReadScope scope = ring.Read(1, 0))
        {
            Array.Fill(packet, (byte)8);
            for (int i = 1; i < 3000; i++)
            {
                ring.Append(0, EntryFlags.Marker, (ushort)i, (uint)i, i, packet);
                ring.Publish();
            }

            Assert.True(ring.Tail > 0);
            Assert.Equal(-1, scope.Entries[0].PacketView.IndexOfAnyExcept((byte)7));
            held = pool.RentedBytes;
        }

        for (int i = 0; i < 200; i++)
        {
            ring.Append(0, EntryFlags.Marker, (ushort)i, (uint)i, i, packet);
        }

        Assert.True(pool.RentedBytes < held, "the slabs that the reader kept were given back");
    }

    [Fact]
    public void Change_KeepsMoreAtOnceAndLessAsItGoes()
    {
        using SlabPool pool = new(64 * SlabBytes, SlabBytes);
        PacketRing ring = new(pool, new RingOptions { KeepBytes = 4 * SlabBytes }, 1);
        ring.Want(0, 0);
        byte[] packet = new byte[SlabBytes / 4];
        Fill(ring, packet, 100);
        Assert.InRange(ring.HeldBytes, 3 * SlabBytes, 5 * SlabBytes);
        long tail = ring.Tail;

        ring.Change(new RingOptions { KeepBytes = 16 * SlabBytes });
        Fill(ring, packet, 20);

        Assert.Equal((tail, 16L * SlabBytes), (ring.Tail, ring.KeepBytes)); // nothing was given up meanwhile
        ring.Change(new RingOptions { KeepBytes = 2 * SlabBytes });
        Assert.Equal(tail, ring.Tail); // no reader is lapped by the change itself
        Fill(ring, packet, 8);
        Assert.InRange(ring.HeldBytes, SlabBytes, 3 * SlabBytes);
        ring.Dispose();
    }

    [Fact]
    public void Append_BudgetUsedUp_GivesUpItsOwnOldestAndGoesOn()
    {
        SlabPool pool = new(2 * SlabBytes, SlabBytes);
        PacketRing ring = new(pool, new RingOptions { KeepBytes = 50 * SlabBytes }, 1);
        ring.Want(0, 0);
        byte[] packet = new byte[1400];
        for (int i = 0; i < 1000; i++)
        {
            Assert.False(ring.Append(0, EntryFlags.Marker, (ushort)i, (uint)i, i, packet).IsEmpty);
            ring.Publish();
        }

        Assert.True(ring.Tail > 0);
        Assert.Equal(0, ring.DroppedForMemory);
    }

    [Fact]
    public void Append_NoMemoryAtAll_DropsAndCounts()
    {
        PacketRing ring = new(new SlabPool(0, SlabBytes), new RingOptions(), 1);
        Assert.True(ring.Append(0, EntryFlags.None, 0, 0, 0, [1]).IsEmpty);
        Assert.Equal(1, ring.DroppedForMemory);
    }

    [Fact]
    public void Publish_EverythingWasDroppedForWantOfMemory_WakesWhoeverMayHoldIt()
    {
        SlabPool pool = new(SlabBytes, SlabBytes);
        PacketRing ring = new(pool, new RingOptions(), 1);
        CountingListener listener = new();
        ring.Subscribe(0, listener);
        Slab held = pool.TryRent()!;
        Assert.True(ring.Pool.IsUsedUp);
        Assert.True(ring.Append(0, EntryFlags.None, 0, 0, 0, [1]).IsEmpty);
        ring.Publish();
        ring.Publish();
        Assert.Equal(1, listener.Count);

        held.Release();

        Assert.False(ring.Pool.IsUsedUp);
        Assert.False(ring.Append(0, EntryFlags.None, 0, 0, 0, [1]).IsEmpty);
    }

    [Fact]
    public void NewestRandomAccess_ParameterSetsAndAudioBefore_IsTheAccessUnitsFirstPacket()
    {
        PacketRing ring = NewRing();
        ring.Append(0, EntryFlags.Marker, 0, 100, 0, [0]);                               // a P frame
        ring.Append(0, EntryFlags.ParameterSets, 1, 200, 0, [0]);                        // 1: SPS, PPS
        ring.Append(1, EntryFlags.Marker, 0, 5, 0, [0]);                                 // audio in between
        ring.Append(0, EntryFlags.RandomAccess, 2, 200, 0, [0]);
        Assert.Equal(-1, ring.NewestRandomAccess);
        ring.Publish();
        Assert.Equal(1, ring.NewestRandomAccess);
        Assert.Equal(1u, ring.VideoTracks);
    }

    [Fact]
    public void Clear_WithPackets_NothingBeforeIsEverServed()
    {
        SlabPool pool = new(100 * SlabBytes, SlabBytes);
        PacketRing ring = new(pool, new RingOptions(), 1);
        ring.Append(0, EntryFlags.RandomAccess, 0, 0, 0, [1]);
        ring.Publish();
        ring.Clear();
        Assert.Equal(1, ring.Tail);
        Assert.Equal(-1, ring.NewestRandomAccess);
        Assert.Equal(0, pool.RentedBytes);
        using ReadScope scope = ring.Read(0, 0);
        Assert.Equal(1, scope.From);
        Assert.Equal(1, scope.Head);
    }

    [Fact]
    public void Publish_SubscribedShards_AreWokenOnceABatch()
    {
        PacketRing ring = new(new SlabPool(10 * SlabBytes, SlabBytes), new RingOptions(), 2);
        CountingListener listener = new();
        ring.Subscribe(1, listener);
        ring.Append(0, EntryFlags.None, 0, 0, 0, [1]);
        ring.Append(0, EntryFlags.None, 1, 0, 0, [1]);
        ring.Publish();
        ring.Publish();
        Assert.Equal(1, listener.Count);
        ring.Unsubscribe(1);
        ring.Append(0, EntryFlags.None, 2, 0, 0, [1]);
        ring.Publish();
        Assert.Equal(1, listener.Count);
    }

    [Fact]
    public void Append_ManyPackets_AllocatesNothing()
    {
        PacketRing ring = NewRing(keepBytes: 2 * SlabBytes);
        byte[] packet = new byte[1200];
        Assert.Equal(0, AllocationMeter.SteadyBytes(() => Fill(ring, packet, 10), rounds: 5000));
    }

    [Fact]
    public unsafe void PaddedLong_InAnArray_StandsAloneOnItsCacheLine() => Assert.True(sizeof(PaddedLong) >= 256 && sizeof(RingReader) >= 256);

    [Fact]
    public async Task Read_WhileTheProducerRuns_PacketsAreWholeAndInOrder()
    {
        PacketRing ring = NewRing(keepBytes: 2 * SlabBytes);
        const int Packets = 400_000;
        Task producer = Task.Run(() =>
        {
            byte[] packet = new byte[700];
            for (int i = 0; i < Packets; i++)
            {
                Span<byte> bytes = packet.AsSpan(0, 40 + (i % 600));
                bytes.Fill((byte)i);
                BinaryPrimitives.WriteInt32BigEndian(bytes, i);
                ring.Append(0, EntryFlags.Marker, (ushort)i, (uint)i, i, bytes);
                if (i % 5 == 0 || i == Packets - 1)
                {
                    ring.Publish();
                }
            }
        });

        long lapped = 0;
        long cursor = 0;
        int last = -1;
        while (!producer.IsCompleted || cursor < ring.Head)
        {
            using ReadScope scope = ring.Read(0, cursor);
            lapped += scope.From - cursor;
            for (cursor = scope.From; cursor < scope.Head; cursor++)
            {
                // A reader that gets no time while the producer fills the whole budget makes it drop: numbers may be missing, never wrong.
                ReadOnlySpan<byte> bytes = scope.Entries[cursor].PacketView;
                int number = BinaryPrimitives.ReadInt32BigEndian(bytes);
                if (number <= last || bytes[4..].IndexOfAnyExcept((byte)number) >= 0 || bytes.Length != 40 + (number % 600))
                {
                    Assert.Fail($"packet {number} at {cursor} is not what was put in");
                }

                last = number;
            }
        }

        await producer;
        Assert.Equal(Packets, cursor + ring.DroppedForMemory);
        Assert.InRange(lapped, 0, Packets);
    }

    private static PacketRing NewRing(int keepBytes = 8 * SlabBytes) =>
        new(new SlabPool(100L * SlabBytes, SlabBytes), new RingOptions { KeepBytes = keepBytes }, 1);

    private static void Fill(PacketRing ring, byte[] packet, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ring.Append(0, EntryFlags.Marker, (ushort)i, (uint)i, i, packet);
            ring.Publish();
        }
    }

    private sealed class CountingListener : IRingListener
    {
        public int Count { get; private set; }

        public void OnPublished() => Count++;
    }

    [Fact]
    public void RandomAccessInterval_TwoVideoTracks_IsThatOfATrackAndOfTheSlower()
    {
        PacketRing ring = new(new SlabPool(64 << 20), new RingOptions { KeepBytes = 8 << 20 }, 1);
        for (int group = 0; group < 3; group++)
        {
            ring.Append(0, EntryFlags.RandomAccess, (ushort)group, (uint)(group * 900_000), group * 10_000_000L, [1]);
            ring.Append(0, EntryFlags.RandomAccess | EntryFlags.Marker, (ushort)group, (uint)(group * 900_000), (group * 10_000_000L) + 90, [1]);
            ring.Append(1, EntryFlags.RandomAccess | EntryFlags.Marker, (ushort)group, (uint)(group * 900_000), (group * 10_000_000L) + 5000, [1]);
            ring.Append(2, EntryFlags.RandomAccess | EntryFlags.Marker, (ushort)group, (uint)(group * 900_000), (group * 10_000_000L) + 6000, [1]);
            ring.Append(2, EntryFlags.RandomAccess | EntryFlags.Marker, (ushort)group, (uint)((group * 900_000) + 3600), (group * 10_000_000L) + 46_000, [1]);
        }

        Assert.Equal(10_000_000, ring.RandomAccessIntervalMicros);
        Assert.Equal(20_000_000, ring.Units.RandomAccessMicros);
        ring.Dispose();
    }

    [Fact]
    public void RandomAccessInterval_OneOfTwoVideoTracksHasStopped_IsThatOfTheOtherAfterAWhile()
    {
        PacketRing ring = new(new SlabPool(64 << 20), new RingOptions { KeepBytes = 8 << 20 }, 1);
        for (int second = 0; second <= 30; second += 2)
        {
            for (int track = 0; track < (second is 0 or 10 ? 2 : 1); track++)
            {
                ring.Append(track, EntryFlags.RandomAccess | EntryFlags.Marker, (ushort)second, (uint)(second * 90_000), second * 1_000_000L, [1]);
            }

            if (second == 20)
            {
                Assert.Equal((10_000_000L, 10_000_000L), (ring.RandomAccessIntervalMicros, ring.Units.RandomAccessMicros));
            }
        }

        Assert.Equal((2_000_000L, 30_000_000L), (ring.RandomAccessIntervalMicros, ring.Units.RandomAccessMicros));
        ring.Dispose();
    }

    /// <summary>Groups of 10 s, in which pictures are asked for: a camera goes on counting from there, or keeps its beat.</summary>
    [Theory]
    [InlineData(new[] { 0, 10, 14, 24 }, new[] { 13_950 }, 10)]
    [InlineData(new[] { 0, 10, 14, 20 }, new[] { 13_950 }, 10)]
    [InlineData(new[] { 0, 10, 14, 18, 30 }, new[] { 13_950, 17_950 }, 12)] // shorter than its own are, so its own are as long at least
    [InlineData(new[] { 0, 10, 14, 20, 22, 24 }, new[] { 13_950 }, 2)] // it has other groups now
    [InlineData(new[] { 0, 3 }, new[] { 2_950 }, 3)] // nothing else is known of it
    [InlineData(new[] { 0, 10, 20 }, new[] { 12_000 }, 10)] // it does as it likes
    public void RandomAccessInterval_SomeWereAskedFor_IsThatOfTheCamerasOwn(int[] seconds, int[] askedMillis, int expected)
    {
        PacketRing ring = new(new SlabPool(64 << 20), new RingOptions { KeepBytes = 8 << 20 }, 1);
        foreach (int second in seconds)
        {
            foreach (int asked in askedMillis.Where(asked => asked <= second * 1000))
            {
                ring.Units.NoteAsked(asked * 1000L);
            }

            ring.Append(0, EntryFlags.RandomAccess | EntryFlags.Marker, (ushort)second, (uint)(second * 90_000), second * 1_000_000L, [1]);
        }

        Assert.Equal(expected * 1_000_000, ring.RandomAccessIntervalMicros);
        ring.Dispose();
    }
}
