namespace FastRtspProxy.Net;

/// <summary>
/// What was posted to a shard: a lock-free stack that any thread pushes to and the shard takes as a whole, and the agreement about who rings the
/// bell. The bell itself, an eventfd, is the shard's; here stands only when it must be rung. Work runs in the order of the posts.
/// </summary>
internal sealed class ShardInbox
{
    /// <summary>The newest post; null: nothing was posted since the shard took. Any thread, by compare-exchange; emptied by the shard.</summary>
    private ShardWork? _top;

    /// <summary>
    /// 1 from the shard's last look before it sleeps until it wakes up, or until the poster takes it that will ring: one ring a sleep.
    /// </summary>
    private int _sleeping;

    /// <summary>Taken, in order, and not run yet: what an earlier turn had no time for stands first. Only the shard.</summary>
    private ShardWork? _backlog;

    /// <summary>The last of <see cref="_backlog"/>; of no meaning while that is null. Only the shard.</summary>
    private ShardWork? _backlogEnd;

    /// <summary>Something was taken and not run yet: no time to sleep. On the shard.</summary>
    public bool HasBacklog => _backlog is not null;

    /// <summary>Puts work into the inbox. False: it is there already, and its run is still to come. Any thread.</summary>
    /// <param name="work">A node of the stack itself: nothing is allocated.</param>
    /// <param name="mustRing">The shard sleeps, or is about to, and it is the caller who rings.</param>
    public bool TryPost(ShardWork work, out bool mustRing)
    {
        mustRing = false;
        if (!work.TryMarkQueued())
        {
            return false;
        }

        ShardWork? top = Volatile.Read(ref _top);
        while (true)
        {
            work.Next = top;

            // As a release it publishes Next, and what the poster wrote before; pairs with the exchange in Take.
            ShardWork? seen = Interlocked.CompareExchange(ref _top, work, top);
            if (ReferenceEquals(seen, top))
            {
                break;
            }

            top = seen;
        }

        // A full fence, and it pairs with the exchange in TrySleep. The two exchanges of one field are in one order: if this one comes second, it
        // reads 1 and we ring; if it comes first, the shard's reads what this one wrote, and with it, as an acquire of a release, sees our node, on
        // every processor (models/wake.pml).
        mustRing = Interlocked.Exchange(ref _sleeping, 0) == 1;
        return true;
    }

    /// <summary>
    /// True: nothing was posted, and whoever posts from now on rings; the shard may wait for the bell. False: there is something to run. On the
    /// shard.
    /// </summary>
    public bool TrySleep()
    {
        // A full fence, and it pairs with the exchange in TryPost: that we sleep is out before we look for the last time. Store then load: a release
        // store would not do.
        Interlocked.Exchange(ref _sleeping, 1);
        return Volatile.Read(ref _top) is null;
    }

    /// <summary>The shard is awake, whoever woke it. On the shard.</summary>
    public void WakeUp()
    {
        // A release store will do: read too late, it is a ring too many. It cannot be read too early, for the exchange in Take, a full fence, comes
        // before the next TrySleep.
        Volatile.Write(ref _sleeping, 0);
    }

    /// <summary>Puts what was posted, in the order of the posts, behind what is left of earlier turns. On the shard.</summary>
    public void Take()
    {
        // As an acquire it pairs with the compare-exchange in TryPost: whoever sees a node sees its Next, and what its poster wrote before.
        ShardWork? newest = Interlocked.Exchange(ref _top, null);
        if (newest is null)
        {
            return;
        }

        ShardWork? oldest = null;
        for (ShardWork? taken = newest; taken is not null;)
        {
            ShardWork? next = taken.Next;
            taken.Next = oldest;
            oldest = taken;
            taken = next;
        }

        if (_backlog is null)
        {
            _backlog = oldest;
        }
        else
        {
            _backlogEnd!.Next = oldest;
        }

        _backlogEnd = newest;
    }

    /// <summary>The next work to run, by <see cref="ShardWork.RunOnce"/>; null: none is left. On the shard.</summary>
    public ShardWork? Next()
    {
        ShardWork? work = _backlog;
        if (work is not null)
        {
            _backlog = work.Next;
            work.Next = null;
        }

        return work;
    }
}
