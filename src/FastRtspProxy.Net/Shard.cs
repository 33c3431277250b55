using System.Diagnostics;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net;

/// <summary>
/// One event-loop thread. Every connection, session, mount and back-end belongs to one shard for life and is touched on it only. A turn: wait, handle
/// the ready descriptors (<see cref="WatchedDescriptors"/>), run the inbox, give the connections their turns (<see cref="TurnRounds"/>), fire timers,
/// then the end-of-turn work (the fan-out passes, <see cref="EndOfTurnQueue"/>). Everything but the descriptors themselves comes in slices, so that
/// none of them keeps the others waiting.
/// </summary>
internal sealed partial class Shard : PollTarget, IDisposable
{
    /// <summary>
    /// What the inbox may take of one turn; the rest is run in the next ones, after the descriptors and the passes. A twelfth of the 50 ms that
    /// nothing may keep a shard from the others.
    /// </summary>
    private const long InboxMicros = 4_000;

    /// <summary>Four interleaved packets of the largest size; a large key frame in one or two reads.</summary>
    public const int ScratchBytes = 256 * 1024;

    /// <summary>After a wait that failed. Media comes every 20 to 40 ms, so this delays little and costs a hundred wake-ups a second.</summary>
    private const int FailedWaitPauseMillis = 10;

    /// <summary>
    /// How long one kind of work may keep the others waiting. Four of them and a pass are a turn, far below a picture's interval (40 ms).
    /// </summary>
    private const int SliceMicros = 2_000;

    /// <inheritdoc cref="SliceMicros"/>
    internal static readonly long SliceTicks = Stopwatch.Frequency * SliceMicros / 1_000_000;

    private readonly Thread _thread;
    private readonly WatchedDescriptors _descriptors = new(waitsNanos: KernelCalls.WaitNanosRefusal == 0);

    /// <summary>
    /// An eventfd: readable from a ring until the loop has read it. Whoever posts to a shard that sleeps writes to it; closed with the shard, after
    /// its thread has ended.
    /// </summary>
    private readonly int _bell;

    /// <summary>Ticks a second of <see cref="Time"/>.</summary>
    private readonly long _frequency;

    /// <summary>False with a clock that a test moves: nothing in the kernel wakes us by that one.</summary>
    private readonly bool _isRealTime;
    private readonly ShardInbox _inbox = new();
    private readonly TurnRounds _rounds;
    private readonly EndOfTurnQueue _endOfTurn;

    /// <summary>Made when the first datagram socket asks for it; the loop's thread has ended when it is disposed.</summary>
    private ReceiveBatch? _receiveBatch;

    /// <summary>
    /// Set once, before the bell is rung, by whoever disposes: the ring is a system call and its count stays, so no fence of ours is needed beside
    /// it. The loop reads it each turn.
    /// </summary>
    private volatile bool _stopping;

    /// <summary>A counter on its own: nothing else is read from its value, so it has no partner. Any thread, interlocked.</summary>
    private int _load;

    /// <inheritdoc cref="_load"/>
    private long _weight;

    /// <inheritdoc cref="_load"/>
    private long _expectedWeight;

    /// <summary>A figure on its own, without a partner. Written by the shard.</summary>
    private int _busyPercent;

    /// <summary>When the second began that <see cref="_busyPercent"/> is counted over next. Only the shard.</summary>
    private long _windowMicros;

    /// <summary>How much of that second the loop has slept so far. Only the shard.</summary>
    private long _idleMicros;

    /// <summary>When a turn last began. Only the shard.</summary>
    private long _wokenMicros;

    /// <summary>When a turn last ended. Only the shard.</summary>
    private long _turnEndMicros;

    /// <summary>A figure on its own, as <see cref="_busyPercent"/>; it never goes back.</summary>
    private long _busyMicros;

    /// <summary>The longest turns of the present minute and of the one before it. Written by the shard.</summary>
    private long _longestMicros;
    private long _longestBeforeMicros;
    private long _minuteMicros;

    /// <summary>True once a failing wait was said: it is about the machine, and it may fail a hundred times a second.</summary>
    private bool _saidWaitFails;

    /// <exception cref="MachineException">The machine gives no epoll or no bell.</exception>
    internal Shard(int index, TimeProvider time, ILogger log, TimeSpan coalesce = default)
    {
        Index = index;
        Time = time;
        Log = log;
        _frequency = time.TimestampFrequency;
        _isRealTime = ReferenceEquals(time, TimeProvider.System);
        Coalescer = new TurnCoalescer(_isRealTime ? (long)coalesce.TotalMicroseconds : 0);
        _rounds = new TurnRounds(log, index);
        _endOfTurn = new EndOfTurnQueue(log, index);
        _bell = Libc.EventFd(0, LinuxConstants.EventFdNonBlock | LinuxConstants.EventFdCloseOnExec);
        if (_bell < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _descriptors.Dispose();
            throw new MachineException(KernelCalls.Sentence("eventfd", errno));
        }

        RefreshNow();
        _windowMicros = _turnEndMicros = _minuteMicros = NowMicros;
        if (!Watch(_bell, EpollEvents.In, this))
        {
            int errno = Marshal.GetLastPInvokeError();
            _descriptors.Dispose();
            _ = Libc.Close(_bell);
            throw new MachineException(KernelCalls.Sentence("epoll_ctl", errno));
        }

        _thread = new Thread(Loop) { IsBackground = true, Name = "shard-" + index };
    }

    /// <summary>Counts from 0.</summary>
    public int Index { get; }

    /// <summary>The clock; a test moves it.</summary>
    public TimeProvider Time { get; }

    public ILogger Log { get; }

    /// <summary>Monotonic microseconds, taken once a turn.</summary>
    public long NowMicros { get; private set; }

    /// <summary>Counts the turns, from 1.</summary>
    public long Turn { get; private set; } = 1;

    /// <summary>The wall clock.</summary>
    public DateTimeOffset UtcNow => Time.GetUtcNow();

    /// <summary>True on the shard's own thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    /// <summary>How many connections live here; whoever adds one calls <see cref="AddLoad"/>. Any thread.</summary>
    public int Load => Volatile.Read(ref _load);

    /// <inheritdoc cref="Load"/>
    public void AddLoad(int connections) => Interlocked.Add(ref _load, connections);

    /// <summary>
    /// What those weigh that are served here or are on their way, as <see cref="ShardPlacement.WeightOf"/> has it; whoever adds some keeps a
    /// <see cref="BookedWeight"/>. Any thread.
    /// </summary>
    public long Weight => Volatile.Read(ref _weight);

    /// <inheritdoc cref="Weight"/>
    public void AddWeight(long weight) => Interlocked.Add(ref _weight, weight);

    /// <summary>What cameras weigh that are read here when they play, and do not at present; as <see cref="Weight"/>. Any thread.</summary>
    public long ExpectedWeight => Volatile.Read(ref _expectedWeight);

    /// <inheritdoc cref="ExpectedWeight"/>
    public void AddExpectedWeight(long weight) => Interlocked.Add(ref _expectedWeight, weight);

    /// <summary>How much of the last second the shard worked, in percent. Any thread.</summary>
    public int BusyPercent => Volatile.Read(ref _busyPercent);

    /// <summary>How long it has worked since it began; it never goes back. Any thread.</summary>
    public long BusyMicros => Volatile.Read(ref _busyMicros);

    /// <summary>How long the longest turn of the last one to two minutes was. Any thread.</summary>
    public long LongestTurnMicros => Math.Max(Volatile.Read(ref _longestMicros), Volatile.Read(ref _longestBeforeMicros));

    /// <summary>The shard's scratch for receiving datagrams.</summary>
    public ReceiveBatch ReceiveBatch => _receiveBatch ??= new ReceiveBatch(receivesMany: KernelCalls.ReceiveManyRefusal == 0);

    /// <summary>The shard's scratch for receiving from streams and for gathering; never held across a turn.</summary>
    public byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(ScratchBytes, pinned: true);

    /// <summary>Where connections read: what a turn leaves over moves out of it.</summary>
    public byte[] InputScratch { get; } = GC.AllocateUninitializedArray<byte>(PeerInput.ReadBytes, pinned: true);

    /// <summary>For encrypting; made for the first connection that needs it. Empty between two calls.</summary>
    public Tls.TlsScratch TlsScratch => field ??= new Tls.TlsScratch();

    /// <inheritdoc cref="Net.InputBuffers"/>
    public InputBuffers InputBuffers { get; } = new();

    /// <inheritdoc cref="TurnCoalescer"/>
    public TurnCoalescer Coalescer { get; }

    /// <summary>Takes the time anew in the middle of a long turn.</summary>
    public void RefreshNow()
    {
        long ticks = Time.GetTimestamp();
        NowMicros = _frequency == 1_000_000_000 ? ticks / 1000 : (long)((Int128)ticks * 1_000_000 / _frequency);
    }

    /// <summary>Puts a node into the inbox; false when it is there already. Any thread.</summary>
    public bool Post(ShardWork work)
    {
        bool isNew = _inbox.TryPost(work, out bool mustRing);
        if (mustRing)
        {
            Ring();
        }

        return isNew;
    }

    /// <summary>Watches a descriptor, level-triggered. On the shard (or before it has started). False: the kernel refused.</summary>
    public bool Watch(int fd, EpollEvents events, PollTarget target) => _descriptors.Add(fd, events, target);

    /// <summary>Changes what is waited for.</summary>
    public void Rewatch(int fd, EpollEvents events, PollTarget target) => _descriptors.Change(fd, events, target);

    /// <summary>Stops watching; events of this turn that were not yet delivered are dropped. Before the descriptor is closed.</summary>
    public void Unwatch(int fd, PollTarget target) => _descriptors.Remove(fd, target);

    /// <summary>A source has something new to do. On the shard.</summary>
    public void QueueTurn(TurnWork work) => _rounds.AddFresh(work);

    /// <summary>A source has spent its budget and has more to do: its next turn comes after everybody else's. On the shard.</summary>
    public void QueueAgain(TurnWork work) => _rounds.AddAgain(work);

    /// <summary>Whoever has used up its budget goes on in the next turn. On the shard.</summary>
    public NextTurnAwaitable NextTurn() => new(this);

    /// <summary>Asks for one run after all ready descriptors of this turn. On the shard.</summary>
    public void EndOfTurn(IEndOfTurn target) => _endOfTurn.Add(target);

    /// <summary>
    /// As <see cref="EndOfTurn"/>, at this time (to the microsecond and not to the tick); for batches that are held back for a moment. Of several
    /// times the earliest one counts: whoever runs says anew what it waits for.
    /// </summary>
    public void EndOfTurnAt(IEndOfTurn target, long micros) => _endOfTurn.AddAt(target, micros);

    internal void Start() => _thread.Start();

    /// <summary>Ends the loop after its current turn and waits for the thread.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        Ring();
        if (IsCurrent || !_thread.IsAlive || _thread.Join(TimeSpan.FromSeconds(2)))
        {
            _descriptors.Dispose();
            _receiveBatch?.Dispose();
            _ = Libc.Close(_bell);
        }
    }

    /// <summary>The bell: only emptied; being awake is its message.</summary>
    protected internal override unsafe void OnReady(EpollEvents events)
    {
        ulong count;
        _ = Libc.Read(_bell, (byte*)&count, sizeof(ulong));
    }

    private unsafe void Ring()
    {
        ulong one = 1;
        _ = Libc.Write(_bell, (byte*)&one, sizeof(ulong));
    }

    private void Loop()
    {
        SynchronizationContext.SetSynchronizationContext(new ShardSynchronizationContext(this));
        while (!_stopping)
        {
            int ready = Sleep();
            Turn++;
            _rounds.BeginTurn();
            long began = ready > 1 ? Stopwatch.GetTimestamp() : 0;
            for (int i = 0; i < ready; i++)
            {
                if (_descriptors.TargetAt(i, out EpollEvents events) is { } target)
                {
                    Guard(target, events);
                }

                // Each reads half a millisecond at the most, so every fourth look at the clock will do.
                if ((i & 3) == 3 && i + 1 < ready && Stopwatch.GetTimestamp() - began > SliceTicks)
                {
                    // Many cameras with much to give: the passes of those that have given run before the rest is read.
                    RefreshNow();
                    RunAfterDescriptors();
                    began = Stopwatch.GetTimestamp();
                }
            }

            RunAfterDescriptors();
        }
    }

    private void RunAfterDescriptors()
    {
        RunInbox();
        _rounds.Run();
        FireTimers();
        _endOfTurn.Run(NowMicros);
    }

    /// <summary>Waits for descriptors, the bell or the next timer; not at all when something is there already.</summary>
    private int Sleep()
    {
        if (_endOfTurn.HasAsked || _inbox.HasBacklog || _rounds.HasWaiting)
        {
            int there = Wait(0);
            RefreshNow();
            _wokenMicros = NowMicros;
            NoteIdle(0);
            return there;
        }

        RefreshNow();
        long sleptAt = NowMicros;
        Rest();
        long timeoutMicros = NextWakeMicros();
        if (!_inbox.TrySleep() || _stopping)
        {
            timeoutMicros = 0;
        }

        int ready = Wait(timeoutMicros);
        _inbox.WakeUp();
        RefreshNow();
        _wokenMicros = NowMicros;
        NoteIdle(NowMicros - sleptAt);
        return ready;
    }

    /// <summary>What comes meanwhile is found by the wait that follows, all at once; nobody has to ring, for the loop is awake.</summary>
    private unsafe void Rest()
    {
        long restMicros = Coalescer.RestMicros(_wokenMicros, NowMicros);
        if (restMicros == 0)
        {
            return;
        }

        long dueMicros = NextWakeMicros();
        TimeSpec rest = TimeSpec.OfMicros(dueMicros < 0 ? restMicros : Math.Min(restMicros, dueMicros));
        _ = Libc.Sleep(&rest, null);
        RefreshNow();
    }

    /// <summary>
    /// An error is taken for "no events" only after a pause, or a wait that fails for good would keep a core busy; timers and the inbox go on
    /// meanwhile.
    /// </summary>
    private int Wait(long timeoutMicros)
    {
        int ready = _descriptors.Wait(timeoutMicros);
        if (ready >= 0)
        {
            return ready;
        }

        if (!_saidWaitFails)
        {
            _saidWaitFails = true;
            NetLog.WaitFails(Log, Index, -ready);
        }

        Thread.Sleep(FailedWaitPauseMillis);
        return 0;
    }

    private void NoteIdle(long micros)
    {
        NoteBusy(NowMicros - _turnEndMicros - micros);
        _idleMicros += micros;
        long elapsed = NowMicros - _windowMicros;
        if (elapsed >= 1_000_000)
        {
            Volatile.Write(ref _busyPercent, (int)Math.Clamp(100 - (_idleMicros * 100 / elapsed), 0, 100));
            _windowMicros = NowMicros;
            _idleMicros = 0;
        }
    }

    private void NoteBusy(long micros)
    {
        _turnEndMicros = NowMicros;
        _busyMicros += micros;
        if (micros > _longestMicros)
        {
            _longestMicros = micros;
        }

        if (NowMicros - _minuteMicros >= 60_000_000)
        {
            _minuteMicros = NowMicros;
            _longestBeforeMicros = _longestMicros;
            _longestMicros = 0;
        }
    }

    private void RunInbox()
    {
        _inbox.Take();
        long started = 0;
        while (_inbox.Next() is { } work)
        {
            started = started == 0 ? Stopwatch.GetTimestamp() : started;
            try
            {
                work.RunOnce();
            }
            catch (Exception e)
            {
                NetLog.ShardWorkFailed(Log, Index, e);
            }

            // By the machine's clock, whatever a test does to ours: this is about the others' time.
            if (_inbox.HasBacklog && Stopwatch.GetElapsedTime(started).TotalMicroseconds > InboxMicros)
            {
                return;
            }
        }
    }

    private void Guard(PollTarget target, EpollEvents events)
    {
        try
        {
            target.OnReady(events);
        }
        catch (Exception e)
        {
            NetLog.ShardWorkFailed(Log, Index, e);
        }
    }
}
