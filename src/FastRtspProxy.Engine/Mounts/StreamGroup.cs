using FastRtspProxy.Engine.Counters;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Streams whose figures are told as one: those that clients name, or all. What a stream counted that has gone stays in it, so nothing goes back.
/// </summary>
/// <param name="name">What it is called where a stream's name would stand.</param>
internal sealed class StreamGroup(string name)
{
    private readonly Lock _lock = new();
    private readonly List<Mount> _members = [];
    private readonly long[] _gone = new long[StreamFigure.Count];

    /// <inheritdoc cref="StreamGroup" path="/param[@name='name']"/>
    public string Name => name;

    /// <summary>A stream is among them.</summary>
    public void Add(Mount mount)
    {
        lock (_lock)
        {
            _members.Add(mount);
        }
    }

    /// <summary>A stream has gone, and nobody counts anything of it any more.</summary>
    public void Retire(Mount mount)
    {
        Span<long> last = stackalloc long[StreamFigure.Count];
        lock (_lock)
        {
            if (!_members.Remove(mount))
            {
                return;
            }

            mount.Read(last, default);
            for (int i = 0; i < _gone.Length; i++)
            {
                _gone[i] += StreamFigure.IsOfTheMoment(i) ? 0 : last[i];
            }
        }
    }

    /// <summary>The figures of all, in a row.</summary>
    public void Read(Span<long> row, in ShardTime time)
    {
        Span<long> one = stackalloc long[StreamFigure.Count];
        lock (_lock)
        {
            _gone.CopyTo(row);
            foreach (Mount mount in _members)
            {
                mount.Read(one, time);
                for (int i = 0; i < row.Length; i++)
                {
                    row[i] = i < StreamFigure.Largest ? row[i] + one[i] : Math.Max(row[i], one[i]);
                }
            }
        }
    }
}
