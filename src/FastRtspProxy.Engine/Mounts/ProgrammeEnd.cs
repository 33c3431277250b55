using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What becomes of viewers when a camera says that its programme is over. On the mount's shard.</summary>
internal sealed class ProgrammeEnd(MountSettings settings, Shard shard, MountStatus status, MountClients clients, MountIngest ingest, ILogger log)
{
    /// <summary>
    /// Gives the last packets time to reach the clients, then ends their sessions. Who joins meanwhile waits for the programme to begin again.
    /// </summary>
    /// <param name="serving">Serves no longer.</param>
    /// <param name="end">What the camera said.</param>
    public async Task RunAsync(CameraServing serving, BackendFailure end)
    {
        int viewers = clients.Count;
        status.Move(StreamState.Ready, viewers);
        serving.EndReports();
        ingest.Publish();
        await shard.DelayAsync(settings.Timings.Tail);
        if (status.IsStopping)
        {
            return;
        }

        string next = settings.AlwaysOn ? "and it begins again" : "it begins again with the next one";
        MountLog.ProgrammeEnded(log, settings.Name, settings.Backend.Url.Redacted, end.Message, viewers, next);
        clients.End(MountEnd.ProgrammeEnded);
    }
}
