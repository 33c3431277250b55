using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Takes what the sessions with a mount's camera send into the ingest. Their first packet ends an outage, and the time for which clients are held. On
/// the mount's shard.
/// </summary>
internal sealed class CameraSink(
    MountIngest ingest, CameraNews news, ClientHold hold, KeyFrameRequests keyFrames, CameraSteps steps, ShardSignal signal) : IBackendSink
{
    /// <inheritdoc/>
    public void OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros)
    {
        if (news.AwaitsMedia || hold.IsRunning)
        {
            hold.End();
            news.OnMedia();
        }

        ingest.OnRtp(track, source, view, packet, arrivalMicros);
    }

    /// <inheritdoc/>
    public void OnSenderReport(int track, uint source, ulong ntp, uint rtpTimestamp, long arrivalMicros) =>
        ingest.OnSenderReport(track, source, ntp, rtpTimestamp, arrivalMicros);

    /// <inheritdoc/>
    public void OnCanonicalName(int track, ReadOnlySpan<byte> name) => ingest.OnCanonicalName(track, name);

    /// <inheritdoc/>
    public void OnGap(int track) => keyFrames.OnLoss();

    /// <inheritdoc/>
    public void OnBatchEnd()
    {
        ingest.Publish();
        if (steps.AwaitsMedia)
        {
            steps.NoteMedia();
        }
    }

    /// <inheritdoc/>
    public void OnMoved(BackendState to) => steps.OnMoved(to);

    /// <inheritdoc/>
    public void OnSessionChanged() => signal.Set();
}
