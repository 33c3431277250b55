namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Lets so many cameras be connected and described at once: 200 of them started together made half of them time out elsewhere (MediaMTX issue 4210).
/// How many adapts to the answers: one more with each camera that answers soon, one fewer with each that does not. To one host, a recorder with many
/// channels, there are few at a time. Who has somebody waiting for it takes no turn, so a thousand dead cameras keep nobody from a living one. When
/// a camera comes back that the network had taken away, the others that it took are told. Any thread; a lock, for control alone; whoever waits goes
/// on on its own shard.
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

    /// <summary>Those that wait, in their order.</summary>
    private readonly LinkedList<OpenWaiter> _waiting = new();

    /// <summary>Places that are taken, by host; those of none are not there.</summary>
    private readonly Dictionary<string, int> _byHost = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Who wants to hear of a return, and on which shard it is told.</summary>
    private readonly List<Action> _listeners = [];

    /// <summary>Places that were given since <see cref="TakeCrowdIsOver"/>.</summary>
    private int _opened;

    /// <summary>Places that are taken, and how many there are at present.</summary>
    private int _taken;
    private int _places;

    /// <summary>As many as there are at the least.</summary>
    private readonly int _placesMin;

    public OpenPacer(int atOnce = DefaultAtOnce) => _places = _placesMin = atOnce;

    /// <summary>
    /// Waits for a place. It is the caller's until <see cref="OpenPlace.Leave"/>; null: hurried before there was one, so go on without.
    /// </summary>
    public Task<OpenPlace?> EnterAsync(string host, CancellationToken hurry)
    {
        LinkedListNode<OpenWaiter> node;
        lock (_lock)
        {
            if (hurry.IsCancellationRequested)
            {
                return Task.FromResult<OpenPlace?>(null);
            }

            if (TryTake(host) is { } place)
            {
                return Task.FromResult<OpenPlace?>(place);
            }

            node = _waiting.AddLast(new OpenWaiter(host));
        }

        return WaitAsync(node, hurry);
    }

    /// <summary>It is told of the next camera that is back, once, unless <see cref="ForgetReturns"/> comes first. It must only post.</summary>
    public void HearReturns(Action listener)
    {
        lock (_lock)
        {
            _listeners.Add(listener);
        }
    }

    /// <inheritdoc cref="HearReturns"/>
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
            bool isOver = _opened >= CrowdMin && _taken == 0 && _waiting.Count == 0;
            _opened = isOver ? 0 : _opened;
            return isOver;
        }
    }

    /// <summary>For <see cref="OpenPlace"/>.</summary>
    internal void GiveBack(bool hasAnswered)
    {
        lock (_lock)
        {
            _taken--;
            _places = hasAnswered ? Math.Min(Math.Max(_placesMin, AtOnceMax), _places + 1) : Math.Max(_placesMin, _places - 1);
            LetIn();
        }
    }

    /// <inheritdoc cref="GiveBack(bool)"/>
    internal void GiveBack(string host)
    {
        lock (_lock)
        {
            int left = _byHost[host] - 1;
            if (left > 0)
            {
                _byHost[host] = left;
            }
            else
            {
                _byHost.Remove(host);
            }

            LetIn();
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

    private OpenPlace? TryTake(string host)
    {
        int ofHost = _byHost.GetValueOrDefault(host);
        if (_taken >= _places || ofHost >= OfHostMax)
        {
            return null;
        }

        _taken++;
        _opened++;
        _byHost[host] = ofHost + 1;
        return new OpenPlace(this, host);
    }

    private void LetIn()
    {
        for (LinkedListNode<OpenWaiter>? node = _waiting.First; node is not null && _taken < _places;)
        {
            LinkedListNode<OpenWaiter>? next = node.Next;
            if (TryTake(node.Value.Host) is { } place)
            {
                _waiting.Remove(node);
                node.Value.Place.SetResult(place);
            }

            node = next;
        }
    }

    private async Task<OpenPlace?> WaitAsync(LinkedListNode<OpenWaiter> node, CancellationToken hurry)
    {
        await using CancellationTokenRegistration registration = hurry.UnsafeRegister(_ => Hurry(node), null);
        return await node.Value.Place.Task;
    }

    private void Hurry(LinkedListNode<OpenWaiter> node)
    {
        lock (_lock)
        {
            if (node.List is not null)
            {
                _waiting.Remove(node);
                node.Value.Place.SetResult(null);
            }
        }
    }
}
