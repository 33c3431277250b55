using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Where a client begins, as a table.</summary>
public sealed class JoinPolicyTests
{
    private const int Short = 4;
    private const int Long = 10;

    [Theory]
    [InlineData(StartMode.Live, Short, 1, "Live", "Live", null)]
    [InlineData(StartMode.Keyframe, Short, 1, "NextPoint", "NextPoint", null)]
    [InlineData(StartMode.Keyframe, Long, 9, "NextPoint", "NextPoint", null)]
    [InlineData(StartMode.Instant, Long, 9, "SqueezedPast", "NextPoint", null)]
    [InlineData(StartMode.Past, Long, 9, "Past", "NextPoint", null)]
    [InlineData(StartMode.Auto, Short, 1, "NextPoint", "NextPoint", 3_500_000L)]
    [InlineData(StartMode.Auto, Long, 1, "Live", "Live", null)]
    [InlineData(StartMode.Auto, Short, 5, "Live", "Live", null)] // the group has become a long one meanwhile
    public void Choose_ClientWithPictures_AsTheModeAndTheGroupsSay(
        StartMode mode, int groupSeconds, int ageSeconds, string place, string otherwise, long? wait)
    {
        JoinChoice choice = JoinPolicy.Choose(new JoinSituation
        {
            Mode = mode,
            HasVideo = true,
            HasOthers = true,
            GroupMicros = groupSeconds * 1_000_000L,
            GroupAgeMicros = ageSeconds * 1_000_000L,
        });

        Assert.Equal((place, otherwise, wait), (choice.Place.ToString(), choice.Otherwise.ToString(), choice.WaitMicrosMax));
    }

    [Theory]
    [InlineData("Lavf60.3.100", 2000, 2000, false, "Past", "NextPoint")]
    [InlineData("Lavf60.3.100", 4000, 2020, false, "Past", "NextPoint")]
    [InlineData("Lavf60.3.100", 4000, 2021, false, "NextPoint", "NextPoint")]
    [InlineData("Lavf60.3.100", 4000, 2021, true, "Past", "NextPoint")]
    [InlineData("libmpv", 4000, 2020, false, "Past", "NextPoint")]
    [InlineData("libmpv", 4000, 2021, false, "NextPoint", "NextPoint")]
    [InlineData("Lavf60.3.100", 4000, 3699, true, "Past", "NextPoint")]
    [InlineData("Lavf60.3.100", 4000, 3700, true, "NextPoint", "NextPoint")] // due within 0.3 s
    [InlineData("Lavf60.3.100", 4000, 3700, false, "NextPoint", "NextPoint")]
    [InlineData("Lavf60.3.100", 10_000, 1000, false, "Past", "Live")]
    [InlineData("Lavf60.3.100", 10_000, 5000, false, "Live", "Live")]
    [InlineData("Lavf60.3.100", 10_000, 5000, true, "Past", "Live")]
    [InlineData("Lavf60.3.100", 0, 2020, false, "Past", "NextPoint")] // one key frame was seen so far
    [InlineData("FastRtspProxy/1.2", 4000, 3900, false, "Past", "NextPoint")]
    [InlineData("FastRtspProxy/1.2", 10_000, 9000, false, "Past", "Live")]
    [InlineData("GStreamer/1.22.0", 4000, 100, false, "SqueezedPast", "NextPoint")]
    [InlineData("GStreamer/1.22.0", 10_000, 9900, false, "SqueezedPast", "Live")]
    [InlineData("FFmpeg Frigate/0.14.1-f4f3cfa", 4000, 100, true, "NextPoint", "NextPoint")]
    [InlineData("FFmpeg Frigate/0.14.1-f4f3cfa", 4000, 3900, true, "NextPoint", "NextPoint")]
    [InlineData("FFmpeg Frigate/0.14.1-f4f3cfa", 10_000, 100, true, "Live", "Live")] // nobody waits so long
    [InlineData("LibVLC/3.0.21 (LIVE555 Streaming Media v2016.11.28)", 4000, 100, true, "NextPoint", "NextPoint")]
    [InlineData(null, 4000, 100, true, "NextPoint", "NextPoint")]
    [InlineData("", 10_000, 100, true, "Live", "Live")]
    public void Choose_Auto_AsSuitsThePlayer(string? agent, int groupMillis, int ageMillis, bool recorders, string place, string otherwise)
    {
        JoinSituation now = new()
        {
            Mode = StartMode.Auto,
            Player = PlayerKinds.Of(agent),
            RecordersGetPast = recorders,
            HasVideo = true,
            HasOthers = true,
            GroupMicros = groupMillis * 1000L,
            ProbedMicros = ProbedPast.UsualMicros,
            GroupAgeMicros = ageMillis * 1000L,
        };
        JoinChoice choice = JoinPolicy.Choose(now);
        JoinChoice resumed = JoinPolicy.Choose(now with { Resumes = true });
        JoinChoice withoutPictures = JoinPolicy.Choose(now with { PicturesStayAway = true });
        JoinChoice soundOnly = JoinPolicy.Choose(now with { HasVideo = false });

        Assert.Equal((place, otherwise), (choice.Place.ToString(), choice.Otherwise.ToString()));
        Assert.Equal(now is { Player: PlayerKind.Ffmpeg } && place == "Past", choice.IsForProbing);
        Assert.Equal([JoinChoice.Live, JoinChoice.Live, JoinChoice.Live], [resumed, withoutPictures, soundOnly]);
    }

    /// <summary>rtspsrc takes a past that comes in haste for a jump of the clock.</summary>
    [Theory]
    [InlineData("GStreamer/1.22.0", null, true)]
    [InlineData("GStreamer/1.22.0", false, false)]
    [InlineData("GStreamer/1.22.0", true, true)]
    [InlineData("Lavf60.3.100", null, false)]
    [InlineData("Lavf60.3.100", true, true)]
    [InlineData(null, null, false)]
    public void Choose_Past_KeepsItsPaceAsThePlayerOrItsRateControlSays(string? agent, bool? control, bool isDelayed)
    {
        JoinSituation now = new() { Mode = StartMode.Past, Player = PlayerKinds.Of(agent), IsRateControlled = control, HasVideo = true };
        JoinChoice sound = JoinPolicy.Choose(now with { HasVideo = false, NamesMoment = true });

        Assert.Equal((JoinPlace.Past, isDelayed), (JoinPolicy.Choose(now).Place, JoinPolicy.Choose(now).IsDelayed));
        Assert.Equal((JoinPlace.Past, isDelayed), (sound.Place, sound.IsDelayed));
        Assert.Equal(JoinPlace.Live, JoinPolicy.Choose(now with { HasVideo = false }).Place);
        Assert.False(JoinPolicy.Choose(now with { Mode = StartMode.Instant }).IsDelayed);
    }

    [Theory]
    [InlineData(StartMode.Live, "Live", "Live")]
    [InlineData(StartMode.Keyframe, "Live", "Live")]
    [InlineData(StartMode.Auto, "Live", "Live")]
    [InlineData(StartMode.Past, "Past", "Live")]
    [InlineData(StartMode.Instant, "SqueezedPast", "Live")] // it asked for the past, and has no use for a wait
    public void Choose_ResumingClient_WaitsForNothing(StartMode mode, string place, string otherwise)
    {
        JoinChoice choice = JoinPolicy.Choose(new JoinSituation { Mode = mode, Resumes = true, HasVideo = true });

        Assert.Equal((place, otherwise), (choice.Place.ToString(), choice.Otherwise.ToString()));
    }

    [Theory]
    [InlineData(StartMode.Keyframe, true, true, "Live")]
    [InlineData(StartMode.Keyframe, true, false, "NextPoint")] // pictures are all that it has set up
    [InlineData(StartMode.Keyframe, false, true, "Live")]
    [InlineData(StartMode.Instant, false, true, "Live")]
    [InlineData(StartMode.Instant, true, true, "SqueezedPast")]
    [InlineData(StartMode.Past, true, true, "Past")]
    public void Choose_NoPicturesNow_SoundIsNotHeldBack(StartMode mode, bool hasVideo, bool hasOthers, string place)
    {
        JoinChoice choice = JoinPolicy.Choose(new JoinSituation { Mode = mode, HasVideo = hasVideo, HasOthers = hasOthers, PicturesStayAway = true });

        Assert.Equal(place, choice.Place.ToString());
    }

    [Theory]
    [InlineData(StartMode.Keyframe, false, 0, false, true)]
    [InlineData(StartMode.Instant, false, 0, false, true)]
    [InlineData(StartMode.Past, false, 0, false, true)]
    [InlineData(StartMode.Keyframe, true, 0, false, false)]
    [InlineData(StartMode.Keyframe, false, 1, false, false)] // the mount holds the pictures back for all
    [InlineData(StartMode.Keyframe, false, 0, true, false)]
    [InlineData(StartMode.Live, false, 0, false, false)]
    [InlineData(null, false, 0, false, false)]
    public void WaitsAlone_WhoWaitedForTheCamera_WhereItAskedForAPictureAndTheMountHoldsNoneBack(
        StartMode? wish, bool resumes, long heldBackMicros, bool hearsOnly, bool expected) =>
        Assert.Equal(expected, JoinPolicy.WaitsAlone(wish, resumes, heldBackMicros, hearsOnly));

    [Theory]
    [InlineData(StartMode.Live, Short, 0)]
    [InlineData(StartMode.Auto, Short, JoinPolicy.ShortGroupMicros)]
    [InlineData(StartMode.Auto, Long, 0)]
    [InlineData(StartMode.Keyframe, Long, JoinPolicy.LongestWaitMicros)]
    [InlineData(StartMode.Instant, Long, JoinPolicy.LongestWaitMicros)]
    [InlineData(StartMode.Past, Long, JoinPolicy.LongestWaitMicros)]
    public void HeldBackMicros_ByModeAndGroup(StartMode mode, int groupSeconds, long expected) =>
        Assert.Equal(expected, JoinPolicy.HeldBackMicros(mode, groupSeconds * 1_000_000L));
}
