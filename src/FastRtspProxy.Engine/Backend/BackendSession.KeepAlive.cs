using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Requests that keep the camera's session alive, and the one OPTIONS that asks what the camera can do. Nobody waits for any of them.</summary>
internal sealed partial class BackendSession
{
    private readonly ShardTimer _keepAliveTimer;

    /// <summary>For a connection without a session: what a camera says to a keep-alive then is no reason to leave the method in a session.</summary>
    private readonly KeepAliveChoice _idleKeepAlives = new();

    /// <summary>OPTIONS and keep-alives of this session while it played. Mutable struct, never copied.</summary>
    private KeepAliveTrail _keepAliveTrail;

    /// <summary>The one OPTIONS, from the first PLAY on: done when it was answered or given up, or must not be asked.</summary>
    private Task? _publicAsked;

    private long _lastRequestMicros;

    /// <summary>True when the camera has said, to this session or an earlier one of the mount, what it can do.</summary>
    public bool KnowsPublic => _options.KeepAlives.Public is not null;

    /// <summary>True where the camera's Public lists PAUSE.</summary>
    public bool CanPause => _options.KeepAlives.Lists(RtspMethod.Pause);

    /// <summary>Whether the camera lists PAUSE: known from the one OPTIONS, whose answer may still be on its way; the camera plays on meanwhile.</summary>
    public async Task<bool> KnowsPauseAsync()
    {
        if (!KnowsPublic && _publicAsked is { } asked)
        {
            await asked;
        }

        return CanPause;
    }

    private TimeSpan KeepAliveInterval => KeepAliveChoice.Interval(_id.Timeout);

    private KeepAliveChoice KeepAlives => State == BackendState.Described ? _idleKeepAlives : _options.KeepAlives;

    private void ScheduleKeepAlive()
    {
        if (!Ended)
        {
            _keepAliveTimer.Start(KeepAliveInterval);
        }
    }

    /// <summary>Right after the first PLAY: the answer decides with what the session is kept alive, and whether PAUSE exists (RFC 2326 section 10.1).</summary>
    private async Task AskPublicAsync()
    {
        _options.KeepAlives.Begin(_shard.NowMicros);
        if (!_options.KeepAlives.MayUse(RtspMethod.Options))
        {
            return;
        }

        _keepAliveTrail.Note(RtspMethod.Options, _shard.NowMicros, LastRtpMicros);
        RtspReply reply = await AskAsync(RtspMethod.Options, _aggregate, _options.Timings.ShortAnswer);
        if (Ended || !reply.HasAnswer)
        {
            return;
        }

        NotePublic(reply);
        if (!reply.IsOk)
        {
            // Whatever the status says of the session, PLAY was answered a moment ago.
            RefuseKeepAlive(_options.KeepAlives, RtspMethod.Options, reply.Status);
        }
    }

    private void OnKeepAliveDue()
    {
        // Any request restarts the camera's clock, so one sent meanwhile puts this one off.
        TimeSpan since = TimeSpan.FromMicroseconds(_shard.NowMicros - _lastRequestMicros);
        TimeSpan rest = KeepAliveInterval - since;
        if (rest > TimeSpan.FromMilliseconds(20))
        {
            _keepAliveTimer.Start(rest);
            return;
        }

        if (Ended || !BackendStates.IsAtRest(State))
        {
            return;
        }

        // The next one comes at its time whatever becomes of this one: a camera that is slow to answer does not wait longer for its sign of life.
        ScheduleKeepAlive();
        KeepAliveChoice choice = KeepAlives;
        if (choice.Method is { } method)
        {
            KeepAlive(choice, method);
        }
    }

    private async void KeepAlive(KeepAliveChoice choice, string method)
    {
        long sentMicros = _shard.NowMicros;
        if (State == BackendState.Playing)
        {
            _keepAliveTrail.Note(method, sentMicros, LastRtpMicros);
        }

        RtspReply reply = await AskAsync(method, State == BackendState.Described ? _base : _aggregate, _options.Timings.ShortAnswer);
        if (Ended)
        {
            return;
        }

        if (!reply.HasAnswer)
        {
            await OnNoAnswerAsync(choice, method, reply.Failure, sentMicros);
            return;
        }

        NotePublic(reply);

        // Quirk: 401 to OPTIONS whatever the credentials (gortsplib, client.go) is like any refusal; a changed password is met by the next DESCRIBE. Without a session none can be gone.
        switch (choice.OnAnswer(method, reply.Status, MediaFlows || choice == _idleKeepAlives, _shard.NowMicros))
        {
            case KeepAliveVerdict.Refused:
                SayKeepAlive(choice, $"{method} as keep-alive was {KeepAliveChoice.Outcome(reply.Status)}");
                break;
            case KeepAliveVerdict.SessionGone:
                Lose(BackendFailureKind.KeepAliveRefused, $"the keep-alive {method} was answered {reply.Status} {reply.Message.Reason}".TrimEnd());
                break;
        }
    }

    /// <summary>Quirk: some cameras never answer a keep-alive (gortsplib, client.go). While media flows that means nothing at all; without, DESCRIBE tells whether the camera lives.</summary>
    private async Task OnNoAnswerAsync(KeepAliveChoice choice, string method, BackendFailure failure, long sentMicros)
    {
        if (failure.Kind == BackendFailureKind.NoAnswer && (LastRtpMicros >= sentMicros || !BackendStates.IsAtRest(State)))
        {
            return; // or another request waits for its answer, and will tell
        }

        if (failure.Kind == BackendFailureKind.NoAnswer && await AnswersDescribeAsync())
        {
            RefuseKeepAlive(choice, method, 0);
        }
        else if (!Ended)
        {
            Lose(failure);
        }
    }

    /// <summary>Tells a camera that is dead from one that only does not know the method, where no media tells it.</summary>
    private async Task<bool> AnswersDescribeAsync() =>
        !Ended && State != BackendState.Playing
        && (await AskAsync(RtspMethod.Describe, _url.RequestUri, _options.Timings.Answer, new RtspHeader("Accept", "application/sdp"))).HasAnswer;

    private void NotePublic(RtspReply reply)
    {
        if (reply.IsOk && reply.Message.HeaderValues("Public") is { Count: > 0 } lists)
        {
            _options.KeepAlives.NotePublic(string.Join(',', lists));
        }
    }

    private void RefuseKeepAlive(KeepAliveChoice choice, string method, int status)
    {
        choice.Refuse(method, _shard.NowMicros);
        SayKeepAlive(choice, $"{method} as keep-alive was {KeepAliveChoice.Outcome(status)}");
    }

    private void SayKeepAlive(KeepAliveChoice choice, string why) => BackendLog.KeepAliveChanged(
        _log, _options.StreamName, why, choice.Method is { } next ? next + " is the keep-alive from now on" : "RTCP alone has to do from now on");

    /// <summary>The session is lost: what its end says about the way in which it was kept alive.</summary>
    private void LearnFromLoss(BackendFailureKind kind)
    {
        bool isLoss = kind is BackendFailureKind.ConnectionLost or BackendFailureKind.Bye or BackendFailureKind.Silent or BackendFailureKind.KeepAliveRefused or BackendFailureKind.NoAnswer;
        long lastMedia = LastRtpMicros;
        if (!isLoss || State != BackendState.Playing || lastMedia < _playSinceMicros)
        {
            return;
        }

        // A server that ends a session may stop the media and leave the connection open.
        long end = MediaFlows ? _shard.NowMicros : lastMedia;
        (string? method, long sentMicros) = _keepAliveTrail.Before(end);
        KeepAliveLoss loss = new(method, TimeSpan.FromMicroseconds(end - sentMicros), TimeSpan.FromMicroseconds(end - _playSinceMicros), _id.Timeout);
        if (_options.KeepAlives.OnLoss(loss, _shard.NowMicros))
        {
            SayKeepAlive(_options.KeepAlives, $"the session was lost {loss.SincePlay.TotalSeconds:0.#} s after PLAY, {loss.SinceSent.TotalSeconds:0.#} s after {method}; its time-out is {loss.Timeout.TotalSeconds:0.#} s");
        }
    }
}
