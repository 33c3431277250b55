namespace FastRtspProxy.Net.Tls;

/// <summary>
/// Where the servers' side of TLS handshakes is computed, some milliseconds each: on threads of their own, half as many as there are cores, which
/// stand behind the shards where both want the same core (setpriority(2), by thread on Linux). Addresses share them in turns
/// (<see cref="HandshakeQueue"/>). They end when there was nothing to do for a while. Any thread.
/// </summary>
internal sealed class HandshakeThreads(int threadsMax)
{
    /// <summary>A thirtieth of the share of a thread that has not given way: a handshake may wait, media may not.</summary>
    private const int Niceness = 15;

    private const int StackBytes = 512 * 1024;

    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly HandshakeQueue _work = new();

    /// <summary>One for each item in <see cref="_work"/> that no thread was told of.</summary>
    private readonly SemaphoreSlim _bell = new(0);

    /// <summary>Threads that run, and of them those that wait for work.</summary>
    private int _threads;
    private int _idle;

    /// <summary>The ones of the process.</summary>
    public static HandshakeThreads Shared { get; } = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Work that no thread has begun with.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _work.Count;
            }
        }
    }

    /// <summary>Runs work on one of the threads, or on the pool where the machine has no thread left.</summary>
    /// <param name="address">Whose turn the work takes.</param>
    /// <param name="work">Throws nothing.</param>
    public void Post(AddressGroup address, Action work)
    {
        bool isNew;
        lock (_lock)
        {
            _work.Add(address, work);
            isNew = _idle < _work.Count && _threads < threadsMax;
            _threads += isNew ? 1 : 0;
        }

        _bell.Release();
        if (isNew && !OwnThread.TryStart(Run, "tls", StackBytes))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.DrainOnPool(), this, preferLocal: false);
        }
    }

    private void Run()
    {
        OwnThread.GiveWay(Niceness);
        while (true)
        {
            lock (_lock)
            {
                _idle++;
            }

            bool isWoken = _bell.Wait(s_idle);
            Action? work;
            lock (_lock)
            {
                _idle--;
                if (!_work.TryTake(out work) && !isWoken)
                {
                    _threads--;
                    return;
                }
            }

            work?.Invoke();
        }
    }

    /// <summary>In place of a thread that could not be had.</summary>
    private void DrainOnPool()
    {
        while (true)
        {
            Action? work;
            lock (_lock)
            {
                if (!_work.TryTake(out work))
                {
                    _threads--;
                    return;
                }
            }

            work();
        }
    }
}
