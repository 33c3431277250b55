namespace FastRtspProxy.Net;

/// <summary>
/// How many bytes the kernel may hold for a TCP viewer beyond what is on the way to it (TCP_NOTSENT_LOWAT, tcp(7)). What waits there is as old as a
/// viewer is behind, and nothing of it can be left out any more: with a send buffer of megabytes a viewer that reads four fifths of 2 Mbit/s is 18 s
/// behind, however soon the ring would move it forward. So it is half a second of what the viewer watches: more than a key frame, so that a send
/// rarely breaks off, and less than anybody notices beside the 4 s of the ring.
/// </summary>
internal static class UnsentMark
{
    /// <summary>While the rate is not known, and for what is no viewer: answers alone never wait in such numbers.</summary>
    public const int UnknownBytes = 128 * 1024;

    /// <summary>What the kernel takes in one piece (a GSO segment): below it, a mark costs a system call for each piece and saves nothing.</summary>
    public const int BytesMin = 64 * 1024;

    /// <summary>A stream of more than 500 Mbit/s is none that we know.</summary>
    private const int BytesMax = 32 * 1024 * 1024;

    /// <summary>The mark for a stream of so many bytes a second; 0: not known yet.</summary>
    public static int For(long bytesPerSecond) => bytesPerSecond <= 0 ? UnknownBytes : (int)Math.Clamp(bytesPerSecond / 2, BytesMin, BytesMax);

    /// <summary>
    /// The mark of a connection, by the sum over its viewers: a wall of cameras in one connection has the marks of all. 0: it has none.
    /// </summary>
    public static int ForConnection(long sumBytes) => sumBytes <= 0 ? UnknownBytes : (int)Math.Clamp(sumBytes, BytesMin, BytesMax);

    /// <summary>Whether a change is worth a system call for each viewer: the rate of a camera moves with the picture all the time.</summary>
    public static bool IsWorthSetting(int presentBytes, int wantedBytes) =>
        wantedBytes != presentBytes
            && (presentBytes == UnknownBytes || wantedBytes > presentBytes + (presentBytes / 4) || wantedBytes < presentBytes - (presentBytes / 4));
}
