using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>The ring: a producer that goes on and on, in little memory, and shards that read.</summary>
internal static class RingScenarios
{
    [Scenario]
    public static void Read_WhileSlabsAreUsedAnew_EveryPacketIsWhole()
    {
        SlabPool pool = new(4 * Packets.SlabBytes, Packets.SlabBytes);
        PacketRing ring = new(pool, new RingOptions { KeepBytes = Packets.SlabBytes }, 2);
        Thread producer = new(() =>
        {
            for (int i = 0; i < 12; i++)
            {
                Packets.Append(ring, i);
            }
        });
        Thread[] readers = new Thread[2];
        for (int r = 0; r < readers.Length; r++)
        {
            int shard = r;
            readers[r] = new Thread(() =>
            {
                long cursor = 0;
                for (int i = 0; i < 3; i++)
                {
                    using ReadScope scope = ring.Read(shard, cursor);
                    cursor = Packets.Check(scope);
                }
            });
        }

        producer.Start();
        readers[0].Start();
        readers[1].Start();
        producer.Join();
        readers[0].Join();
        readers[1].Join();
        ring.Dispose();
        if (pool.RentedBytes != 0)
        {
            throw new InvalidOperationException($"{pool.RentedBytes} bytes are held by nobody.");
        }
    }
}
