using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP: the first asks for a clean end, a second SIGINT or SIGTERM ends at once. A hang-up never does: it comes by itself, twice when a terminal is closed
/// (from its shell, and from the kernel), and behind systemd's SIGTERM. Signals that were ignored at the start (nohup) stay ignored: the runtime sets no handler for them.
/// A signal's handler runs on a thread of the runtime's and is not waited for when its registration
/// is disposed: so nothing that it touches is ever disposed.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Never disposed, see above; without a timer and without a wait handle there is nothing in it to give back.</summary>
    private readonly CancellationTokenSource _cancel = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _hangUp;
    private readonly TimeSpan? _limit;
    private readonly Action _end;

    /// <param name="limit">
    /// The process ends by then, with status 0, whatever hangs: kept by a thread of its own, because what hangs may be the thread pool. Null: whoever waits keeps the time.
    /// </param>
    /// <param name="end">What ends the process; a test has another way.</param>
    public StopSignal(TimeSpan? limit = null, Action? end = null)
    {
        _limit = limit;
        _end = end ?? (static () => Libc.Exit(0));
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
    }

    /// <summary>Done at the first signal.</summary>
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

    internal void OnSignal(PosixSignalContext context)
    {
        // The second one is left to its default, which is the end of the process by that signal.
        bool isFirst = _asked.TrySetResult();
        context.Cancel = isFirst || context.Signal == PosixSignal.SIGHUP;
        if (isFirst && _limit is { } limit)
        {
            new Thread(() => EndAfter(limit)) { IsBackground = true, Name = "stop" }.Start();
        }

        // Whoever waits for the token is not run here: what it throws is its own.
        _ = _cancel.CancelAsync();
    }

    private void EndAfter(TimeSpan limit)
    {
        Thread.Sleep(limit);
        _end();
    }
}
