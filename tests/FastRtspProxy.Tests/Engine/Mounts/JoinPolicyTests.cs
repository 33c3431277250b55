using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;

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
    [InlineData(StartMode.Instant, Long, 9, "Past", "NextPoint", null)]
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
    [InlineData(StartMode.Live, "Live", "Live")]
    [InlineData(StartMode.Keyframe, "Live", "Live")]
    [InlineData(StartMode.Auto, "Live", "Live")]
    [InlineData(StartMode.Instant, "Past", "Live")] // it asked for the past, and has no use for a wait
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
    [InlineData(StartMode.Instant, true, true, "Past")]
    public void Choose_NoPicturesNow_SoundIsNotHeldBack(StartMode mode, bool hasVideo, bool hasOthers, string place)
    {
        JoinChoice choice = JoinPolicy.Choose(new JoinSituation { Mode = mode, HasVideo = hasVideo, HasOthers = hasOthers, PicturesStayAway = true });

        Assert.Equal(place, choice.Place.ToString());
    }

    [Theory]
    [InlineData(StartMode.Keyframe, false, 0, false, true)]
    [InlineData(StartMode.Instant, false, 0, false, true)]
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
    public void HeldBackMicros_ByModeAndGroup(StartMode mode, int groupSeconds, long expected) =>
        Assert.Equal(expected, JoinPolicy.HeldBackMicros(mode, groupSeconds * 1_000_000L));
}
