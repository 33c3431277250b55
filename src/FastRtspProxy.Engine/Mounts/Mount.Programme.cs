using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>The end of a programme: a file or a recording that was played, as <see cref="ProgrammeWatch"/> tells.</summary>
internal sealed partial class Mount
{
    /// <summary>Gives the last packets time to reach the viewers, then ends their sessions. Who joins meanwhile waits for the programme to begin again.</summary>
    private async Task EndProgrammeAsync(BackendFailure end)
    {
        MountClient[] viewers = [.. _clients];
        Move(MountState.Ready);
        _reportTimer.Stop();
        _ingest.Publish();
        await Shard.DelayAsync(_options.Timings.Tail);
        if (_stopping)
        {
            return;
        }

        string next = _options.AlwaysOn ? "and it begins again" : "it begins again with the next one";
        MountLog.ProgrammeEnded(_log, Name, ShownUrl, end.Message, viewers.Length, next);
        EndClients(MountEnd.ProgrammeEnded);
    }

    /// <summary>The next viewer starts it again; a stream that is always on starts by itself, after the usual wait.</summary>
    private async Task RestAfterProgrammeAsync()
    {
        if (_options.AlwaysOn && !HasClients)
        {
            long due = Shard.NowMicros + (long)_retries.Next(clientsAreHeld: false).TotalMicroseconds;
            while (!_stopping && !HasClients && TimeUntil(due) is { } left && left > TimeSpan.Zero)
            {
                await _signal.WaitAsync(left);
            }

            return;
        }

        await RestAsync();
    }
}
