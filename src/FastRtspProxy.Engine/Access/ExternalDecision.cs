using FastRtspProxy.Engine.Counters;

namespace FastRtspProxy.Engine.Access;

/// <summary>
/// Asks the external decision and remembers what it said. Of one question one request is under way, and whoever asks the same waits for it;
/// <see cref="MaxAsked"/> questions are at the server at once, and the others wait
/// for their turn within the time that a question has. So a server that hangs costs those who need it that time, and nobody else anything: no shard
/// ever waits for it. Any thread; the lock is held for a look-up.
/// What it remembers is bounded: yes and no apart, so that a stranger who asks for a thousand names drives out no viewer's yes, which may be needed
/// for an hour (<see cref="ExternalOnError.LastKnown"/>).
/// </summary>
internal sealed class ExternalDecision(
    ExternalSettings settings, IExternalServer server, TimeProvider time, DurationHistogram? seconds = null) : IDisposable
{
    /// <summary>Questions at the server at once: at 50 ms an answer 1,280 joins a second.</summary>
    public const int MaxAsked = 64;

    /// <summary>Questions of which a yes is remembered: some 500 bytes each, 10 MB.</summary>
    public const int MaxAllowed = 20_000;

    /// <summary>Other questions, those under way among them: 1 MB. More than that under way at once are errors.</summary>
    public const int MaxOthers = 2_000;

    /// <summary>How long a yes may stand for one that cannot be had.</summary>
    public static readonly TimeSpan LastKnownFor = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<ExternalKey, Entry> _entries = [];

    /// <summary>With a yes, the one least lately given first.</summary>
    private readonly LinkedList<Entry> _allowed = new();

    /// <summary>Without one, the oldest first.</summary>
    private readonly LinkedList<Entry> _others = new();
    private readonly SemaphoreSlim _places = new(MaxAsked);

    public ExternalSettings Settings { get; } = settings;

    /// <summary>Questions that are remembered or under way.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>What is known already; null: it has to be asked.</summary>
    public ExternalAnswer? TryRemembered(ExternalQuestion question)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(question.Key, out Entry? entry) ? entry.Valid(time.GetTimestamp()) : null;
        }
    }

    /// <summary>
    /// The decision; <see cref="ExternalVerdict.Error"/> when it cannot be had and nobody was let in by it. Ends within the time that a question has.
    /// </summary>
    public Task<ExternalAnswer> AskAsync(ExternalQuestion question)
    {
        ExternalKey key = question.Key;
        Entry? entry;
        lock (_lock)
        {
            long now = time.GetTimestamp();
            if (_entries.TryGetValue(key, out entry))
            {
                if (entry.Valid(now) is { } answer)
                {
                    return Task.FromResult(answer);
                }

                if (entry.UnderWay is { } underWay)
                {
                    return underWay.Task;
                }
            }
            else if (!HasRoom())
            {
                return Task.FromResult(ExternalAnswer.Error);
            }
            else
            {
                entry = new Entry(key);
                entry.Node = _others.AddLast(entry);
                _entries.Add(key, entry);
            }

            entry.UnderWay = new TaskCompletionSource<ExternalAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Task<ExternalAnswer> waited = entry.UnderWay.Task;
        _ = RunAsync(entry, question);
        return waited;
    }

    /// <inheritdoc/>
    public void Dispose() => server.Dispose(); // the places stay: a question may be waiting for one

    private async Task RunAsync(Entry entry, ExternalQuestion question)
    {
        ExternalAnswer answer = ExternalAnswer.Error;
        try
        {
            using CancellationTokenSource cancel = new(Settings.Timeout, time);
            await _places.WaitAsync(cancel.Token);
            try
            {
                // By the clock here too: a server's client that does not hear the cancellation keeps its place, and nobody who waits.
                long began = time.GetTimestamp();
                try
                {
                    Task<ExternalAnswer> asked = server.AskAsync(question, cancel.Token);
                    answer = await asked.WaitAsync(cancel.Token);
                }
                finally
                {
                    seconds?.Observe((long)time.GetElapsedTime(began).TotalMicroseconds);
                }
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Out of time, or other rules have come meanwhile: no answer.
        }

        Take(entry, answer);
    }

    private void Take(Entry entry, ExternalAnswer answer)
    {
        TaskCompletionSource<ExternalAnswer> waiting;
        lock (_lock)
        {
            long now = time.GetTimestamp();
            waiting = entry.UnderWay!;
            entry.UnderWay = null;
            switch (answer.Verdict)
            {
                case ExternalVerdict.Allow:
                    entry.Remember(answer, now + Ticks(Settings.AllowFor), now + Ticks(LastKnownFor));
                    MoveTo(entry, _allowed, MaxAllowed);
                    break;
                case ExternalVerdict.Deny:
                    entry.Remember(answer, now + Ticks(Settings.DenyFor), 0);
                    MoveTo(entry, _others, MaxOthers);
                    break;
                default:
                    answer = Settings.OnError == ExternalOnError.LastKnown && entry.LastYes(now) is { } last ? last : answer;
                    break;
            }
        }

        waiting.TrySetResult(answer);
    }

    /// <summary>Under the lock. Makes room for one more; false: all that could go are under way.</summary>
    private bool HasRoom()
    {
        if (_others.Count < MaxOthers)
        {
            return true;
        }

        for (LinkedListNode<Entry>? node = _others.First; node is not null; node = node.Next)
        {
            if (node.Value.UnderWay is null)
            {
                Forget(node.Value);
                return true;
            }
        }

        return false;
    }

    private void MoveTo(Entry entry, LinkedList<Entry> list, int max)
    {
        entry.Node!.List?.Remove(entry.Node);
        list.AddLast(entry.Node);
        if (list.Count > max && list.First!.Value is { UnderWay: null } oldest && oldest != entry)
        {
            Forget(oldest);
        }
    }

    private void Forget(Entry entry)
    {
        entry.Node!.List?.Remove(entry.Node);
        _entries.Remove(entry.Key);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>One question. Touched under the lock.</summary>
    private sealed class Entry(ExternalKey key)
    {
        private ExternalAnswer? _answer;

        /// <summary>The answer is good before that.</summary>
        private long _until;

        /// <summary>A yes may stand for an error before that; 0: it was no yes.</summary>
        private long _lastUntil;

        public ExternalKey Key { get; } = key;

        /// <summary>Where it stands; set with the entry.</summary>
        public LinkedListNode<Entry>? Node { get; set; }

        /// <summary>What whoever asks now waits for; null: nothing is under way.</summary>
        public TaskCompletionSource<ExternalAnswer>? UnderWay { get; set; }

        public ExternalAnswer? Valid(long now) => now < _until ? _answer : null;

        public ExternalAnswer? LastYes(long now) => now < _lastUntil ? _answer : null;

        public void Remember(ExternalAnswer answer, long until, long lastUntil)
        {
            _answer = answer;
            _until = until;
            _lastUntil = lastUntil;
        }
    }
}
