using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP: the first asks for a clean end, a second SIGINT or SIGTERM ends at once. A hang-up never does: it comes by itself,
/// twice when a terminal is closed (from its shell, and from the kernel), and behind systemd's SIGTERM. Signals that were ignored at the start
/// (nohup) stay ignored: the runtime sets no handler for them. A signal's handler runs on a thread of the runtime's and is not waited for when its
/// registration is disposed: so nothing that it touches is ever disposed. With a time to drain the first one only begins that, and the next asks
/// for the end. Where somebody else wants hang-ups (to read a file again), they are no end at all.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Never disposed, see above; without a timer and without a wait handle there is nothing in it to give back.</summary>
    private readonly CancellationTokenSource _cancel = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _hangUp;
    private readonly TimeSpan? _limit;
    private readonly Action _end;
    private readonly Action? _hungUp;

    /// <summary>Written by whoever reads the configuration, read by a signal's thread: the signal has the one or the other.</summary>
    private long _drainTicks;

    /// <param name="limit">The process ends by then, with status 0, whatever hangs: kept by a thread of its own, because what hangs may be the thread
    /// pool. Null: whoever waits keeps the time.</param>
    /// <param name="end">What ends the process; a test has another way.</param>
    /// <param name="hungUp">What a hang-up does instead of asking for an end; called on a signal's thread.</param>
    public StopSignal(TimeSpan? limit = null, Action? end = null, Action? hungUp = null)
    {
        _hungUp = hungUp;
        _limit = limit;
        _end = end ?? (static () => Libc.Exit(0));
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
    }

    /// <summary>How long viewers may watch on after the first signal; zero: it asks for the end at once. It can be changed until then.</summary>
    public TimeSpan Drain
    {
        get => new(Volatile.Read(ref _drainTicks));
        set => Volatile.Write(ref _drainTicks, value.Ticks);
    }

    /// <summary>Done at the first signal, where there is a time to drain.</summary>
    public Task Draining => _draining.Task;

    /// <summary>Done when the end is asked for: at the first signal, or at what ends a drain.</summary>
    public Task Task => _asked.Task;

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _cancel.Token;

    /// <summary>From now on a signal does what it does by default; one that has come already is still handled.</summary>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _hangUp.Dispose();
    }

    /// <summary>Asks for the end as a signal does. Any thread; false when it was asked for before.</summary>
    public bool Ask()
    {
        if (!_asked.TrySetResult())
        {
            return false;
        }

        if (_limit is { } limit)
        {
            new Thread(() => EndAfter(limit)) { IsBackground = true, Name = "stop" }.Start();
        }

        // Those who wait for the token are not run on this thread: an exception of theirs must not end it.
        _ = _cancel.CancelAsync();
        return true;
    }

    internal void OnSignal(PosixSignalContext context)
    {
        bool isHangUp = context.Signal == PosixSignal.SIGHUP;
        if (isHangUp && _hungUp is not null)
        {
            context.Cancel = true;
            _hungUp();
            return;
        }

        if (Drain > TimeSpan.Zero && (_draining.TrySetResult() || (isHangUp && !_asked.Task.IsCompleted)))
        {
            context.Cancel = true;
            return;
        }

        // The next one is left to its default, which is the end of the process by that signal.
        bool isFirst = Ask();
        context.Cancel = isFirst || isHangUp;
    }

    private void EndAfter(TimeSpan limit)
    {
        Thread.Sleep(limit);
        _end();
    }
}
