namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Decides where a client begins that joins a mount: in the cached past, at the next random access point, or with whatever comes next. Pure.
/// </summary>
internal static class JoinPolicy
{
    /// <summary>
    /// The longest group of pictures that a joiner is made to wait for when nobody asked for it: 4 s, and what the arrivals jitter. Players that get
    /// no picture for 5 s begin to doubt: rtspsrc tries TCP instead, ffmpeg ends its look at the stream.
    /// </summary>
    public const long ShortGroupMicros = 4_500_000;

    /// <summary>The same where somebody asked for it; as <see cref="Delivery.FanOutLimits.MaxRandomAccessWait"/>.</summary>
    public const long LongestWaitMicros = 12_000_000;

    /// <summary>For a client that joins while the camera plays.</summary>
    public static JoinChoice Choose(in JoinSituation now)
    {
        StartMode mode = now.Mode;
        if (now.Resumes && mode != StartMode.Instant)
        {
            return JoinChoice.Live;
        }

        long? waitMicros = null;
        if (mode == StartMode.Auto)
        {
            waitMicros = ShortGroupMicros - now.GroupAgeMicros;
            mode = waitMicros > 0 && now.GroupMicros <= ShortGroupMicros ? StartMode.Keyframe : StartMode.Live;
        }

        if (mode == StartMode.Live || !now.HasVideo)
        {
            return JoinChoice.Live;
        }

        // Nobody waits for a picture, with the sound held back, while the camera sends none.
        JoinPlace ahead = now.Resumes || (now.PicturesStayAway && now.HasOthers) ? JoinPlace.Live : JoinPlace.NextPoint;
        return new JoinChoice(mode == StartMode.Instant ? JoinPlace.Past : ahead, ahead, waitMicros);
    }

    /// <summary>
    /// For a client that waited for the camera to play: whether it waits for a random access point alone. The mount holds the first pictures back for
    /// everybody, unless its mode is one that does not; then a client that asks for a picture gets its wish.
    /// </summary>
    /// <param name="wish">What the client asks for; null: nothing.</param>
    /// <param name="resumes">The client was paused.</param>
    /// <param name="heldBackMicros"><see cref="HeldBackMicros"/> of the mount.</param>
    /// <param name="hearsOnly">The client has set up more than pictures, and those stay away.</param>
    public static bool WaitsAlone(StartMode? wish, bool resumes, long heldBackMicros, bool hearsOnly) =>
        !resumes && wish is StartMode.Keyframe or StartMode.Instant && heldBackMicros == 0 && !hearsOnly;

    /// <summary>
    /// How long a session's first pictures are held back if no decoder can start from them. As LIVE555 does (<see cref="StartMode.Live"/>): not at
    /// all.
    /// </summary>
    public static long HeldBackMicros(StartMode mode, long groupMicros) => mode switch
    {
        StartMode.Live => 0,
        StartMode.Auto => groupMicros <= ShortGroupMicros ? ShortGroupMicros : 0,
        _ => LongestWaitMicros,
    };
}
