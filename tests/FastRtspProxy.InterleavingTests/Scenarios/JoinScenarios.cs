using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>Clients of two shards, the mount's own and another, that come and go: the real mount's lists, and the real way from one shard to another. None of them waits for an answer, as nobody does for a leave.</summary>
internal static class JoinScenarios
{
    [Scenario]
    public static void JoinLeaveJoin_OfOneShardEach_TakeEffectInTheirOrder()
    {
        Rig rig = new();
        rig.Run([]);
        foreach (Client client in rig.Clients)
        {
            Check(client.Outcomes is [PlayOutcome.Playing, PlayOutcome.Playing] && client.Ends == 0, $"{client}: it was not let in.");
        }

        Check(rig.Mount.ClientCount == 2 && rig.Mount.IsNeeded, "A client that left and joined again is not there: the camera is let go under it.");
    }

    [Scenario]
    public static void JoinLeaveJoin_WhileTheMountIsRemoved_EveryJoinIsAnsweredAndWhoPlaysIsToldOnce()
    {
        Rig rig = new();
        rig.Mount.Start();
        rig.Run([new Thread(() => rig.Mount.StopAsync(MountEnd.Removed))]);
        foreach (Client client in rig.Clients)
        {
            // Told once if the removal came while it played; before its first join, or between its leave and its second join, there was nothing to tell.
            bool isInOrder = (client.Outcomes, client.Ends) switch
            {
                ([PlayOutcome.Playing, PlayOutcome.Playing], 1) => true,
                ([PlayOutcome.Playing, PlayOutcome.Gone], 0 or 1) => true,
                ([PlayOutcome.Gone, PlayOutcome.Gone], 0) => true,
                _ => false,
            };
            Check(isInOrder, client.ToString());
        }

        Check(rig.Mount.ClientCount == 0, "A client is left in a mount that is gone.");
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    /// <summary>Two shards with their threads, a mount on the first, a client on each.</summary>
    private sealed class Rig
    {
        private readonly Shard _home = new();
        private readonly Shard _away = new();

        /// <summary>Whose calls have not all taken effect yet. On the mount's shard.</summary>
        private int _left;
        private bool _isAwayOver;

        public Rig()
        {
            Mount = new Mount("cam", _home);
            Clients = [new Client(_home, Mount), new Client(_away, Mount)];
        }

        public Mount Mount { get; }

        public Client[] Clients { get; }

        /// <summary>Until all that the clients and the others have asked for is done.</summary>
        public void Run(Thread[] others)
        {
            _left = Clients.Length + 1;
            Thread home = new(() => _home.Loop(() => _left == 0));
            Thread away = new(() => _away.Loop(() => _isAwayOver));
            home.Start();
            away.Start();
            foreach (Client client in Clients)
            {
                client.Shard.Post(() =>
                {
                    client.JoinLeaveJoin();
                    _home.Post(() => _left--);
                });
            }

            foreach (Thread other in others)
            {
                other.Start();
            }

            foreach (Thread other in others)
            {
                other.Join();
            }

            _home.Post(() => _home.Post(() => _left--)); // behind what the others have posted, and what that has posted here
            home.Join();
            _away.Post(() => _isAwayOver = true); // behind what the mount has posted
            away.Join();
        }
    }

    private sealed class Client(Shard shard, Mount mount) : MountClient
    {
        private readonly List<Task<PlayGrant>> _joins = [];

        public override Shard Shard => shard;

        /// <summary>How often it was told that there is no more.</summary>
        public int Ends { get; private set; }

        /// <summary>When all threads have ended.</summary>
        public PlayOutcome[] Outcomes
        {
            get
            {
                Check(_joins.TrueForAll(static join => join.IsCompletedSuccessfully), "A join is not answered.");
                return [.. _joins.Select(static join => join.Result.Outcome)];
            }
        }

        public void JoinLeaveJoin()
        {
            _joins.Add(mount.JoinAsync(this, PlayWish.Everything));
            mount.Leave(this);
            _joins.Add(mount.JoinAsync(this, PlayWish.Everything));
        }

        public override void OnMountEnded(MountEnd cause)
        {
            Check(shard.IsCurrent, "A client is told of the end on another shard than its own.");
            Ends++;
        }

        public override string ToString() => $"joins answered {string.Join(", ", Outcomes)}, then told of the end {Ends} times";
    }
}
