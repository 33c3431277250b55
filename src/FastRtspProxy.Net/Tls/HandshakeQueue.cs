using System.Diagnostics.CodeAnalysis;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// Steps of handshakes that wait for a thread: in a row for each address, and the addresses take turns, so that whoever sends a thousand hellos at
/// once waits behind himself. What is held is one entry a connection, and nothing when it is empty. One caller at a time.
/// </summary>
internal sealed class HandshakeQueue
{
    /// <summary>Only those that have something.</summary>
    private readonly Dictionary<AddressGroup, Queue<Action>> _rows = [];

    /// <summary>The keys of <see cref="_rows"/>, in the order of their turns.</summary>
    private readonly Queue<AddressGroup> _turns = new();

    /// <summary>Steps in all rows.</summary>
    public int Count { get; private set; }

    /// <summary>Puts a step behind those of its address.</summary>
    public void Add(AddressGroup address, Action step)
    {
        if (!_rows.TryGetValue(address, out Queue<Action>? row))
        {
            row = new Queue<Action>(1);
            _rows.Add(address, row);
            _turns.Enqueue(address);
        }

        row.Enqueue(step);
        Count++;
    }

    /// <summary>Takes the oldest step of the address whose turn it is, which comes behind all others then. False: there is none.</summary>
    public bool TryTake([NotNullWhen(true)] out Action? step)
    {
        if (!_turns.TryDequeue(out AddressGroup address))
        {
            step = null;
            return false;
        }

        Queue<Action> row = _rows[address];
        step = row.Dequeue();
        Count--;
        if (row.Count > 0)
        {
            _turns.Enqueue(address);
        }
        else
        {
            _rows.Remove(address);
        }

        return true;
    }
}
