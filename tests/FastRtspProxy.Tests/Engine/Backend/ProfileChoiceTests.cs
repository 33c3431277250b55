using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.Tests.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Which profile a SETUP names, and what its answers teach; by real dialogues in <see cref="BackendWayTests"/>.</summary>
public sealed class ProfileChoiceTests
{
    private static readonly SdpMedia s_media = TestTracks.Of("video 0 RTP/AVPF 26").All[0].Media;
    private static readonly RtspReply s_silent = new(null, new BackendFailure(BackendFailureKind.NoAnswer, "SETUP was not answered"));

    private readonly ProfileChoice _choice = new();
    private readonly List<string> _asked = [];

    /// <summary>The camera's first answer is about the way or the track; that it is silent then says nothing of either.</summary>
    [Fact]
    public async Task SetUp_TheSecondProfileIsNotAnswered_TheFirstAnswerStandsAndNothingIsLearnt()
    {
        RtspReply reply = await AskAsync(static profile => profile == "RTP/AVPF" ? Answer(461) : s_silent);
        Assert.Equal((461, true), (reply.Status, reply.HasAnswer));

        _ = await AskAsync(static _ => Answer(200));

        Assert.Equal(["RTP/AVPF", "RTP/AVP", "RTP/AVPF"], _asked);
    }

    [Theory]
    [InlineData(461, 461)]
    [InlineData(400, 461)]
    [InlineData(453, 453)] // of the whole session
    [InlineData(200, 200)]
    public async Task SetUp_TheSecondProfileIsAnswered_SaysMoreWhereItIsTakenOrEndsTheSession(int second, int expected)
    {
        RtspReply reply = await AskAsync(profile => Answer(profile == "RTP/AVPF" ? 461 : second));

        Assert.Equal(expected, reply.Status);
        Assert.Equal(["RTP/AVPF", "RTP/AVP"], _asked);
    }

    /// <summary>Viewers of a recorder share what is learnt, and two of them may find out at once.</summary>
    [Fact]
    public async Task SetUp_TwoFindOutAtOnce_TheNextBeginsWithWhatWasTaken()
    {
        TaskCompletionSource refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<RtspReply>[] both = [.. Enumerable.Range(0, 2).Select(_ => _choice.SetUpAsync(s_media, isProtected: false, async profile =>
        {
            await (profile == "RTP/AVPF" ? refused.Task : Task.CompletedTask);
            return Answer(profile == "RTP/AVPF" ? 461 : 200);
        }))];
        refused.SetResult();
        Assert.All(await Task.WhenAll(both), static reply => Assert.Equal(200, reply.Status));

        _ = await AskAsync(static _ => Answer(200));

        Assert.Equal(["RTP/AVP"], _asked);
    }

    private static RtspReply Answer(int status) => new(RtspMessageParserTests.Parse($"RTSP/1.0 {status} Because\r\nCSeq: 1\r\n\r\n"), null);

    private Task<RtspReply> AskAsync(Func<string, RtspReply> answer) => _choice.SetUpAsync(s_media, isProtected: false, profile =>
    {
        _asked.Add(profile);
        return Task.FromResult(answer(profile));
    });
}
