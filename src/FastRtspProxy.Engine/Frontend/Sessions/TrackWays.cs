namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// How the tracks of one session travel: what is sent to the client goes one way, all to a group, all over UDP, or all in its connection; what the
/// client sends by a back channel goes that way too, or, since nobody talks to a group, over UDP or in the connection beside a group. Pure.
/// </summary>
internal static class TrackWays
{
    /// <summary>The track by whose way the session is known: the first that is sent to the client, else the first; null: it has none.</summary>
    public static SessionTrack? LeadOf(IReadOnlyList<SessionTrack> tracks)
    {
        for (int i = 0; i < tracks.Count; i++)
        {
            if (!tracks[i].Track.IsBack)
            {
                return tracks[i];
            }
        }

        return tracks.Count > 0 ? tracks[0] : null;
    }

    /// <summary>True where a track can go that way beside the session's others.</summary>
    /// <param name="tracks">The session's.</param>
    /// <param name="replaced">The one among them that goes; null: none does.</param>
    /// <param name="track">The one that comes.</param>
    /// <param name="isMulticast">It would go to a group.</param>
    /// <param name="isInterleaved">It would go in the connection.</param>
    public static bool Fits(IReadOnlyList<SessionTrack> tracks, SessionTrack? replaced, MountTrack track, bool isMulticast, bool isInterleaved)
    {
        for (int i = 0; i < tracks.Count; i++)
        {
            SessionTrack other = tracks[i];
            bool isOneOfMany = other.Group is not null;
            bool isTwoWay = (track.IsBack && isOneOfMany) || (other.Track.IsBack && isMulticast);
            if (other != replaced && !isTwoWay && (isOneOfMany != isMulticast || other.IsInterleaved != isInterleaved))
            {
                return false;
            }
        }

        return true;
    }
}
