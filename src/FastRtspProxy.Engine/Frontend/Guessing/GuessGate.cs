using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Where all answers to challenges of the process are judged but those of connections that have proven the same user's password: on one shard, so
/// that an address has one count and one line, on however many connections it comes. What may be judged when is <see cref="GuessLimiter"/>'s
/// decision, what is said of failures <see cref="FailedLogIns"/>'s.
/// </summary>
internal sealed class GuessGate
{
    /// <summary>Answers judged in one turn of the shard; a digest takes some microseconds.</summary>
    private const int JudgedPerTurn = 64;

    private readonly Shard _shard;
    private readonly IMountDirectory _mounts;
    private readonly FrontendCounters _counters;
    private readonly GuessLimiter _limiter = new();
    private readonly FailedLogIns _said;
    private readonly ShardTimer _timer;
    private long _timerMicros = long.MaxValue;
    private int _waiting;

    public GuessGate(Shard shard, IMountDirectory mounts, FrontendCounters counters, ILogger log)
    {
        _shard = shard;
        _mounts = mounts;
        _counters = counters;
        _said = new FailedLogIns(log);
        _timer = shard.CreateTimer(OnTimer);
    }

    /// <summary>Answers that wait for their turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>
    /// Judges an answer when its turn has come. False: the peer has gone before that, and nothing was judged. On the connection's shard, as is what
    /// follows.
    /// </summary>
    public async Task<bool> JudgeAsync(LogInAttempt attempt, Task peerEnded)
    {
        if (!await _shard.RunAsync(() => Task.FromResult(Ask(attempt))))
        {
            return true;
        }

        Interlocked.Increment(ref _waiting);
        await Task.WhenAny(attempt.Done, peerEnded);
        Interlocked.Decrement(ref _waiting);
        if (attempt.Done.IsCompleted)
        {
            return true;
        }

        _shard.Post(() => Leave(attempt));
        return false;
    }

    /// <summary>An answer that had its turn here was judged elsewhere, and right.</summary>
    public void OnRightElsewhere(LogInAttempt attempt) => _shard.Post(() => _limiter.OnAccepted(attempt.Key, _shard.NowMicros));

    /// <summary>An answer was judged elsewhere, and wrong.</summary>
    public void OnWrongElsewhere(LogInAttempt attempt) => _shard.Post(() =>
    {
        OnWrong(attempt);
        Arm();
    });

    /// <summary>
    /// An answer that had its turn here was judged elsewhere, or could not be, and what came of it was said: the next one of its address may go
    /// there.
    /// </summary>
    public void OnAnsweredElsewhere(LogInAttempt attempt, bool isUnanswered) => _shard.Post(() => GoOn(attempt, isUnanswered));

    /// <summary>True: it waits.</summary>
    private bool Ask(LogInAttempt attempt)
    {
        attempt.PushedOut = OnUnjudged;
        GuessAdmission admission = _limiter.Ask(attempt, _shard.NowMicros);
        Follow(attempt, admission);
        Arm();
        return admission == GuessAdmission.Wait;
    }

    private void Follow(LogInAttempt attempt, GuessAdmission admission)
    {
        if (admission == GuessAdmission.Judge)
        {
            Judge(attempt);
        }
        else if (admission == GuessAdmission.Refuse)
        {
            attempt.OnPushedOut();
        }
    }

    /// <summary>Whoever waited for it has gone; its turn may have come in that moment, and then nobody else gives it back.</summary>
    private void Leave(LogInAttempt attempt)
    {
        GuessLimiter.Leave(attempt);
        if (attempt.HadTurn)
        {
            GoOn(attempt, isUnanswered: false);
        }
    }

    private void GoOn(LogInAttempt attempt, bool isUnanswered)
    {
        GuessLimiter.OnAnswered(attempt, isUnanswered);
        while (_limiter.TryNextAsked(attempt.Key, _shard.NowMicros, out GuessTicket? next, out GuessAdmission admission))
        {
            Follow((LogInAttempt)next!, admission);
        }

        Arm();
    }

    private void Judge(LogInAttempt attempt)
    {
        switch (attempt.Judge())
        {
            case DigestOutcome.Refused when attempt.IsJudgedElsewhere:
                break; // it has its turn; whoever waits for that says what came of it
            case DigestOutcome.Accepted:
                _limiter.OnAccepted(attempt.Key, _shard.NowMicros);
                break;
            case DigestOutcome.Refused:
                OnWrong(attempt);
                break;
        }

        attempt.Complete();
    }

    private void OnWrong(LogInAttempt attempt)
    {
        _counters.OnAuthenticationFailed();
        GuesserRow row = _limiter.OnWrong(attempt.Key, _shard.NowMicros, costsATurn: attempt is { IsJudgedElsewhere: true, HadPacedTurn: false });
        _said.Note(row, FailedLogIn.Of(attempt.Client, attempt.User, attempt.Method, attempt.Url, _mounts), _shard.NowMicros);
    }

    private void OnUnjudged(LogInAttempt attempt)
    {
        _counters.OnAnswerUnjudged();
        if (_limiter.Find(attempt.Key, _shard.NowMicros) is { } row)
        {
            _said.Note(row, FailedLogIn.Of(attempt.Client, attempt.User, attempt.Method, attempt.Url, _mounts), _shard.NowMicros);
        }
    }

    private void OnTimer()
    {
        _timerMicros = long.MaxValue;
        for (int i = 0; i < JudgedPerTurn && _limiter.TryNext(_shard.NowMicros, out GuessTicket? ticket); i++)
        {
            Judge((LogInAttempt)ticket!);
        }

        _said.SayDue(_shard.NowMicros);
        Arm();
    }

    private void Arm()
    {
        long due = Math.Min(_limiter.NextDueMicros, _said.NextDueMicros);
        if (due < _timerMicros)
        {
            _timerMicros = due;
            _timer.StartMicros(due - _shard.NowMicros);
        }
    }
}
