namespace FastRtspProxy.Engine.Relay;

/// <summary>Packets that only lead a picture: parameter sets, SEI, delimiters.</summary>
internal static class LeadingPackets
{
    /// <summary>
    /// Where the newest of them begin, if nothing of the picture that they lead has come: it may be the one that is waited for, and then it begins
    /// with them. Without such, the end.
    /// </summary>
    /// <param name="entries">Of a scope.</param>
    /// <param name="from">The first packet that is looked at.</param>
    /// <param name="to">One past the last.</param>
    /// <param name="videoTracks">The tracks with pictures, a bit each; others' packets may stand in between.</param>
    public static long Before(in RingEntries entries, long from, long to, uint videoTracks)
    {
        long begin = to;
        for (long s = to - 1; s >= from; s--)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (entry.IsRtcp || (videoTracks & (1u << entry.Track)) == 0)
            {
                continue;
            }

            if ((entry.Flags & (EntryFlags.ParameterSets | EntryFlags.NonVcl)) == 0 || (entry.Flags & EntryFlags.Marker) != 0)
            {
                break;
            }

            begin = s;
        }

        return begin;
    }
}
