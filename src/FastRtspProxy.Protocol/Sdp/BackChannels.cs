namespace FastRtspProxy.Protocol.Sdp;

/// <summary>
/// Which media of a description are back channels, where the player may send. ONVIF (streaming specification, 5.3) marks them `a=sendonly`, seen from
/// the player; other encoders mark what they send themselves. A back channel is never video, and where a video or all media are marked, the marks are
/// the server's own view and mean nothing (go2rtc issue 771: video sendonly, audio without a mark).
/// </summary>
internal static class BackChannels
{
    private const string SendOnly = "sendonly";

    /// <summary>For each section, in order: true where the player may send.</summary>
    /// <param name="session">The lines of the session part, whose direction holds for sections that have none (RFC 4566 section 6).</param>
    /// <param name="sections">The lines of each m= section, m= first.</param>
    public static bool[] Of(List<string> session, List<List<string>> sections)
    {
        // The session's mark is the server's view only where no section takes the player's, as ONVIF cameras do with a=recvonly.
        bool sessionIsMarked = SdpLine.HasFlag(session, SendOnly) && !sections.Exists(static section => SdpLine.HasFlag(section, "recvonly"));
        bool[] found = new bool[sections.Count];
        bool videoIsMarked = false;
        bool allAreMarked = true;
        for (int i = 0; i < found.Length; i++)
        {
            // Only a section's own mark makes it a back channel; the session's tells that the server speaks of itself.
            found[i] = SdpLine.HasFlag(sections[i], SendOnly);
            bool isMarked = found[i] || (sessionIsMarked && !HasOtherDirection(sections[i]));
            videoIsMarked |= isMarked && IsVideo(sections[i]);
            allAreMarked &= isMarked;
        }

        if (videoIsMarked || allAreMarked)
        {
            Array.Clear(found);
        }

        return found;
    }

    private static bool HasOtherDirection(List<string> section) =>
        SdpLine.HasFlag(section, "recvonly") || SdpLine.HasFlag(section, "sendrecv") || SdpLine.HasFlag(section, "inactive");

    private static bool IsVideo(List<string> section) => section[0].AsSpan(2).TrimStart().StartsWith("video", StringComparison.OrdinalIgnoreCase);
}
