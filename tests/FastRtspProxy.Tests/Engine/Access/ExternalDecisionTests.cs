using System.Collections.Concurrent;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Access;

/// <summary>What is asked when, and what is remembered, with a clock that stands still until a test moves it.</summary>
public sealed class ExternalDecisionTests : IDisposable
{
    private static readonly ExternalSettings s_settings = new(new Uri("https://auth.example/frp"));

    private readonly FakeTimeProvider _time = new();
    private readonly FakeServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Ask_TheSameWhileOneIsUnderWay_WaitsForThatOne()
    {
        ExternalDecision decision = Make();

        Task<ExternalAnswer>[] asked = [.. Enumerable.Range(0, 10).Select(_ => decision.AskAsync(Question("anna")))];
        await _server.AnswerAsync("anna", ExternalAnswer.Allow);

        Assert.All(await Task.WhenAll(asked), static answer => Assert.Equal(ExternalVerdict.Allow, answer.Verdict));
        Assert.Equal(1, _server.Asked);
    }

    [Theory]
    [InlineData(true, 60)]
    [InlineData(false, 5)]
    public async Task Ask_Again_IsRememberedForItsTime(bool isAllowed, int seconds)
    {
        ExternalDecision decision = Make();
        _server.Always = isAllowed ? ExternalAnswer.Allow : ExternalAnswer.Deny;
        await decision.AskAsync(Question("anna"));

        _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Equal(_server.Always, decision.TryRemembered(Question("anna")));
        Assert.Equal(_server.Always, await decision.AskAsync(Question("anna")));
        Assert.Equal(1, _server.Asked);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(decision.TryRemembered(Question("anna")));
        await decision.AskAsync(Question("anna"));
        Assert.Equal(2, _server.Asked);
    }

    [Fact]
    public async Task Ask_AnythingElseInTheQuestion_IsAnotherQuestion()
    {
        ExternalDecision decision = Make();
        _server.Always = ExternalAnswer.Allow;
        ExternalQuestion one = new("read", "gate/1", "anna", "pa55", "t", "10.0.0.1", "rtsps");
        ExternalQuestion[] others =
        [
            one with { Action = "register" }, one with { Path = "gate/2" }, one with { User = "otto" }, one with { User = null }, one with { Password = "guess" }, one with { Password = null },
            one with { Token = "u" }, one with { Token = null }, one with { Address = "10.0.0.2" }, one with { Protocol = "rtsp" }, one with { Password = "pa55t", Token = "" },
        ];
        await decision.AskAsync(one);

        Assert.All(others, other => Assert.Null(decision.TryRemembered(other)));
        Assert.Equal(others.Length + 1, others.Append(one).Select(static question => question.Key).Distinct().Count());
        Assert.DoesNotContain("pa55", one.Key.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_ServerHangs_IsAnErrorAfterItsTimeAndIsAskedAnew()
    {
        ExternalDecision decision = Make();
        Task<ExternalAnswer> asked = decision.AskAsync(Question("anna"));
        await Until.TrueAsync(() => _server.Asked == 1);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(asked.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(ExternalVerdict.Error, (await asked.WaitAsync(RtspTestClient.Limit)).Verdict);
        _server.Always = ExternalAnswer.Allow; // it is back
        Assert.Equal(ExternalVerdict.Allow, (await decision.AskAsync(Question("anna"))).Verdict);
    }

    [Fact]
    public async Task Ask_MoreThanMayBeAtTheServer_WaitWithinTheirTime()
    {
        ExternalDecision decision = Make();
        Task<ExternalAnswer>[] asked = [.. Enumerable.Range(0, ExternalDecision.MaxAsked + 20).Select(i => decision.AskAsync(Question("u" + i)))];
        await Until.TrueAsync(() => _server.Asked == ExternalDecision.MaxAsked);

        // A place that is free goes to one that waits, and the rest's time ends with the others'.
        await _server.AnswerAsync("u0", ExternalAnswer.Allow);
        await Until.TrueAsync(() => _server.Asked == ExternalDecision.MaxAsked + 1);
        Assert.Equal(ExternalDecision.MaxAsked, _server.MostAtOnce);
        _time.Advance(TimeSpan.FromSeconds(2));

        ExternalAnswer[] answers = await Task.WhenAll(asked).WaitAsync(RtspTestClient.Limit);
        Assert.Equal(1, answers.Count(static answer => answer.Verdict == ExternalVerdict.Allow));
    }

    [Fact]
    public async Task Ask_ErrorWithLastKnown_LetsInWhoWasWithinTheHourAndNobodyElse()
    {
        ExternalDecision decision = Make(s_settings with { OnError = ExternalOnError.LastKnown });
        _server.Always = ExternalAnswer.Allow;
        await decision.AskAsync(Question("anna"));
        _server.Always = ExternalAnswer.Deny;
        await decision.AskAsync(Question("otto"));
        _server.Always = ExternalAnswer.Error;

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(ExternalVerdict.Allow, (await decision.AskAsync(Question("anna"))).Verdict);
        Assert.Equal(ExternalVerdict.Error, (await decision.AskAsync(Question("otto"))).Verdict);
        Assert.Equal(ExternalVerdict.Error, (await decision.AskAsync(Question("new"))).Verdict);

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(ExternalVerdict.Error, (await decision.AskAsync(Question("anna"))).Verdict);
    }

    [Fact]
    public async Task Ask_NoAfterAYes_EndsTheLastKnown()
    {
        ExternalDecision decision = Make(s_settings with { OnError = ExternalOnError.LastKnown });
        foreach (ExternalAnswer answer in (ExternalAnswer[])[ExternalAnswer.Allow, ExternalAnswer.Deny])
        {
            _server.Always = answer;
            await decision.AskAsync(Question("anna"));
            _time.Advance(TimeSpan.FromMinutes(2));
        }

        _server.Always = ExternalAnswer.Error;

        Assert.Equal(ExternalVerdict.Error, (await decision.AskAsync(Question("anna"))).Verdict);
    }

    [Fact]
    public async Task Ask_ErrorWithDeny_LetsNobodyIn()
    {
        ExternalDecision decision = Make();
        _server.Always = ExternalAnswer.Allow;
        await decision.AskAsync(Question("anna"));
        _time.Advance(TimeSpan.FromMinutes(2));
        _server.Always = ExternalAnswer.Error;

        Assert.Equal(ExternalVerdict.Error, (await decision.AskAsync(Question("anna"))).Verdict);
    }

    [Fact]
    public async Task Ask_FloodOfOtherNames_DrivesOutNoYesAndIsBounded()
    {
        ExternalDecision decision = Make();
        _server.Always = ExternalAnswer.Allow;
        await decision.AskAsync(Question("anna"));
        _server.Always = ExternalAnswer.Deny;
        for (int i = 0; i < 3 * ExternalDecision.MaxOthers; i++)
        {
            await decision.AskAsync(Question("guess" + i));
        }

        Assert.Equal(ExternalAnswer.Allow, decision.TryRemembered(Question("anna")));
        Assert.InRange(decision.Count, 1, ExternalDecision.MaxOthers + 1);
    }

    [Fact]
    public async Task Ask_AsManyUnderWayAsMayBe_IsAnErrorAtOnce()
    {
        ExternalDecision decision = Make();
        Task<ExternalAnswer>[] asked = [.. Enumerable.Range(0, ExternalDecision.MaxOthers).Select(i => decision.AskAsync(Question("u" + i)))];

        Assert.Equal(ExternalVerdict.Error, (await decision.AskAsync(Question("one more"))).Verdict);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.All(await Task.WhenAll(asked).WaitAsync(RtspTestClient.Limit), static answer => Assert.Equal(ExternalVerdict.Error, answer.Verdict));
    }

    private static ExternalQuestion Question(string user) => new("read", "gate/1", user, null, null, "10.0.0.1", "rtsp");

    private ExternalDecision Make(ExternalSettings? settings = null) => new(settings ?? s_settings, _server, _time);

    /// <summary>Hangs until it is told what to say.</summary>
    private sealed class FakeServer : IExternalServer
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<ExternalAnswer>> _open = new();
        private int _asked;
        private int _now;
        private int _most;

        public ExternalAnswer? Always { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public int MostAtOnce => Volatile.Read(ref _most);

        public async Task<ExternalAnswer> AskAsync(ExternalQuestion question, CancellationToken cancel)
        {
            int now = Interlocked.Increment(ref _now);
            InterlockedMax(now);
            Interlocked.Increment(ref _asked);
            try
            {
                TaskCompletionSource<ExternalAnswer> open = _open.GetOrAdd(question.User!, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
                return Always ?? await open.Task.WaitAsync(cancel);
            }
            finally
            {
                Interlocked.Decrement(ref _now);
            }
        }

        public async Task AnswerAsync(string user, ExternalAnswer answer)
        {
            await Until.TrueAsync(() => _open.ContainsKey(user));
            _open[user].TrySetResult(answer);
        }

        public void Dispose()
        {
            foreach (TaskCompletionSource<ExternalAnswer> open in _open.Values)
            {
                open.TrySetCanceled();
            }
        }

        private void InterlockedMax(int value)
        {
            int most = Volatile.Read(ref _most);
            while (value > most && Interlocked.CompareExchange(ref _most, value, most) is var seen && seen != most)
            {
                most = seen;
            }
        }
    }
}
