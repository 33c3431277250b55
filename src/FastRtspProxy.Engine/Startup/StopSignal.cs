using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Net.Linux;

namespace FastRtspProxy.Engine.Startup;

/// <summary>
/// SIGINT and SIGTERM: the first asks for a clean end, the second ends at once. A signal's handler runs on a thread of the runtime's and is not waited for when its registration
/// is disposed: so nothing that it touches is ever disposed.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Never disposed, see above; without a timer and without a wait handle there is nothing in it to give back.</summary>
    private readonly CancellationTokenSource _cancel = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
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
    }

    internal void OnSignal(PosixSignalContext context)
    {
        // The second one is left to its default, which is the end of the process by that signal.
        context.Cancel = _asked.TrySetResult();
        if (context.Cancel && _limit is { } limit)
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
