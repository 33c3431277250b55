using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

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

    /// <summary>A random access point that is due so soon is waited for by recorders.</summary>
    public const long SoonMicros = 300_000;

    /// <summary>For a client that joins while the camera plays.</summary>
    public static JoinChoice Choose(in JoinSituation now)
    {
        bool isDelayed = now.IsRateControlled ?? now.Player == PlayerKind.GStreamer;
        if (!now.HasVideo && now.NamesMoment)
        {
            return JoinChoice.Live with { Place = JoinPlace.Past, IsDelayed = isDelayed };
        }

        if (!now.HasVideo || (now.Resumes && now.Mode is not (StartMode.Instant or StartMode.Past)))
        {
            return JoinChoice.Live;
        }

        StartMode mode = now.Mode;
        bool waits = mode != StartMode.Live;
        long? waitMicros = null;
        if (mode == StartMode.Auto)
        {
            mode = Suited(now);
            waitMicros = ShortGroupMicros - now.GroupAgeMicros;
            waits = waitMicros > 0 && now.GroupMicros <= ShortGroupMicros;
        }

        // Nobody waits for a picture, with the sound held back, while the camera sends none.
        bool isLive = !waits || now.Resumes || (now.PicturesStayAway && now.HasOthers);
        JoinPlace ahead = isLive ? JoinPlace.Live : JoinPlace.NextPoint;
        JoinPlace place = mode switch
        {
            StartMode.Past => JoinPlace.Past,
            StartMode.Instant => JoinPlace.SqueezedPast,
            _ => ahead,
        };
        return new JoinChoice(place, ahead, isLive ? null : waitMicros)
        {
            IsDelayed = place == JoinPlace.Past && isDelayed,
            IsForProbing = now.Mode == StartMode.Auto && place == JoinPlace.Past && now.Player == PlayerKind.Ffmpeg,
        };
    }

    /// <summary>Which past suits a player that does not say what it wants; <see cref="StartMode.Auto"/>: none.</summary>
    private static StartMode Suited(in JoinSituation now)
    {
        if (now.PicturesStayAway)
        {
            return StartMode.Auto;
        }

        bool isYoung = now.GroupAgeMicros <= ProbedPast.MicrosMax(now.ProbedMicros, now.GroupMicros);
        bool isNextFar = now.GroupMicros - now.GroupAgeMicros > SoonMicros;
        return now.Player switch
        {
            PlayerKind.Relay => StartMode.Past,
            PlayerKind.Ffmpeg when isYoung || (now.RecordersGetPast && isNextFar) => StartMode.Past,
            PlayerKind.GStreamer => StartMode.Instant,
            _ => StartMode.Auto,
        };
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
        !resumes && wish is StartMode.Keyframe or StartMode.Instant or StartMode.Past && heldBackMicros == 0 && !hearsOnly;

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
