using System.Globalization;
using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>The choice of a way alone: what was met, and where it leads.</summary>
public sealed class TransportChoiceTests
{
    private const long Second = 1_000_000;

    /// <summary>
    /// What happens, in order: `silent`, `unusable`, a status (SETUP of the first video track, or PLAY), `other` and a status (another track), `tcp` (a SETUP for datagrams was answered with TCP), `none`
    /// (no answer), `rtp`, `sound` (RTP, but none of the first video), `dark` (a session ended for want of pictures), `end` (a session ended without media), `begin` (a new session), `hour` and `sdp` (a new session an hour later, with another description). What it leads to: M, U or T behind
    /// `>` for another way at once, `|` for the end of a round, `=` for no consequence.
    /// </summary>
    [Theory]
    // UDP, then TCP, and round again.
    [InlineData("", "silent silent silent silent", "U >T |U >T |U")]
    [InlineData("", "461 461 461", "U >T |U >T")]
    [InlineData("", "silent begin 461 begin silent", "U >T =T |U =U >T")]
    [InlineData("", "unusable silent", "U >T |U")]
    // Multicast is the first where it is described, and one of three.
    [InlineData("groups", "silent silent silent silent", "M >U >T |M >U")]
    [InlineData("groups", "461 404 501 461", "M >U >T |M >U")]
    [InlineData("groups", "unusable rtp begin", "M >U =U =U")]
    // What delivered comes first while nothing contradicts it; RTP makes a new round.
    [InlineData("", "rtp begin silent 461 begin", "U =U =U >T |U =U")]
    [InlineData("", "silent rtp begin begin", "U >T =T =T =T")]
    [InlineData("", "silent rtp begin silent begin silent begin", "U >T =T =T >U =U |T =T")]
    [InlineData("groups", "silent rtp begin silent", "M >U =U =U >T")]
    [InlineData("", "silent silent rtp begin silent 461 begin silent", "U >T |U =U =U >T |U =U >T")]
    // Failures are forgotten after an hour, and with another description; deliveries are not.
    [InlineData("", "silent hour", "U >T =U")]
    [InlineData("", "silent sdp", "U >T =U")]
    [InlineData("", "silent rtp hour", "U >T =T =T")]
    [InlineData("", "silent rtp sdp", "U >T =T =T")]
    [InlineData("", "silent silent silent hour silent", "U >T |U >T =U >T")]
    // 401, 403, 453, 454, 503 are about the session or the user.
    [InlineData("", "401 403 453 454 503 302 200", "U =U =U =U =U =U =U =U")]
    [InlineData("", "400", "U >T")]
    [InlineData("", "404", "U >T")]
    [InlineData("", "406", "U >T")]
    [InlineData("", "455", "U >T")]
    [InlineData("", "500", "U >T")]
    [InlineData("", "501", "U >T")]
    [InlineData("", "551", "U >T")]
    // 461 of another track: once; where it is refused there too, the first way stays.
    [InlineData("", "other461 rtp begin", "U >T =T =T")]
    [InlineData("", "other461 other461 other461 rtp", "U >T >U =U =U")]
    [InlineData("", "other461 other404 other461", "U >T >U =U")]
    [InlineData("", "other404 other500 other503", "U =U =U =U")]
    [InlineData("", "other461 461 other461 rtp begin", "U >T >U =U =U =U")]
    [InlineData("", "other461 begin silent begin other461", "U >T =T >U =U =U")]
    [InlineData("", "other461 begin end begin other461", "U >T =T =U =U =U")]
    [InlineData("", "other461 other461 hour other461", "U >T >U =U >T")]
    [InlineData("", "other461 other461 sdp other461", "U >T >U =U >T")]
    [InlineData("", "silent other461", "U >T =T")]
    [InlineData("", "silent rtp begin other461", "U >T =T =T =T")]
    [InlineData("groups", "other461 other461 other461", "M >U >M =M")]
    // Sound without pictures: another way once, for the pictures; where they do not come there either, the first way stays.
    [InlineData("", "sound dark begin rtp begin", "U =U =T =T =T =T")]
    [InlineData("", "sound dark begin sound dark begin sound dark begin", "U =U =T =T =T =U =U =U =U =U")]
    [InlineData("", "sound dark begin 461 begin", "U =U =T =T >U =U")]
    [InlineData("", "sound dark begin silent begin", "U =U =T =T >U =U")]
    [InlineData("", "silent sound dark", "U >T =T =T")]
    [InlineData("", "sound dark dark hour dark", "U =U =T =U =U =T")]
    [InlineData("fixed", "sound dark", "T =T =T")]
    // A camera that answers with TCP wants TCP.
    [InlineData("", "tcp rtp begin", "U =T =T =T")]
    [InlineData("groups", "tcp silent", "M =T >U")]
    [InlineData("", "tcp silent begin", "U =T |U =U")]
    // No answer: the next way, but a second chance for what delivered.
    [InlineData("", "none begin none begin", "U =T =T =U =U")]
    [InlineData("", "rtp begin none begin none begin", "U =U =U =U =U =T =T")]
    [InlineData("", "rtp begin none begin rtp begin none begin", "U =U =U =U =U =U =U =U =U")]
    // Sessions that end without media for reasons of their own say nothing, until it is always so.
    [InlineData("", "end end begin end begin", "U =U =U =U =T =T")]
    [InlineData("", "silent end end end begin", "U >T =T =T =U =U")]
    [InlineData("", "rtp end end end end begin", "U =U =U =U =U =U =U")]
    [InlineData("", "end end rtp end end begin", "U =U =U =U =U =U =U")]
    // `-t`, `-T` and rtsps are never left.
    [InlineData("fixed", "silent 461 other461 none tcp begin", "T =T =T =T =T =T =T")]
    [InlineData("fixed groups", "silent silent", "T =T =T")]
    public void Evidence_InOrder_LeadsTo(string offer, string met, string expected)
    {
        TransportChoice choice = new();
        WayOffer offered = new(offer.Contains("fixed", StringComparison.Ordinal), offer.Contains("groups", StringComparison.Ordinal), "H264");
        long now = 5 * Second;
        string trace = Letter(choice.Begin(offered, now));
        foreach (string word in met.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            now += Second;
            WayStep step = WayStep.Stay;
            switch (word)
            {
                case "silent" or "unusable":
                    step = choice.OnFailed(choice.Current, word, now);
                    break;
                case "tcp":
                    if (choice.Current != MediaWay.Tcp)
                    {
                        choice.OnAnsweredWithTcp(choice.Current, word, now);
                    }

                    break;
                case "none":
                    choice.OnUnanswered(choice.Current, word, now);
                    break;
                case "rtp":
                    choice.OnDelivered(choice.Current, 100_000, hasPictures: true);
                    break;
                case "sound":
                    choice.OnDelivered(choice.Current, 100_000, hasPictures: false);
                    break;
                case "dark":
                    choice.OnPicturesSilent(choice.Current, now);
                    break;
                case "end":
                    choice.OnEndedWithoutMedia(choice.Current, word, now);
                    break;
                case "begin":
                    choice.Begin(offered, now);
                    break;
                case "hour":
                    now += TransportChoice.ForgetMicros;
                    choice.Begin(offered, now);
                    break;
                case "sdp":
                    offered = offered with { Description = "H265" };
                    choice.Begin(offered, now);
                    break;
                default:
                    bool isOther = word.StartsWith("other", StringComparison.Ordinal);
                    int status = int.Parse(isOther ? word[5..] : word, CultureInfo.InvariantCulture);
                    step = isOther ? choice.OnOtherTrackRefused(choice.Current, 1, status, now) : choice.OnRefused(choice.Current, status, word, now);
                    break;
            }

            trace += " " + (step switch { WayStep.TryNext => ">", WayStep.RoundOver => "|", _ => "=" }) + Letter(choice.Current);
        }

        Assert.Equal(expected, trace);
    }

    /// <summary>How long a way may bring nothing: 3 s for datagrams that nothing speaks for, else the dead-stream time, and longer where the camera is known to be slow.</summary>
    [Theory]
    [InlineData("", 10, false, 3.0)]
    [InlineData("", 10, true, 10.0)]
    [InlineData("", 0, false, 3.0)]
    [InlineData("", 0, true, 10.0)]
    [InlineData("", 2, true, 3.0)] // never less than what UDP gets anyway
    [InlineData("silent", 10, false, 10.0)] // TCP
    [InlineData("silent", 0, false, 10.0)]
    [InlineData("silent silent", 10, false, 10.0)] // UDP in the second round
    [InlineData("silent silent", 0, false, 10.0)]
    [InlineData("silent silent silent", 10, false, 10.0)] // TCP in the second
    [InlineData("silent silent silent silent", 10, false, 20.0)] // and twice as long in the third
    [InlineData("silent silent silent silent silent silent silent silent", 10, false, 30.0)]
    [InlineData("silent silent silent silent", 60, false, 60.0)]
    [InlineData("rtp0", 10, false, 10.0)] // it delivered before
    [InlineData("rtp0", 0, false, 10.0)]
    [InlineData("rtp0 silent", 10, false, 10.0)]
    [InlineData("silent rtp0 silent", 10, false, 3.0)] // TCP delivered, UDP never has
    [InlineData("rtp4", 2, false, 8.0)] // twice what it took last time
    [InlineData("rtp12", 10, false, 24.0)]
    [InlineData("rtp120", 10, false, 30.0)]
    [InlineData("rtp4 rtp0", 10, false, 10.0)]
    public void Patience_ByWhatIsKnown_IsShortOnlyForUnprovenDatagrams(string met, int deadSeconds, bool isHeard, double expectedSeconds)
    {
        TransportChoice choice = new();
        choice.Begin(new WayOffer(false, false, "H264"), 0);
        foreach (string word in met.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "silent")
            {
                _ = choice.OnFailed(choice.Current, word, Second);
            }
            else
            {
                choice.OnDelivered(choice.Current, int.Parse(word[3..], CultureInfo.InvariantCulture) * Second, hasPictures: true);
            }
        }

        Assert.Equal(TimeSpan.FromSeconds(expectedSeconds), choice.Patience(choice.Current, TimeSpan.FromSeconds(deadSeconds), TimeSpan.FromSeconds(3), isHeard));
    }

    [Theory]
    [InlineData(10, 10.0)]
    [InlineData(0, null)]
    public void Patience_FixedWay_IsTheDeadStreamTimeAlone(int deadSeconds, double? expectedSeconds)
    {
        TransportChoice choice = new();
        choice.Begin(new WayOffer(true, false, "H264"), 0);
        choice.OnDelivered(MediaWay.Tcp, 12 * Second, hasPictures: true);

        TimeSpan? expected = expectedSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        Assert.Equal(expected, choice.Patience(choice.Current, TimeSpan.FromSeconds(deadSeconds), TimeSpan.FromSeconds(3), isHeard: true));
    }

    /// <summary>A session says something of the way that it went, after the choice has gone on to another one.</summary>
    [Theory]
    [InlineData("failed")]
    [InlineData("refused")]
    [InlineData("unanswered")]
    public void Evidence_OfAWayThatWasLeft_IsBookedOnThatWayAndTheChoiceStays(string evidence)
    {
        TransportChoice choice = new();
        choice.Begin(new WayOffer(false, true, "H264"), 0);
        _ = choice.OnFailed(MediaWay.Multicast, "silent", Second);
        Assert.Equal(MediaWay.Udp, choice.Current);

        WayStep step = WayStep.TryNext;
        switch (evidence)
        {
            case "failed":
                step = choice.OnFailed(MediaWay.Tcp, evidence, 2 * Second);
                break;
            case "refused":
                step = choice.OnRefused(MediaWay.Tcp, 500, evidence, 2 * Second);
                break;
            default:
                choice.OnUnanswered(MediaWay.Tcp, evidence, 2 * Second);
                break;
        }

        Assert.Equal((WayStep.TryNext, MediaWay.Udp), (step, choice.Current));
        Assert.Equal("multicast: silent; TCP: " + evidence, choice.Summary);

        // UDP is what is left of the round.
        Assert.Equal(WayStep.RoundOver, choice.OnFailed(MediaWay.Udp, "silent", 3 * Second));
        Assert.Equal(1, choice.Rounds);
    }

    [Fact]
    public void Evidence_OfAWayThatWasLeft_ChangesNothingOfAnAttemptForAnotherTrack()
    {
        TransportChoice choice = new();
        choice.Begin(new WayOffer(false, false, "H264"), 0);
        Assert.Equal(WayStep.TryNext, choice.OnOtherTrackRefused(MediaWay.Udp, 1, 461, Second));

        Assert.Equal(WayStep.Stay, choice.OnOtherTrackRefused(MediaWay.Udp, 1, 461, 2 * Second));
        Assert.Equal(WayStep.TryNext, choice.OnFailed(MediaWay.Udp, "silent", 2 * Second));

        Assert.Equal(MediaWay.Tcp, choice.Current);
    }

    [Fact]
    public void Patience_OfAWayThatDelivered_IsItsOwnWhicheverIsTheChoices()
    {
        TransportChoice choice = new();
        choice.Begin(new WayOffer(false, true, "H264"), 0);
        choice.OnDelivered(MediaWay.Udp, 0, hasPictures: true);
        choice.Begin(new WayOffer(false, true, "H264"), Second);
        Assert.Equal(MediaWay.Udp, choice.Current);

        TimeSpan? Of(MediaWay way) => choice.Patience(way, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3), isHeard: false);
        Assert.Equal((3.0, 10.0, 10.0), (Of(MediaWay.Multicast)!.Value.TotalSeconds, Of(MediaWay.Udp)!.Value.TotalSeconds, Of(MediaWay.Tcp)!.Value.TotalSeconds));
    }

    [Fact]
    public void Summary_AfterARound_NamesEachWayWithItsReason()
    {
        TransportChoice choice = new();
        choice.Begin(new WayOffer(false, true, "H264"), 0);
        _ = choice.OnFailed(MediaWay.Multicast, "the group cannot be joined", 1);
        _ = choice.OnFailed(MediaWay.Udp, "no media for 3 s", 2);
        _ = choice.OnRefused(MediaWay.Tcp, 461, "SETUP was answered 461", 3);

        Assert.Equal("multicast: the group cannot be joined; UDP: no media for 3 s; TCP: SETUP was answered 461", choice.Summary);
        Assert.Equal(1, choice.Rounds);
    }

    private static string Letter(MediaWay way) => way switch
    {
        MediaWay.Multicast => "M",
        MediaWay.Udp => "U",
        _ => "T",
    };
}
