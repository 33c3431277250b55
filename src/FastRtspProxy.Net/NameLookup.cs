using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>
/// Looks names up on threads of its own: the system's resolver blocks its thread for as long as it likes (half a minute when the name server is
/// silent), and no thread pool is large enough for that. As many names at once as there are threads; the others wait in their order, up to a limit;
/// those that ask for one name share its answer. An answer that took so long that whoever asked may have given up is kept for a moment, or a name
/// server that always takes six seconds would never be of use. This is the one place that resolves names. Any thread.
/// </summary>
/// <param name="threadsMax">Names that are looked up at once.</param>
/// <param name="waitingMax">Names that may wait for a thread.</param>
/// <param name="waitingTime">A name that waits for a thread, and was not asked for again for so long, is forgotten: nobody waits for it any
/// more.</param>
/// <param name="resolve">The resolver, which may block.</param>
/// <param name="time">The clock; null: the system's.</param>
/// <param name="startThread">Starts one of the threads; false: there is none to be had. Null: <see cref="OwnThread"/>.</param>
internal sealed class NameLookup(
    int threadsMax,
    int waitingMax,
    TimeSpan waitingTime,
    Func<string, IPAddress[]> resolve,
    TimeProvider? time = null,
    Func<Action, bool>? startThread = null)
{
    /// <summary>getaddrinfo(3) needs little; the default is 8 MiB of address space.</summary>
    private const int StackBytes = 256 * 1024;

    /// <summary>Late answers that are kept, each for <see cref="KeptTime"/>.</summary>
    private const int KeptMax = 128;

    /// <summary>Longer than the longest wait between two attempts to reach a camera (30 s), so that the next one finds the answer.</summary>
    internal static readonly TimeSpan KeptTime = TimeSpan.FromSeconds(40);

    /// <summary>Whoever asked waits at least so long: an answer that came sooner has reached it and is not kept.</summary>
    internal static readonly TimeSpan LateTime = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Func<Action, bool> _startThread = startThread ?? (static work => OwnThread.TryStart(work, "names", StackBytes));
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Question> _underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (IPAddress[] Addresses, long Since)> _kept = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that have an entry in <see cref="_underWay"/> and no thread yet, in the order in which they were asked for.</summary>
    private readonly Queue<string> _waiting = new();
    private int _threads;

    /// <summary>
    /// For the cameras of the command line: one slow name does not hold up another's. More than that many silent names at once wait for each other.
    /// </summary>
    public static NameLookup Cameras { get; } = new(64, 4096, TimeSpan.FromMinutes(1), Resolve);

    /// <summary>
    /// For the cameras that came by REGISTER: strangers chose their names, so they are in no other camera's way. As many as there are registered
    /// streams, by default.
    /// </summary>
    public static NameLookup RegisteredCameras { get; } = new(32, 256, TimeSpan.FromSeconds(30), Resolve);

    /// <summary>For REGISTER itself: a few at a time, and whoever asked waits no longer than five seconds.</summary>
    public static NameLookup Registrants { get; } = new(4, 32, TimeSpan.FromSeconds(5), Resolve);

    /// <summary>For the servers that the configuration names for decisions and reports: a handful, asked for again and again.</summary>
    public static NameLookup Servers { get; } = new(4, 32, TimeSpan.FromSeconds(5), Resolve);

    /// <summary>Names that are being looked up, or wait for it.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                return _underWay.Count;
            }
        }
    }

    /// <summary>
    /// The addresses of a name; a literal needs no look-up. Null: too many names wait. The task fails as the resolver does, and ends only when that
    /// does.
    /// </summary>
    public Task<IPAddress[]>? TryResolve(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return Task.FromResult<IPAddress[]>([literal]);
        }

        lock (_lock)
        {
            long now = _time.GetTimestamp();
            if (TryKept(host, now) is { } addresses)
            {
                return Task.FromResult(addresses);
            }

            if (_underWay.TryGetValue(host, out Question? known))
            {
                known.AskedAt = now;
                return known.Answer.Task;
            }

            ForgetAbandoned(now);
            if (_underWay.Count >= threadsMax + waitingMax)
            {
                return null;
            }

            Question question = new(now);
            _underWay.Add(host, question);
            _waiting.Enqueue(host);
            if (_threads < threadsMax && _startThread(Work))
            {
                _threads++;
            }

            if (_threads == 0)
            {
                // The machine has no thread left, so nobody would ever answer: as if there were no place. Whoever asks next tries again.
                _waiting.Clear();
                _underWay.Clear();
                return null;
            }

            return question.Answer.Task;
        }
    }

    private static IPAddress[] Resolve(string host) => Dns.GetHostAddresses(host);

    /// <summary>Under the lock.</summary>
    private IPAddress[]? TryKept(string host, long now)
    {
        if (!_kept.TryGetValue(host, out (IPAddress[] Addresses, long Since) kept))
        {
            return null;
        }

        if (_time.GetElapsedTime(kept.Since, now) < KeptTime)
        {
            return kept.Addresses;
        }

        _ = _kept.Remove(host);
        return null;
    }

    /// <summary>Makes room at the head of the line, where the oldest are. Under the lock.</summary>
    private void ForgetAbandoned(long now)
    {
        while (_waiting.TryPeek(out string? host) && _time.GetElapsedTime(_underWay[host].AskedAt, now) > waitingTime)
        {
            _ = _waiting.Dequeue();
            _ = _underWay.Remove(host, out Question? abandoned);
            abandoned!.Fail(new SocketException((int)SocketError.TryAgain));
        }
    }

    /// <summary>The next name that somebody may still wait for; null: there is none, and the thread ends.</summary>
    private string? Next()
    {
        lock (_lock)
        {
            ForgetAbandoned(_time.GetTimestamp());
            if (_waiting.TryDequeue(out string? host))
            {
                return host;
            }

            _threads--;
            return null;
        }
    }

    private void Work()
    {
        while (Next() is { } host)
        {
            IPAddress[] addresses = [];
            Exception? failure = null;
            try
            {
                addresses = resolve(host);
            }
            catch (Exception e)
            {
                // Whatever a resolver's module throws is no reason to end: the name does not resolve.
                failure = e is SocketException or ArgumentException ? e : new SocketException((int)SocketError.NoRecovery);
            }

            Question? question;
            lock (_lock)
            {
                long now = _time.GetTimestamp();
                _ = _underWay.Remove(host, out question);
                if (addresses.Length > 0 && _time.GetElapsedTime(question!.Since, now) > LateTime)
                {
                    Keep(host, addresses, now);
                }
            }

            if (failure is null)
            {
                question!.Answer.SetResult(addresses);
            }
            else
            {
                question!.Fail(failure);
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void Keep(string host, IPAddress[] addresses, long now)
    {
        if (_kept.Count >= KeptMax)
        {
            foreach ((string old, (_, long since)) in _kept)
            {
                if (_time.GetElapsedTime(since, now) >= KeptTime)
                {
                    _ = _kept.Remove(old);
                }
            }
        }

        if (_kept.Count < KeptMax)
        {
            _kept[host] = (addresses, now);
        }
    }

    /// <summary>A name that somebody asked for.</summary>
    private sealed class Question(long since)
    {
        /// <summary>When it was asked for first.</summary>
        public long Since { get; } = since;

        /// <summary>When it was asked for last; under the lock.</summary>
        public long AskedAt { get; set; } = since;

        /// <summary>Its continuations run elsewhere: the thread belongs to the next name.</summary>
        public TaskCompletionSource<IPAddress[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception failure)
        {
            Answer.SetException(failure);
            _ = Answer.Task.Exception; // seen: nobody may be left who waits
        }
    }
}
