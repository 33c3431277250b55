using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Counters;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The rules in force, and how others take their place. Any thread.</summary>
internal sealed class RulesInForce : IDisposable
{
    private readonly TimeProvider _time;
    private readonly DurationHistogram? _externalSeconds;

    /// <summary>Held by whoever replaces <see cref="_now"/>, so that the shards hear of the changes in their order.</summary>
    private readonly Lock _lock = new();

    /// <summary>
    /// Written before each shard is told of it. Pairs with the look of SETUP (<c>RequestHandler.StillMay</c>), on the shard, in the turn in which it
    /// opens a session: a session that was opened before that message is held against these rules by it, one that is opened afterwards by the look.
    /// </summary>
    private volatile AccessState _now;

    public RulesInForce(AccessRules first, TimeProvider time, DurationHistogram? externalSeconds = null)
    {
        _time = time;
        _externalSeconds = externalSeconds;
        _now = AccessState.Of(first, before: null, External);
    }

    public AccessState Now => _now;

    /// <summary>Puts other rules in force and has everybody told of it.</summary>
    public void Change(AccessRules rules, Action tell)
    {
        lock (_lock)
        {
            AccessState before = _now;
            _now = AccessState.Of(rules, before, External);
            tell();
            if (before.External != _now.External)
            {
                before.External?.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _now.External?.Dispose();

    private ExternalDecision External(ExternalSettings settings) => new(settings, new ExternalHttp(settings), _time, _externalSeconds);
}
