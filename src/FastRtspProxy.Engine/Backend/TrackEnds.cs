namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Judges RTCP BYEs. A BYE of sound or metadata ends that track alone; when all videos, or all tracks of which media came, have said BYE, the session
/// has ended. Pure.
/// </summary>
internal static class TrackEnds
{
    /// <summary>
    /// What the tracks' BYEs mean together. A video of which no media came has not ended, but it does not keep the session alive where another video
    /// was heard and has ended.
    /// </summary>
    public static TrackEnd Judge(ReadOnlySpan<TrackSigns> tracks)
    {
        int videos = 0;
        int heardVideos = 0;
        int endedVideos = 0;
        int endedOthers = 0;
        int openOthers = 0;
        int flowingOthers = 0;
        foreach (TrackSigns track in tracks)
        {
            if (track.IsVideo)
            {
                videos++;
                heardVideos += track.WasHeard ? 1 : 0;
                endedVideos += track.WasHeard && track.HasEnded ? 1 : 0;
            }
            else if (track.WasHeard)
            {
                endedOthers += track.HasEnded ? 1 : 0;
                openOthers += track.HasEnded ? 0 : 1;
                flowingOthers += !track.HasEnded && track.Flows ? 1 : 0;
            }
        }

        if (videos == 0)
        {
            return endedOthers > 0 && openOthers == 0 ? TrackEnd.All : TrackEnd.GoesOn;
        }

        if (endedVideos == 0 || endedVideos < heardVideos)
        {
            return TrackEnd.GoesOn;
        }

        return flowingOthers == 0 ? TrackEnd.All : TrackEnd.Video;
    }
}
