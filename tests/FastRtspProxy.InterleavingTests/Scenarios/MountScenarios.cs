using FastRtspProxy.Engine.Buffers;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>
/// Viewers join a mount and leave it while the camera plays on another shard. What of that is concurrent: the mount's inbox, where joins and leaves are posted to, and the ring's listeners and
/// scopes. All the rest of a mount is touched by its own shard only.
/// </summary>
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

    [Scenario]
    public static void JoinAndLeave_WhileTheMountIsRemoved_EveryJoinIsAnsweredAndEveryClientEnded()
    {
        TestShard home = new();
        Clients clients = new();
        int turnsLeft = 3 * 2;
        Thread[] viewers = new Thread[2];
        for (int v = 0; v < viewers.Length; v++)
        {
            int viewer = v;
            viewers[v] = new Thread(() =>
            {
                home.Post(new Command(clients, viewer, isJoin: true));
                home.Post(new Command(clients, viewer, isJoin: false));
                home.Post(new Command(clients, viewer, isJoin: true));
            });
        }

        Thread remover = new(() => home.Post(new Removal(clients)));
        Thread loop = new(() =>
        {
            while (clients.Handled < turnsLeft + 1)
            {
                home.Turn();
            }
        });
        loop.Start();
        viewers[0].Start();
        viewers[1].Start();
        remover.Start();
        viewers[0].Join();
        viewers[1].Join();
        remover.Join();
        loop.Join();
        clients.CheckEnd();
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

    /// <summary>A mount's clients, as its own shard keeps them.</summary>
    private sealed class Clients
    {
        private readonly bool[] _isIn = new bool[2];
        private bool _isRemoved;

        public int Handled { get; private set; }

        public void Join(int viewer)
        {
            if (_isIn[viewer])
            {
                throw new InvalidOperationException($"Viewer {viewer} joined again before its leave was heard.");
            }

            _isIn[viewer] = !_isRemoved;
            Handled++;
        }

        public void Leave(int viewer)
        {
            _isIn[viewer] = false;
            Handled++;
        }

        public void Remove()
        {
            _isRemoved = true;
            Array.Clear(_isIn);
            Handled++;
        }

        public void CheckEnd()
        {
            if (_isIn[0] || _isIn[1])
            {
                throw new InvalidOperationException("A client is left in a mount that is gone.");
            }
        }
    }

    private sealed class Command(Clients clients, int viewer, bool isJoin) : ShardWork
    {
        protected internal override void Run()
        {
            if (isJoin)
            {
                clients.Join(viewer);
            }
            else
            {
                clients.Leave(viewer);
            }
        }
    }

    private sealed class Removal(Clients clients) : ShardWork
    {
        protected internal override void Run() => clients.Remove();
    }
}
