using System.Runtime.InteropServices;

namespace FastRtspProxy;

/// <summary>SIGINT and SIGTERM: the first asks for a clean end, the second ends at once.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public StopSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Done at the first signal.</summary>
    public Task Task => _asked.Task;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // The second one is left to its default, which is the end of the process by that signal.
        context.Cancel = _asked.TrySetResult();
    }
}
