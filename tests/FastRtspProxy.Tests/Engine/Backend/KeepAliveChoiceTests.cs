using System.Globalization;
using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class KeepAliveChoiceTests
{
    private const string Listing = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER";

    [Theory]
    [InlineData(null, "OPTIONS")]
    [InlineData("", "OPTIONS")]
    [InlineData("OPTIONS, DESCRIBE, SETUP, PLAY", "OPTIONS")]
    [InlineData(Listing, "GET_PARAMETER")]
    [InlineData("get_parameter", "GET_PARAMETER")]
    [InlineData("OPTIONS,GET_PARAMETER,PLAY", "GET_PARAMETER")]
    [InlineData("OPTIONS, GET_PARAMETERS, SET_PARAMETER", "OPTIONS")]
    public void Method_WhatPublicSays_Decides(string? list, string expected) => Assert.Equal(expected, Make(list).Method);

    [Theory]
    [InlineData(Listing, "GET_PARAMETER OPTIONS SET_PARAMETER none")]
    [InlineData("OPTIONS, PLAY", "OPTIONS SET_PARAMETER GET_PARAMETER none")]
    [InlineData(null, "OPTIONS SET_PARAMETER GET_PARAMETER none")]
    public void Refuse_OneAfterTheOther_TheNextIsUsedAndNoneComesBack(string? list, string expected)
    {
        KeepAliveChoice choice = Make(list);
        List<string> order = [];
        for (int i = 0; i < 4; i++)
        {
            order.Add(choice.Method ?? "none");
            choice.Refuse(choice.Method ?? "GET_PARAMETER", 0);
        }

        Assert.Equal(expected, string.Join(' ', order));
    }

    [Theory]
    [InlineData(200, true, nameof(KeepAliveVerdict.Fine))]
    [InlineData(200, false, nameof(KeepAliveVerdict.Fine))]
    [InlineData(454, true, nameof(KeepAliveVerdict.Refused))] // thingino: media flows, so the session is there
    [InlineData(500, true, nameof(KeepAliveVerdict.Refused))]
    [InlineData(503, true, nameof(KeepAliveVerdict.Refused))]
    [InlineData(501, true, nameof(KeepAliveVerdict.Refused))]
    [InlineData(454, false, nameof(KeepAliveVerdict.SessionGone))]
    [InlineData(500, false, nameof(KeepAliveVerdict.SessionGone))]
    [InlineData(501, false, nameof(KeepAliveVerdict.Refused))]
    [InlineData(551, false, nameof(KeepAliveVerdict.Refused))]
    [InlineData(405, false, nameof(KeepAliveVerdict.Refused))]
    [InlineData(404, true, nameof(KeepAliveVerdict.Refused))]
    public void OnAnswer_EachStatus_IsTheMethodsOrTheSessions(int status, bool mediaFlows, string expected)
    {
        KeepAliveChoice choice = Make(Listing);

        KeepAliveVerdict verdict = choice.OnAnswer("GET_PARAMETER", status, mediaFlows, 0);

        Assert.Equal(expected, verdict.ToString());
        Assert.Equal(verdict == KeepAliveVerdict.Refused ? "OPTIONS" : "GET_PARAMETER", choice.Method);
    }

    /// <summary>
    /// Losses: the method that was sent last (<c>now</c>: the one in use), the seconds since it, and those since PLAY; the time-out is 60 s. After each, the method in use.
    /// </summary>
    [Theory]
    [InlineData("now 0.1 30; now 0.1 30", "GET_PARAMETER OPTIONS")]
    [InlineData("now 2 30; now 1.9 90.5", "GET_PARAMETER OPTIONS")]
    [InlineData("now 0.1 30; now 20 140; now 0.1 30", "GET_PARAMETER GET_PARAMETER GET_PARAMETER")] // not in a row
    [InlineData("now 2.1 30; now 2.1 30; now 2.1 30", "GET_PARAMETER GET_PARAMETER GET_PARAMETER")]
    [InlineData("OPTIONS 0.1 0.1; OPTIONS 0.1 0.1", "GET_PARAMETER GET_PARAMETER")] // it was asked for its Public, and is not asked again
    [InlineData("OPTIONS 0.1 0.1; now 0.1 30", "GET_PARAMETER GET_PARAMETER")]
    [InlineData("- 0 0.5; - 0 60", "GET_PARAMETER GET_PARAMETER")]
    [InlineData("now 30 60", "OPTIONS")]
    [InlineData("now 0.2 60.2", "OPTIONS")]
    [InlineData("now 25 55", "OPTIONS")]
    [InlineData("now 29 89", "OPTIONS")]
    [InlineData("now 20 50", "GET_PARAMETER")]
    [InlineData("now 10 100", "GET_PARAMETER")]
    [InlineData("now 30 60; now 30 60; now 30 60; now 30 60; now 30 60", "OPTIONS SET_PARAMETER GET_PARAMETER OPTIONS GET_PARAMETER")]
    [InlineData("now 0.1 30; now 0.1 30; now 30 60; now 30 60; now 30 60", "GET_PARAMETER OPTIONS SET_PARAMETER OPTIONS SET_PARAMETER")] // what harms stays out
    public void OnLoss_SequencesOfLosses_TheNextMethodIsUsed(string losses, string expected)
    {
        KeepAliveChoice choice = Make(Listing);
        List<string> after = [];
        foreach (string loss in losses.Split("; "))
        {
            string before = choice.Method!;
            string[] parts = loss.Split(' ');
            bool changed = choice.OnLoss(new KeepAliveLoss(
                parts[0] switch { "now" => before, "-" => null, _ => parts[0] }, Seconds(parts[1]), Seconds(parts[2]), TimeSpan.FromSeconds(60)), 0);
            after.Add(choice.Method ?? "none");
            Assert.True(choice.Method == before || changed);
        }

        Assert.Equal(expected, string.Join(' ', after));
    }

    [Fact]
    public void OnLoss_ShortTimeout_SomethingWasAlwaysSentAMomentAgoAndThatIsNoEvidence()
    {
        KeepAliveChoice choice = Make(Listing);
        for (int i = 0; i < 4; i++)
        {
            Assert.False(choice.OnLoss(new KeepAliveLoss("GET_PARAMETER", Seconds("0.9"), Seconds("100"), Seconds("2")), 0));
        }

        Assert.False(choice.OnLoss(new KeepAliveLoss("GET_PARAMETER", Seconds("0.1"), Seconds("100"), Seconds("2")), 0));
        Assert.True(choice.OnLoss(new KeepAliveLoss("GET_PARAMETER", Seconds("0.1"), Seconds("100"), Seconds("2")), 0));
    }

    [Fact]
    public void OnLoss_OnlyOneMethodIsLeftAndInVain_ItStays()
    {
        KeepAliveChoice choice = Make(null);
        choice.Refuse("OPTIONS", 0);
        choice.Refuse("SET_PARAMETER", 0);
        Assert.False(choice.OnLoss(new KeepAliveLoss("GET_PARAMETER", Seconds("30"), Seconds("60"), Seconds("60")), 0));
        Assert.Equal("GET_PARAMETER", choice.Method);
    }

    [Fact]
    public void MayUse_OptionsEndedTwoSessions_ItIsNotAskedForAnyMore()
    {
        KeepAliveChoice choice = Make(Listing);
        Assert.True(choice.MayUse("OPTIONS"));
        _ = choice.OnLoss(new KeepAliveLoss("OPTIONS", Seconds("0.1"), Seconds("0.2"), Seconds("60")), 0);
        _ = choice.OnLoss(new KeepAliveLoss("OPTIONS", Seconds("0.1"), Seconds("0.2"), Seconds("60")), 0);
        Assert.False(choice.MayUse("OPTIONS"));
    }

    [Fact]
    public void Begin_AnHourAfterTheHarm_TheMethodIsUsedAgainAndLeftAfterOneMoreEnd()
    {
        KeepAliveChoice choice = Make(Listing);
        KeepAliveLoss loss = new("GET_PARAMETER", Seconds("0.1"), Seconds("30"), Seconds("60"));
        _ = choice.OnLoss(loss, 5);
        _ = choice.OnLoss(loss, 10);
        choice.Begin(KeepAliveChoice.ForgetMicros + 9);
        Assert.Equal("OPTIONS", choice.Method);

        choice.Begin(KeepAliveChoice.ForgetMicros + 10);
        Assert.Equal("GET_PARAMETER", choice.Method);

        Assert.True(choice.OnLoss(loss, KeepAliveChoice.ForgetMicros + 20));
        Assert.Equal("OPTIONS", choice.Method);
        choice.Begin((2 * KeepAliveChoice.ForgetMicros) + 19);
        Assert.Equal("OPTIONS", choice.Method);
    }

    [Fact]
    public void Begin_EveryMethodWasRefused_OneIsThereAgainAfterAnHour()
    {
        KeepAliveChoice choice = Make(Listing);
        choice.Refuse("OPTIONS", 0);
        choice.Refuse("SET_PARAMETER", 1);
        choice.Refuse("GET_PARAMETER", 2);
        Assert.Null(choice.Method);

        choice.Begin(KeepAliveChoice.ForgetMicros + 1);

        Assert.True(choice.MayUse("OPTIONS"));
        Assert.Equal("OPTIONS", choice.Method);
        Assert.False(choice.MayUse("GET_PARAMETER"));
    }

    [Theory]
    [InlineData(60, 30)]
    [InlineData(20, 10)]
    [InlineData(3600, 30)]
    [InlineData(1, 0.5)]
    public void Interval_EachTimeout_IsHalfOfItWithinBounds(int timeoutSeconds, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), KeepAliveChoice.Interval(TimeSpan.FromSeconds(timeoutSeconds)));

    /// <summary>Notes: method, when it was sent, when the last media had come; then the end, and what was the last before it.</summary>
    [Theory]
    [InlineData("A 10 9; B 20 19", 25, "B")]
    [InlineData("A 10 9; B 20 19", 15, "A")]
    [InlineData("A 10 9; B 20 10.5", 10.5, "A")] // the media that was under way
    [InlineData("A 10 9; B 20 10.5; C 30 10.5; D 40 10.5", 10.5, "A")]
    [InlineData("A 10 0; B 20 0; C 30 0", 60, "A")]
    [InlineData("A 10 9", 5, null)]
    [InlineData("", 5, null)]
    public void Trail_KeepAlivesThatWereSentIntoTheSilence_AreNoCause(string notes, double end, string? expected)
    {
        KeepAliveTrail trail = default;
        foreach (string note in notes.Split("; ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = note.Split(' ');
            trail.Note(parts[0], Micros(parts[1]), Micros(parts[2]));
        }

        Assert.Equal(expected, trail.Before((long)(end * 1_000_000)).Method);
    }

    [Theory]
    [InlineData(0, "not answered")]
    [InlineData(405, "refused (405)")]
    public void Outcome_Status_IsToldAndItsAbsenceToo(int status, string words) => Assert.Equal(words, KeepAliveChoice.Outcome(status));

    private static KeepAliveChoice Make(string? list)
    {
        KeepAliveChoice choice = new();
        if (list is not null)
        {
            choice.NotePublic(list);
        }

        return choice;
    }

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));

    private static long Micros(string text) => (long)Seconds(text).TotalMicroseconds;
}
