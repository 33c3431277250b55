using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Takes what a session with a mount's camera sends into the ingest. Its first packet ends an outage, and the time for which clients are held. Of two
/// sessions one alone is let in. On the mount's shard.
/// </summary>
internal sealed class CameraSink(
    MountIngest ingest, CameraNews news, ClientHold hold, KeyFrameRequests keyFrames, CameraSteps steps, ShardSignal signal) : IBackendSink
{
    /// <summary>True once another session has taken the place of this one: what it still sends is nobody's.</summary>
    public bool IsShut { get; set; }

    /// <inheritdoc/>
    public void OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros)
    {
        if (IsShut)
        {
            return;
        }

        if (news.AwaitsMedia || hold.IsRunning)
        {
            hold.End();
            news.OnMedia();
        }

        ingest.OnRtp(track, source, view, packet, arrivalMicros);
        if (keyFrames.IsDue && IsVideo(track))
        {
            keyFrames.OnPicture(view);
        }
    }

    /// <inheritdoc/>
    public void OnSenderReport(int track, uint source, ulong ntp, uint rtpTimestamp, long arrivalMicros)
    {
        if (!IsShut)
        {
            ingest.OnSenderReport(track, source, ntp, rtpTimestamp, arrivalMicros);
        }
    }

    /// <inheritdoc/>
    public void OnCanonicalName(int track, ReadOnlySpan<byte> name)
    {
        if (!IsShut)
        {
            ingest.OnCanonicalName(track, name);
        }
    }

    /// <inheritdoc/>
    public void OnGap(int track)
    {
        if (!IsShut && IsVideo(track)) // no key frame mends sound
        {
            keyFrames.OnLoss();
        }
    }

    /// <inheritdoc/>
    public void OnLeftOut(int track, int packets)
    {
        if (!IsShut && track < ingest.Tracks.Count)
        {
            ingest.Tracks[track].Timeline.LeaveOut(packets);
        }
    }

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
    public void OnMoved(BackendState to)
    {
        if (!IsShut)
        {
            steps.OnMoved(to);
        }
    }

    /// <inheritdoc/>
    public void OnSessionChanged() => signal.Set();

    private bool IsVideo(int track) => track < ingest.Tracks.Count && ingest.Tracks[track].Kind == MediaKind.Video;
}
