namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Lets so many cameras be connected and described at once: 200 of them started together made half of them time out elsewhere (MediaMTX issue 4210).
/// How many adapts to the answers: one more with each camera that answers soon, one fewer with each that does not. To one host, a recorder with many
/// channels, there are few at a time, whoever waits for them. A camera that somebody waits for needs no place among all, so a thousand dead cameras
/// keep nobody from a living one, and stands in front of its host's others, the one that failed least first (<see cref="OpenWaiter.Rank"/>). A first
/// viewer does not wait for channels that are silent for two seconds (<see cref="OfHostMax"/> more are asked past them), so it waits no more than
/// those two seconds, until four of such first ones are silent themselves. When a camera comes back that the network had taken away, the others
/// that it took are told. Any thread; a lock, for control alone; whoever waits goes on on its own shard.
/// </summary>
internal sealed class OpenPacer : IDisposable
{
    /// <summary>16 handshakes at once keep a gigabit switch and a small recorder calm; it is what cameras that do not answer get.</summary>
    public const int DefaultAtOnce = 16;

    /// <summary>As many as answer soon may be under way.</summary>
    public const int AtOnceMax = 128;

    /// <summary>To one host. A recorder of 64 channels that takes half a second for each is through in eight.</summary>
    public const int OfHostMax = 4;

    /// <summary>So many attempts leave some megabytes behind.</summary>
    private const int CrowdMin = 64;

    private readonly Lock _lock = new();

    /// <summary>Those that wait, by rank, and those of one rank in their order.</summary>
    private readonly LinkedList<OpenWaiter> _waiting = new();

    /// <summary>Those of them that need no place among all.</summary>
    private int _waitingWanted;

    /// <summary>Places that are taken, by host, and how many of these by attempts that are silent; hosts of none are not there.</summary>
    private readonly Dictionary<string, (int Taken, int Silent)> _byHost = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Who wants to hear of a return, and on which shard it is told.</summary>
    private readonly List<Action> _listeners = [];

    /// <summary><see cref="Returns"/>; written under the lock.</summary>
    private int _returns;

    /// <summary>Places that were given since <see cref="TakeCrowdIsOver"/>.</summary>
    private int _opened;

    /// <summary>Places that are taken, and how many there are at present.</summary>
    private int _taken;
    private int _places;

    /// <summary>Attempts that somebody waits for, as long as they would have a place of all.</summary>
    private int _wanted;

    /// <summary>As many as there are at the least.</summary>
    private readonly int _placesMin;

    public OpenPacer(int atOnce = DefaultAtOnce) => _places = _placesMin = atOnce;

    /// <summary>Stands in line for a place, or has it already.</summary>
    /// <param name="host"><inheritdoc cref="OpenWaiter(string?, bool, int)" path="/param[@name='host']"/></param>
    /// <param name="isWanted">Somebody waits for the camera.</param>
    /// <param name="failures">Attempts and sessions that failed in a row.</param>
    public OpenWaiter Enter(string? host, bool isWanted = false, int failures = 0)
    {
        OpenWaiter waiter = new(host, isWanted, failures);
        lock (_lock)
        {
            Admit(waiter);
        }

        return waiter;
    }

    /// <summary>Somebody waits for the camera now.</summary>
    public void Hurry(OpenWaiter waiter)
    {
        lock (_lock)
        {
            if (waiter.IsWanted || waiter.Node.List is null)
            {
                return;
            }

            int rank = waiter.Rank;
            waiter.IsWanted = true;
            _waitingWanted++;
            if (waiter.Rank == rank)
            {
                LetIn(); // where it stands
            }
            else
            {
                TakeOut(waiter);
                Admit(waiter);
            }
        }
    }

    /// <summary>Waits no longer.</summary>
    public void GiveUp(OpenWaiter waiter)
    {
        lock (_lock)
        {
            if (waiter.Node.List is not null)
            {
                TakeOut(waiter);
                waiter.Given.SetResult(null);
            }
        }
    }

    /// <summary>Cameras that came back until now; it wraps. Any thread.</summary>
    public int Returns => Volatile.Read(ref _returns);

    /// <summary>It is told of the next camera that is back, once, unless <see cref="ForgetReturns"/> comes first. It must only post.</summary>
    /// <returns><see cref="Returns"/> before that one.</returns>
    public int HearReturns(Action listener)
    {
        lock (_lock)
        {
            _listeners.Add(listener);
            return _returns;
        }
    }

    /// <summary>It is told of no return any more.</summary>
    public void ForgetReturns(Action listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }
    }

    /// <summary>A camera that could not be reached is back: others may be behind the same switch.</summary>
    public void TellReturn()
    {
        lock (_lock)
        {
            _returns++;
            foreach (Action listener in _listeners)
            {
                listener();
            }

            _listeners.Clear();
        }
    }

    /// <summary>
    /// True once after each time that many cameras were opened, when none is any more: the garbage of their dialogues lies about, and nothing that
    /// comes after it would have it collected.
    /// </summary>
    public bool TakeCrowdIsOver()
    {
        lock (_lock)
        {
            bool isOver = _opened >= CrowdMin && _taken == 0 && _wanted == 0 && _waiting.Count == 0;
            _opened = isOver ? 0 : _opened;
            return isOver;
        }
    }

    /// <summary>For <see cref="OpenPlace"/>.</summary>
    internal void LeaveToOthers(OpenPlace place, bool hasAnswered)
    {
        lock (_lock)
        {
            if (place.Stage == OpenStage.Young)
            {
                OnAnswer(place, hasAnswered);
                LetIn();
            }
        }
    }

    /// <inheritdoc cref="LeaveToOthers"/>
    internal void Leave(OpenPlace place)
    {
        lock (_lock)
        {
            if (place.Stage == OpenStage.Young)
            {
                OnAnswer(place, hasAnswered: true);
            }

            if (place.Stage != OpenStage.Over)
            {
                NoteHost(place.Host, -1, place.Stage == OpenStage.Silent ? -1 : 0);
                place.Stage = OpenStage.Over;
                LetIn();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _listeners.Clear();
        }
    }

    private void Admit(OpenWaiter waiter)
    {
        if (TryGive(waiter))
        {
            return;
        }

        _waitingWanted += waiter.IsWanted ? 1 : 0;
        LinkedListNode<OpenWaiter>? next = waiter.Rank == OpenWaiter.RankMax ? null : _waiting.First;
        while (next is not null && next.Value.Rank <= waiter.Rank)
        {
            next = next.Next;
        }

        if (next is null)
        {
            _waiting.AddLast(waiter.Node);
        }
        else
        {
            _waiting.AddBefore(next, waiter.Node);
        }
    }

    private void TakeOut(OpenWaiter waiter)
    {
        _waiting.Remove(waiter.Node);
        _waitingWanted -= waiter.IsWanted ? 1 : 0;
    }

    private bool TryGive(OpenWaiter waiter)
    {
        if ((!waiter.IsWanted && _taken >= _places) || !HasRoom(waiter))
        {
            return false;
        }

        NoteHost(waiter.Host, 1, 0);
        _opened++;
        _ = waiter.IsWanted ? _wanted++ : _taken++;
        waiter.Given.SetResult(new OpenPlace(this, waiter.Host, isOfAll: !waiter.IsWanted));
        return true;
    }

    private bool HasRoom(OpenWaiter waiter)
    {
        if (waiter.Host is null)
        {
            return true;
        }

        (int taken, int silent) = _byHost.GetValueOrDefault(waiter.Host);
        return taken < OfHostMax || (waiter.Rank == 0 && taken - silent < OfHostMax && taken < 2 * OfHostMax);
    }

    /// <summary>The camera has answered, or takes its time.</summary>
    private void OnAnswer(OpenPlace place, bool hasAnswered)
    {
        place.Stage = hasAnswered ? OpenStage.Answered : OpenStage.Silent;
        if (!hasAnswered)
        {
            NoteHost(place.Host, 0, 1);
        }

        if (place.IsOfAll)
        {
            _taken--;
            _places = hasAnswered ? Math.Min(Math.Max(_placesMin, AtOnceMax), _places + 1) : Math.Max(_placesMin, _places - 1);
        }
        else
        {
            _wanted--;
        }
    }

    private void NoteHost(string? host, int taken, int silent)
    {
        if (host is null)
        {
            return;
        }

        (int Taken, int Silent) now = _byHost.GetValueOrDefault(host);
        now = (now.Taken + taken, now.Silent + silent);
        if (now.Taken == 0)
        {
            _byHost.Remove(host);
        }
        else
        {
            _byHost[host] = now;
        }
    }

    /// <summary>
    /// Gives what there is to those in front. At the start of thousands of cameras there is one place at a time, and whoever stands behind the one
    /// that gets it is not looked at.
    /// </summary>
    private void LetIn()
    {
        int wanted = _waitingWanted; // of those not looked at yet
        for (LinkedListNode<OpenWaiter>? node = _waiting.First; node is not null && (wanted > 0 || _taken < _places);)
        {
            LinkedListNode<OpenWaiter>? next = node.Next;
            wanted -= node.Value.IsWanted ? 1 : 0;
            if (TryGive(node.Value))
            {
                TakeOut(node.Value);
            }

            node = next;
        }
    }
}
