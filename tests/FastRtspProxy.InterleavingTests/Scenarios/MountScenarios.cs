using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>The first viewer of a shard begins to listen to a mount's ring while the camera plays on another shard. Who comes and goes is told in <see cref="JoinScenarios"/>.</summary>
internal static class MountScenarios
{
    [Scenario]
    public static void Subscribe_WhileABatchIsPublished_ItIsSeenOrTheShardIsWoken()
    {
        const int Batches = 2;
        SlabPool pool = new(8 * Packets.SlabBytes, Packets.SlabBytes);
        PacketRing ring = new(pool, new RingOptions { KeepBytes = 8 * Packets.SlabBytes }, 1);
        TestShard shard = new();
        Viewers viewers = new(shard, ring);
        Thread producer = new(() =>
        {
            for (int i = 0; i < Batches; i++)
            {
                Packets.Append(ring, i);
            }
        });
        Thread loop = new(() =>
        {
            viewers.Join();
            while (viewers.Front < Batches)
            {
                shard.Turn();
            }

            viewers.Leave();
        });
        loop.Start();
        producer.Start();
        producer.Join();
        loop.Join();
        ring.Dispose();
        if (pool.RentedBytes != 0)
        {
            throw new InvalidOperationException($"{pool.RentedBytes} bytes are held by nobody.");
        }
    }

    /// <summary>As a fan-out: listens from its first viewer on, and makes a pass for each batch.</summary>
    private sealed class Viewers(TestShard shard, PacketRing ring) : ShardWork, IRingListener
    {
        public long Front { get; private set; }

        public void Join()
        {
            ring.Subscribe(0, this);
            Run();
        }

        public void Leave() => ring.Unsubscribe(0);

        public void OnPublished() => shard.Post(this);

        protected internal override void Run()
        {
            using ReadScope scope = ring.Read(0, Front);
            Front = Packets.Check(scope);
        }
    }
}
