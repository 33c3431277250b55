using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The requests that keep the camera's session alive, and the one OPTIONS that asks what the camera can do. Nobody waits for any of them. Which
/// method is used is decided by the mount's <see cref="KeepAliveChoice"/>; what a camera's answers and the session's end tell of it goes there.
/// </summary>
internal sealed class SessionKeepAlive
{
    /// <summary>A keep-alive that would be due in less than this goes out now.</summary>
    private static readonly TimeSpan s_nearly = TimeSpan.FromMilliseconds(20);

    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly ReceiveTracks _tracks;
    private readonly CameraDialogue _dialogue;
    private readonly Liveness _liveness;

    /// <summary>For a connection without a session: what a camera says to a keep-alive then is no reason to leave the method in a session.</summary>
    private readonly KeepAliveChoice _idleChoice = new();

    /// <summary>Runs from the description until the session ends; a PAUSE or PLAY that is not answered yet may let one go by.</summary>
    private readonly ShardTimer _timer;

    /// <summary>OPTIONS and keep-alives of this session while it played. Mutable struct, never copied.</summary>
    private KeepAliveTrail _trail;

    /// <summary>The one OPTIONS, from the first PLAY on: done when it was answered or given up, or must not be asked.</summary>
    private Task? _publicAsked;

    public SessionKeepAlive(BackendContext context, BackendLife life, ReceiveTracks tracks, CameraDialogue dialogue, Liveness liveness)
    {
        _context = context;
        _life = life;
        _tracks = tracks;
        _dialogue = dialogue;
        _liveness = liveness;
        _timer = context.Shard.CreateTimer(OnDue);
    }

    /// <summary>True when the camera has said, to this session or an earlier one of the mount, what it can do.</summary>
    public bool KnowsPublic => MountChoice.Public is not null;

    /// <summary>True where the camera's Public lists PAUSE.</summary>
    public bool CanPause => MountChoice.Lists(RtspMethod.Pause);

    private KeepAliveChoice MountChoice => _context.Options.KeepAlives;

    private bool IsIdle => _life.State == BackendState.Described;

    private TimeSpan Interval => KeepAliveChoice.Interval(_dialogue.Id.Timeout);

    /// <summary>The next one is due an interval from now.</summary>
    public void Schedule()
    {
        if (!_life.HasEnded)
        {
            _timer.Start(Interval);
        }
    }

    /// <summary>The session has ended.</summary>
    public void Stop() => _timer.Stop();

    /// <summary>Asks what the camera can do, once in a session: right after the first PLAY.</summary>
    public void AskPublic() => _publicAsked ??= AskPublicAsync();

    /// <summary>
    /// Whether the camera lists PAUSE: known from the one OPTIONS, whose answer may still be on its way; the camera plays on meanwhile.
    /// </summary>
    public async Task<bool> KnowsPauseAsync()
    {
        if (!KnowsPublic && _publicAsked is { } asked)
        {
            await asked;
        }

        return CanPause;
    }

    /// <summary>The session is being lost: what its end says about the way in which it was kept alive.</summary>
    public void LearnFromLoss(BackendFailureKind kind)
    {
        bool isLoss = kind is BackendFailureKind.ConnectionLost or BackendFailureKind.Bye or BackendFailureKind.Silent
            or BackendFailureKind.KeepAliveRefused or BackendFailureKind.NoAnswer;
        long lastMedia = _tracks.LastRtpMicros;
        if (!isLoss || _life.State != BackendState.Playing || lastMedia < _liveness.PlaySinceMicros)
        {
            return;
        }

        // A server that ends a session may stop the media and leave the connection open.
        long end = _tracks.Flow(_context.NowMicros) ? _context.NowMicros : lastMedia;
        (string? method, long sentMicros) = _trail.Before(end);
        KeepAliveLoss loss = new(
            method,
            TimeSpan.FromMicroseconds(end - sentMicros),
            TimeSpan.FromMicroseconds(end - _liveness.PlaySinceMicros),
            _dialogue.Id.Timeout);
        if (MountChoice.OnLoss(loss, _context.NowMicros))
        {
            Say(
                MountChoice,
                $"the session was lost {loss.SincePlay.TotalSeconds:0.#} s after PLAY, {loss.SinceSent.TotalSeconds:0.#} s after {method}; "
                + $"its time-out is {loss.Timeout.TotalSeconds:0.#} s");
        }
    }

    /// <summary>The answer decides with what the session is kept alive, and whether PAUSE exists (RFC 2326 section 10.1).</summary>
    private async Task AskPublicAsync()
    {
        MountChoice.Begin(_context.NowMicros);
        if (!MountChoice.MayUse(RtspMethod.Options))
        {
            return;
        }

        _trail.Note(RtspMethod.Options, _context.NowMicros, _tracks.LastRtpMicros);
        RtspReply reply = await _dialogue.AskAsync(RtspMethod.Options, _dialogue.Aggregate, _context.Timings.ShortAnswer);
        if (_life.HasEnded || !reply.HasAnswer)
        {
            return;
        }

        NotePublic(reply);
        if (!reply.IsOk)
        {
            // Whatever the status says of the session, PLAY was answered a moment ago.
            Refuse(MountChoice, RtspMethod.Options, reply.Status);
        }
    }

    private void OnDue()
    {
        // Any request restarts the camera's clock, so one sent meanwhile puts this one off.
        TimeSpan rest = Interval - TimeSpan.FromMicroseconds(_context.NowMicros - _dialogue.LastRequestMicros);
        if (rest > s_nearly)
        {
            _timer.Start(rest);
            return;
        }

        if (_life.HasEnded || !BackendStates.IsAtRest(_life.State))
        {
            return;
        }

        // The next one comes at its time whatever becomes of this one: a camera that is slow to answer does not wait longer for its sign of life.
        Schedule();
        KeepAliveChoice choice = IsIdle ? _idleChoice : MountChoice;
        if (choice.Method is { } method)
        {
            KeepAlive(choice, method);
        }
    }

    private async void KeepAlive(KeepAliveChoice choice, string method)
    {
        long sentMicros = _context.NowMicros;
        if (_life.State == BackendState.Playing)
        {
            _trail.Note(method, sentMicros, _tracks.LastRtpMicros);
        }

        RtspReply reply = await _dialogue.AskAsync(method, IsIdle ? _dialogue.Base : _dialogue.Aggregate, _context.Timings.ShortAnswer);
        if (_life.HasEnded)
        {
            return;
        }

        if (!reply.HasAnswer)
        {
            await OnNoAnswerAsync(choice, method, reply.Failure, sentMicros);
            return;
        }

        NotePublic(reply);

        // Quirk: 401 to OPTIONS whatever the credentials (gortsplib, client.go) is like any refusal; a changed password is met by the next DESCRIBE.
        // Without a session none can be gone.
        bool isAlive = choice == _idleChoice || _tracks.Flow(_context.NowMicros);
        switch (choice.OnAnswer(method, reply.Status, isAlive, _context.NowMicros))
        {
            case KeepAliveVerdict.Refused:
                SayRefused(choice, method, reply.Status);
                break;
            case KeepAliveVerdict.SessionGone:
                _life.Lose(
                    BackendFailureKind.KeepAliveRefused,
                    $"the keep-alive {method} was answered {reply.Status} {reply.Message.Reason}".TrimEnd());
                break;
        }
    }

    /// <summary>
    /// Quirk: some cameras never answer a keep-alive (gortsplib, client.go). While media flows that means nothing at all; without, DESCRIBE tells
    /// whether the camera lives.
    /// </summary>
    private async Task OnNoAnswerAsync(KeepAliveChoice choice, string method, BackendFailure failure, long sentMicros)
    {
        if (failure.Kind == BackendFailureKind.NoAnswer && (_tracks.LastRtpMicros >= sentMicros || !BackendStates.IsAtRest(_life.State)))
        {
            return; // or another request waits for its answer, and will tell
        }

        if (failure.Kind == BackendFailureKind.NoAnswer && await AnswersDescribeAsync())
        {
            Refuse(choice, method, 0);
        }
        else if (!_life.HasEnded)
        {
            _life.Lose(failure);
        }
    }

    /// <summary>Tells a camera that is dead from one that only does not know the method, where no media tells it.</summary>
    private async Task<bool> AnswersDescribeAsync() =>
        !_life.HasEnded && _life.State != BackendState.Playing && (await _dialogue.DescribeAsync()).HasAnswer;

    private void NotePublic(RtspReply reply)
    {
        if (reply.IsOk && reply.Message.HeaderValues("Public") is { Count: > 0 } lists)
        {
            MountChoice.NotePublic(string.Join(',', lists));
        }
    }

    private void Refuse(KeepAliveChoice choice, string method, int status)
    {
        choice.Refuse(method, _context.NowMicros);
        SayRefused(choice, method, status);
    }

    private void SayRefused(KeepAliveChoice choice, string method, int status) =>
        Say(choice, $"{method} as keep-alive was {KeepAliveChoice.Outcome(status)}");

    private void Say(KeepAliveChoice choice, string why) => BackendLog.KeepAliveChanged(
        _context.Log,
        _context.StreamName,
        why,
        choice.Method is { } next ? next + " is the keep-alive from now on" : "RTCP alone has to do from now on");
}
