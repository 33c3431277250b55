using System.Diagnostics.CodeAnalysis;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The connections in the door, in the order in which they came, so that whoever is late stands in front. A visitor is taken out exactly once, and
/// belongs to whoever took it. Any thread.
/// </summary>
internal sealed class DoorQueue
{
    private readonly Lock _lock = new();
    private readonly LinkedList<DoorVisitor> _visitors = new();

    /// <summary>Set once, by <see cref="Close"/>: nobody comes in any more.</summary>
    private bool _isClosed;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _visitors.Count;
            }
        }
    }

    /// <summary>Takes a visitor in; false: the door is closed.</summary>
    /// <param name="visitor">The new one.</param>
    /// <param name="nowMicros">Now.</param>
    /// <param name="max">How many there may be with it, at least 1.</param>
    /// <param name="oldest">Taken out for it; null: there was room.</param>
    public bool TryAdd(DoorVisitor visitor, long nowMicros, int max, out DoorVisitor? oldest)
    {
        oldest = null;
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            if (_visitors.Count >= max)
            {
                oldest = TakeFirst();
            }

            visitor.SinceMicros = nowMicros;
            visitor.Node = _visitors.AddLast(visitor);
            return true;
        }
    }

    /// <summary>Takes a visitor out; false: somebody else did.</summary>
    public bool TryTake(DoorVisitor visitor)
    {
        lock (_lock)
        {
            if (visitor.Node is not { } node)
            {
                return false;
            }

            _visitors.Remove(node);
            visitor.Node = null;
            return true;
        }
    }

    /// <summary>Takes one out that came at that time or before; false: there is none.</summary>
    public bool TryTakeLate(long sinceMicros, [NotNullWhen(true)] out DoorVisitor? late)
    {
        lock (_lock)
        {
            late = _visitors.First is { Value.SinceMicros: var since } && since <= sinceMicros ? TakeFirst() : null;
            return late is not null;
        }
    }

    /// <summary>Takes all out, and lets nobody in any more.</summary>
    public DoorVisitor[] Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            DoorVisitor[] all = [.. _visitors];
            foreach (DoorVisitor visitor in all)
            {
                visitor.Node = null;
            }

            _visitors.Clear();
            return all;
        }
    }

    private DoorVisitor TakeFirst()
    {
        DoorVisitor first = _visitors.First!.Value;
        _visitors.RemoveFirst();
        first.Node = null;
        return first;
    }
}
