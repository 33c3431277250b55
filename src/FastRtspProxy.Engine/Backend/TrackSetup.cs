using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Judges the SETUP of one track that failed: what is wrong with one track must not cost the others. Cameras refuse the SETUP of a track that they
/// describe (metadata or sound that is switched off: 404, 461, 500), or never answer it (Uniview's metadata); the picture must not suffer. Pure.
/// </summary>
internal static class TrackSetup
{
    /// <summary>
    /// A track counts as silent only after so many times the slowest answer of the connection: a camera that took 4 s for DESCRIBE is not silent
    /// after 3 s.
    /// </summary>
    private const int SlowAnswers = 2;

    /// <summary>A second silent track is not waited for as long as the first: a viewer's PLAY is answered after 5 s at the latest.</summary>
    private static readonly TimeSpan s_furtherSilence = TimeSpan.FromSeconds(1);

    /// <summary>A status that is about the session or the user, whichever track it was given for.</summary>
    public static bool IsSessionWide(int status) =>
        status is RtspStatus.Unauthorized or RtspStatus.NotEnoughBandwidth or RtspStatus.SessionNotFound or RtspStatus.ServiceUnavailable;

    /// <summary>What follows from a SETUP that failed.</summary>
    /// <param name="isNeeded">The track is the only video that is left, or the only track.</param>
    /// <param name="kind">Why it failed.</param>
    /// <param name="status">The camera's answer; 0: none came.</param>
    public static SetupVerdict Judge(bool isNeeded, BackendFailureKind kind, int status)
    {
        if (IsSessionWide(status))
        {
            return SetupVerdict.EndSession;
        }

        if (status == 0)
        {
            // No answer came. Silence may concern the track alone; the end of the connection concerns the whole session.
            return kind == BackendFailureKind.NoAnswer && !isNeeded ? SetupVerdict.LeaveOut : SetupVerdict.EndSession;
        }

        return isNeeded ? SetupVerdict.Refused : SetupVerdict.LeaveOut;
    }

    /// <summary>True for the track that a session is not made without: the only video that was not left out, or the last track of all.</summary>
    public static bool IsNeeded(IReadOnlyList<BackendTrack> tracks, BackendTrack track)
    {
        bool hasOther = false;
        bool hasVideo = track.IsVideo;
        foreach (BackendTrack other in tracks)
        {
            if (other == track || other.Absence is not null)
            {
                continue;
            }

            if (track.IsVideo && other.IsVideo)
            {
                return false;
            }

            hasOther = true;
            hasVideo |= other.IsVideo;
        }

        return track.IsVideo || (!hasOther && !hasVideo);
    }

    /// <summary>How long the answer to the SETUP of a track that is not needed is waited for.</summary>
    /// <param name="silence">The time after which such a track counts as silent.</param>
    /// <param name="waited">What silent tracks of this session have taken already.</param>
    /// <param name="slowest">The longest time that an answer took on this connection.</param>
    /// <param name="answer">The time for answers that are needed.</param>
    public static TimeSpan Patience(TimeSpan silence, TimeSpan waited, TimeSpan slowest, TimeSpan answer)
    {
        TimeSpan rest = silence - waited;
        TimeSpan patience = waited > TimeSpan.Zero && rest < s_furtherSilence ? s_furtherSilence : rest;
        patience = slowest * SlowAnswers > patience ? slowest * SlowAnswers : patience;
        return patience < answer ? patience : answer;
    }
}
