using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net;

/// <summary>Who runs when all ready descriptors of a turn were handled: this turn, or the first one at a later time. On the shard.</summary>
internal sealed class EndOfTurnQueue(ILogger log, int shard)
{
    /// <summary>Those that are due later, each once, at the earliest time that it has asked for; in any order.</summary>
    private readonly List<(IEndOfTurn Target, long DueMicros)> _deferred = [];

    /// <summary>Those of this turn, each once, in the order in which they asked.</summary>
    private List<IEndOfTurn> _asked = [];

    /// <summary>Those that are being run; empty but for that. Whoever asks meanwhile is in the other list, and runs in the next turn.</summary>
    private List<IEndOfTurn> _running = [];

    /// <summary>The earliest time in <see cref="_deferred"/>; <see cref="long.MaxValue"/> while that is empty.</summary>
    public long NextDueMicros { get; private set; } = long.MaxValue;

    /// <summary>True while somebody has asked for a run in this turn.</summary>
    public bool HasAsked => _asked.Count > 0;

    /// <inheritdoc cref="Shard.EndOfTurn"/>
    public void Add(IEndOfTurn target)
    {
        if (!_asked.Contains(target))
        {
            _asked.Add(target);
        }
    }

    /// <inheritdoc cref="Shard.EndOfTurnAt"/>
    public void AddAt(IEndOfTurn target, long dueMicros)
    {
        NextDueMicros = Math.Min(NextDueMicros, dueMicros);
        Span<(IEndOfTurn Target, long DueMicros)> deferred = CollectionsMarshal.AsSpan(_deferred);
        for (int i = deferred.Length - 1; i >= 0; i--)
        {
            if (deferred[i].Target == target)
            {
                deferred[i].DueMicros = Math.Min(deferred[i].DueMicros, dueMicros);
                return;
            }
        }

        _deferred.Add((target, dueMicros));
    }

    /// <summary>Runs those that have asked and those that are due, each once.</summary>
    public void Run(long nowMicros)
    {
        TakeDue(nowMicros);
        if (_asked.Count == 0)
        {
            return;
        }

        (_asked, _running) = (_running, _asked);
        foreach (IEndOfTurn target in _running)
        {
            try
            {
                target.OnEndOfTurn();
            }
            catch (Exception e)
            {
                NetLog.ShardWorkFailed(log, shard, e);
            }
        }

        _running.Clear();
    }

    private void TakeDue(long nowMicros)
    {
        if (NextDueMicros > nowMicros)
        {
            return;
        }

        NextDueMicros = long.MaxValue;
        for (int i = _deferred.Count - 1; i >= 0; i--)
        {
            (IEndOfTurn target, long dueMicros) = _deferred[i];
            if (dueMicros <= nowMicros)
            {
                _deferred.RemoveAt(i);
                Add(target);
            }
            else
            {
                NextDueMicros = Math.Min(NextDueMicros, dueMicros);
            }
        }
    }
}
