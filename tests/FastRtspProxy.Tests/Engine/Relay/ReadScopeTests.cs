using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Relay;

/// <summary>Whatever ends a scope, and whoever is gone by then, the slabs come back.</summary>
public sealed class ReadScopeTests
{
    private const int SlabBytes = 128 * 1024;

    private readonly SlabPool _pool = new(100L * SlabBytes, SlabBytes);

    [Fact]
    public void Dispose_TheRingIsGone_TheLastToLeaveGivesTheSlabsBack()
    {
        PacketRing ring = NewRing(shards: 3);
        Fill(ring, 500);
        using (ReadScope last = ring.Read(2, 0))
        {
            using (ReadScope first = ring.Read(1, 400))
            {
                ring.Dispose();
                Assert.True(_pool.RentedBytes > SlabBytes);
                Assert.Equal(1000, first.Entries[400].PacketBytes);
            }

            Assert.True(_pool.RentedBytes > SlabBytes, "somebody still reads from the beginning");
            Assert.Equal(-1, last.Entries[0].PacketView.IndexOfAnyExcept((byte)7));
        }

        Assert.Equal(0, _pool.RentedBytes);
    }

    [Fact]
    public void Dispose_AReaderOfTheEndOnly_TheSlabsBeforeItGoAtOnce()
    {
        PacketRing ring = NewRing(shards: 2);
        Fill(ring, 500);
        using (ReadScope scope = ring.Read(1, 499))
        {
            ring.Dispose();
            Assert.Equal(SlabBytes, _pool.RentedBytes);
        }

        Assert.Equal(0, _pool.RentedBytes);
    }

    [Fact]
    public void Clear_WithAReaderAndNoMorePackets_TheReaderGivesTheSlabsBack()
    {
        // The camera is lost, and may be for days: no producer comes by for what the reader kept.
        PacketRing ring = NewRing(shards: 2);
        Fill(ring, 500);
        using (ReadScope scope = ring.Read(1, 0))
        {
            ring.Clear();
            Assert.True(_pool.RentedBytes > 0);
        }

        Assert.Equal(0, _pool.RentedBytes);
        Fill(ring, 500);
        using ReadScope anew = ring.Read(1, 0);
        Assert.Equal(500, anew.From);
        Assert.Equal(1000, anew.Head);
    }

    [Fact]
    public void Clear_AgainAndAgainWithAReader_ItsPacketsAreWholeUntilItLeaves()
    {
        PacketRing ring = NewRing(shards: 2);
        Fill(ring, 500);
        using (ReadScope scope = ring.Read(1, 100))
        {
            for (int i = 0; i < 5; i++)
            {
                ring.Clear();
                Fill(ring, 1100);
            }

            for (long s = scope.From; s < scope.Head; s++)
            {
                Assert.Equal((ushort)s, scope.Entries[s].SequenceNumber);
                Assert.Equal(-1, scope.Entries[s].PacketView.IndexOfAnyExcept((byte)7));
            }
        }

        ring.Clear();
        Assert.Equal(0, _pool.RentedBytes);
    }

    [Fact]
    public void Append_AfterDispose_TakesNoMemory()
    {
        // A camera's connection may outlive its mount by an attempt that cannot be called back.
        PacketRing ring = NewRing(shards: 1);
        Fill(ring, 10);
        ring.Dispose();
        Assert.True(ring.Append(0, EntryFlags.Marker, 0, 0, 0, [1]).IsEmpty);
        ring.Publish();
        ring.Dispose();
        Assert.Equal(0, _pool.RentedBytes);
    }

    [Fact]
    public void Read_ThrowsInsideTheScope_TheAnnouncementIsTakenBack()
    {
        PacketRing ring = NewRing(shards: 1);
        Fill(ring, 500);
        Assert.Throws<FormatException>(() => ReadBadly(ring));
        ring.Clear();
        Assert.Equal(0, _pool.RentedBytes);
    }

    [Fact]
    public void Read_InsideAScopeOfTheSameShard_Throws()
    {
        PacketRing ring = NewRing(shards: 1);
        Fill(ring, 10);
        using ReadScope outer = ring.Read(0, 3);
        Assert.Throws<InvalidOperationException>(() => ring.Read(0, 5));
        Assert.Equal(3, outer.From);
    }

    [Fact]
    public async Task Dispose_WhileManyReaderThreadsComeAndGo_NothingStaysRented()
    {
        const int Readers = 3;
        for (int round = 0; round < 300; round++)
        {
            PacketRing ring = NewRing(Readers);
            Fill(ring, 400);
            using Barrier start = new(Readers + 1);
            Task[] readers = new Task[Readers];
            for (int r = 0; r < Readers; r++)
            {
                int shard = r;
                readers[r] = Task.Factory.StartNew(
                    () =>
                    {
                        start.SignalAndWait();
                        for (int i = 0; i < 20; i++)
                        {
                            using ReadScope scope = ring.Read(shard, i * 10);
                            for (long s = scope.From; s < scope.Head; s += 50)
                            {
                                Assert.Equal(7, scope.Entries[s].PacketView[0]);
                            }
                        }
                    },
                    TaskCreationOptions.LongRunning);
            }

            start.SignalAndWait();
            ring.Dispose();
            await Task.WhenAll(readers);
            Assert.Equal(0, _pool.RentedBytes);
        }
    }

    private static void ReadBadly(PacketRing ring)
    {
        using ReadScope scope = ring.Read(0, 0);
        throw new FormatException();
    }

    private static void Fill(PacketRing ring, int count)
    {
        byte[] packet = new byte[1000];
        Array.Fill(packet, (byte)7);
        for (int i = 0; i < count; i++)
        {
            ring.Append(0, EntryFlags.Marker, (ushort)(ring.Head + i), (uint)i, i, packet);
        }

        ring.Publish();
    }

    private PacketRing NewRing(int shards)
    {
        PacketRing ring = new(_pool, new RingOptions { KeepBytes = 50 * SlabBytes }, shards);
        ring.Want(0, 0); // somebody stands at its beginning
        return ring;
    }
}
