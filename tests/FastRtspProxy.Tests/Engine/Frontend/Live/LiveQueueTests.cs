using System.Buffers.Binary;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Frontend.Live;

public class LiveQueueTests
{
    private const int SlabBytes = SlabPool.DefaultSlabBytes;

    [Fact]
    public void TryAppend_NobodyReads_IsRefusedAtItsBoundAndGivesEverythingBack()
    {
        using SlabPool pool = new(64 << 20);
        LiveQueue queue = new(new SlabShare(pool, pool.BudgetBytes), 0);
        byte[] packet = new byte[60_000];
        int taken = 0;
        while (queue.TryAppend(0, 0, startsGroup: taken % 10 == 0, isAfterGap: false, packet))
        {
            taken++;
        }

        Assert.InRange(taken * packet.Length, LiveQueue.BytesMax * 8 / 10, LiveQueue.BytesMax);
        Assert.Equal(LiveQueue.BytesMax, pool.RentedBytes);
        Assert.Equal(taken, queue.Drop());
        Assert.Equal((0, 0L), (queue.UnreadGroups, pool.RentedBytes));
        Assert.False(queue.TryRead(out _));

        Assert.True(queue.TryAppend(1, 7, startsGroup: true, isAfterGap: true, packet));
        Assert.True(queue.TryRead(out LivePacket read));
        Assert.Equal((1, true, 7L, packet.Length), (read.Track, read.IsAfterGap, read.ArrivalMicros, read.Bytes.Length));
        queue.Release();
        Assert.Equal(0, pool.RentedBytes);
    }

    [Fact]
    public void TryAppend_NoSlabs_IsRefused()
    {
        using SlabPool pool = new(SlabBytes);
        Slab other = pool.TryRent()!;
        LiveQueue queue = new(new SlabShare(pool, pool.BudgetBytes), 0);

        Assert.False(queue.TryAppend(0, 0, true, false, new byte[100]));

        other.Release();
        Assert.True(queue.TryAppend(0, 0, true, false, new byte[100]));
        queue.Release();
    }

    /// <summary>However many pages do not take their pictures: the rings keep the rest of the memory.</summary>
    [Fact]
    public void TryAppend_ManyWhoDoNotRead_HoldAnEighthOfThePoolTogether()
    {
        using SlabPool pool = new(64 << 20);
        LiveQueue[] queues = [.. Enumerable.Range(0, 100).Select(_ => new LiveQueue(pool.BesideRings, 0))];
        byte[] packet = new byte[60_000];
        foreach (LiveQueue queue in queues)
        {
            while (queue.TryAppend(0, 0, true, false, packet))
            {
            }
        }

        Assert.Equal((8L << 20, 8L << 20), (pool.RentedBytes, pool.BesideRings.RentedBytes));
        Array.ForEach(queues, static queue => queue.Release());
        Assert.Equal((0L, 0L), (pool.RentedBytes, pool.BesideRings.RentedBytes));
    }

    /// <summary>Both sides at once, with drops: what is read is in order and whole, the reader is always woken, and no slab is lost.</summary>
    /// <summary>Those that do not take their pictures leave room to one that comes later.</summary>
    [Fact]
    public void TryAppend_AfterAFewWhoDoNotRead_FindsItsPart()
    {
        using SlabPool pool = new(64 << 20); // 64 slabs beside the rings
        byte[] packet = new byte[60_000];
        LiveQueue[] stuck = [.. Enumerable.Range(0, 3).Select(_ => new LiveQueue(pool.BesideRings, 0))];
        for (int i = 0; i < 1000; i++)
        {
            foreach (LiveQueue queue in stuck)
            {
                queue.TryAppend(0, 0, i % 100 == 0, false, packet);
            }
        }

        LiveQueue late = new(pool.BesideRings, 0);
        for (int i = 0; i < 20; i++)
        {
            Assert.True(late.TryAppend(0, i, i == 0, false, packet), $"packet {i}");
        }

        foreach (LiveQueue queue in stuck)
        {
            queue.Drop();
            queue.Release();
        }

        late.Release();
        Assert.Equal(0, pool.RentedBytes);
        LiveQueue alone = new(pool.BesideRings, 0);
        int taken = 0;
        while (alone.TryAppend(0, 0, false, false, packet))
        {
            taken++;
        }

        Assert.True(taken * packet.Length > 3 << 20, "who is alone has half of it at least");
        alone.Release();
    }

    [Fact]
    public async Task TryRead_WhileTheShardAppendsAndDrops_GivesPacketsInOrder()
    {
        const int Packets = 200_000;
        using SlabPool pool = new(64 << 20);
        LiveQueue queue = new(new SlabShare(pool, pool.BudgetBytes), 0);
        int dropped = 0;
        Task shard = Task.Run(() =>
        {
            Random random = new(1);
            byte[] packet = new byte[4000];
            for (int i = 0; i < Packets; i++)
            {
                int length = 8 + random.Next(packet.Length - 8);
                BinaryPrimitives.WriteInt32LittleEndian(packet, i);
                packet.AsSpan(4, length - 4).Fill((byte)i);
                if (random.Next(2000) == 0)
                {
                    dropped += queue.Drop();
                }

                dropped += queue.TryAppend(0, i, startsGroup: i % 50 == 0, isAfterGap: false, packet.AsSpan(0, length)) ? 0 : 1;
                queue.Publish();
            }

            queue.Complete();
        });
        int read = 0;
        int last = -1;
        while (true)
        {
            bool isLast = shard.IsCompleted;
            while (queue.TryRead(out LivePacket packet))
            {
                int number = BinaryPrimitives.ReadInt32LittleEndian(packet.Bytes);
                Assert.True(number > last, $"{number} after {last}");
                Assert.False(packet.Bytes[4..].ContainsAnyExcept((byte)number));
                last = number;
                read++;
            }

            if (isLast)
            {
                break;
            }

            await queue.WaitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }

        await shard;
        Assert.Equal(Packets, read + dropped);
        Assert.Equal(0, queue.UnreadGroups);
        queue.Release();
        Assert.Equal(0, pool.RentedBytes);
    }
}
