using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Says who was refused though it may have logged in rightly (403), as failed log-ins are said: of an address a few lines, of all together a few a
/// second (<see cref="FailedLogIns"/>). It is no guess, so it
/// has addresses of its own here. On one shard.
/// </summary>
internal sealed class AccessRefusals
{
    private readonly Shard _shard;
    private readonly GuesserTable _addresses = new();
    private readonly FailedLogIns _said;
    private readonly ShardTimer _timer;
    private long _timerMicros = long.MaxValue;

    public AccessRefusals(Shard shard, ILogger log)
    {
        _shard = shard;
        _said = new FailedLogIns((client, user, stream, more) => FrontendLog.AccessRefused(log, client, user, stream, more));
        _timer = shard.CreateTimer(OnTimer);
    }

    /// <summary>Somebody was refused. Any thread.</summary>
    public void Note(AddressGroup key, FailedLogIn refused) => _shard.Post(() =>
    {
        _said.Note(_addresses.NoteWrong(key, _shard.NowMicros), refused, _shard.NowMicros);
        Arm();
    });

    private void OnTimer()
    {
        _timerMicros = long.MaxValue;
        _said.SayDue(_shard.NowMicros);
        Arm();
    }

    private void Arm()
    {
        if (_said.NextDueMicros is var due && due < _timerMicros)
        {
            _timerMicros = due;
            _timer.StartMicros(due - _shard.NowMicros);
        }
    }
}
