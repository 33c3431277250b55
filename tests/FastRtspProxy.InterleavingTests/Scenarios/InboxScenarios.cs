using FastRtspProxy.Net;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>Posts to a shard that goes to sleep, and to one that runs the very work that is posted.</summary>
internal static class InboxScenarios
{
    [Scenario]
    public static void Post_WorkThatIsPostedAgain_ItsLastRunSeesWhatWasWrittenBeforeTheLastPost()
    {
        const int Posts = 3;
        TestShard shard = new();
        Pass pass = new();
        Thread poster = new(() =>
        {
            for (int i = 1; i <= Posts; i++)
            {
                Volatile.Write(ref pass.Head, i);
                shard.Post(pass);
            }
        });
        Thread loop = new(() =>
        {
            while (pass.Seen < Posts)
            {
                shard.Turn();
            }
        });
        loop.Start();
        poster.Start();
        poster.Join();
        loop.Join();
    }

    [Scenario]
    public static void Post_ByTwoThreads_EveryMessageRunsOnceAndInItsPostersOrder()
    {
        const int Posters = 2;
        const int Posts = 2;
        TestShard shard = new();
        Log log = new();
        Thread[] posters = new Thread[Posters];
        for (int p = 0; p < Posters; p++)
        {
            int poster = p;
            posters[p] = new Thread(() =>
            {
                for (int i = 0; i < Posts; i++)
                {
                    shard.Post(new Message(log, poster, i));
                }
            });
        }

        Thread loop = new(() =>
        {
            while (log.Count < Posters * Posts)
            {
                shard.Turn();
            }
        });
        loop.Start();
        posters[0].Start();
        posters[1].Start();
        posters[0].Join();
        posters[1].Join();
        loop.Join();
    }

    /// <summary>A fan-out's pass: posted for each batch, one node.</summary>
    private sealed class Pass : ShardWork
    {
        public int Head;

        public int Seen { get; private set; }

        protected internal override void Run() => Seen = Volatile.Read(ref Head);
    }

    private sealed class Log
    {
        private readonly int[] _next = new int[2];

        public int Count { get; private set; }

        public void Add(int poster, int number)
        {
            if (_next[poster]++ != number)
            {
                throw new InvalidOperationException($"Message {number} of poster {poster} ran out of its order, or again.");
            }

            Count++;
        }
    }

    private sealed class Message(Log log, int poster, int number) : ShardWork
    {
        protected internal override void Run() => log.Add(poster, number);
    }
}
