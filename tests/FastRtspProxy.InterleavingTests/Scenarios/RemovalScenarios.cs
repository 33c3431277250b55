using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>A mount is lost, comes back, and is removed, while shards are in the middle of reading it.</summary>
internal static class RemovalScenarios
{
    [Scenario]
    public static void Dispose_WhileShardsComeAndGo_TheLastToLeaveGivesTheSlabsBack()
    {
        SlabPool pool = new(8 * Packets.SlabBytes, Packets.SlabBytes);
        PacketRing ring = new(pool, new RingOptions { KeepBytes = 8 * Packets.SlabBytes }, 2);
        for (int i = 0; i < 5; i++)
        {
            Packets.Append(ring, i);
        }

        Thread producer = new(() =>
        {
            ring.Clear();
            Packets.Append(ring, 5);
            ring.Dispose();
        });
        Thread[] readers = new Thread[2];
        for (int r = 0; r < readers.Length; r++)
        {
            int shard = r;
            readers[r] = new Thread(() =>
            {
                long cursor = shard * 2;
                for (int i = 0; i < 2; i++)
                {
                    using ReadScope scope = ring.Read(shard, cursor);
                    Packets.Check(scope);
                }
            });
        }

        readers[0].Start();
        readers[1].Start();
        producer.Start();
        producer.Join();
        readers[0].Join();
        readers[1].Join();
        if (pool.RentedBytes != 0)
        {
            throw new InvalidOperationException($"{pool.RentedBytes} bytes are held by nobody.");
        }
    }
}
