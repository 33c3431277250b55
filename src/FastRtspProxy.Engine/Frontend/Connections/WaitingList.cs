using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Those who hold a place without using it, by the address that they count to. When places run out, the oldest one of the address that has the most
/// of them is the first to go; those younger than the grace are neither counted nor chosen. Adding, removing and choosing cost the logarithm of the
/// number of addresses, whatever a crowd does. Not safe for threads: its owner locks.
/// </summary>
internal sealed class WaitingList<T>(long graceMicros)
    where T : class
{
    /// <summary>Younger than the grace, as far as is known; oldest first.</summary>
    private readonly LinkedList<Entry> _young = new();

    /// <summary>Addresses that have one at least that is older.</summary>
    private readonly Dictionary<AddressGroup, Queue> _queues = [];

    /// <summary>
    /// The entries of <see cref="_queues"/> in the order in which they have to give: the one with the most items first, and of several with as many
    /// the one whose oldest item is older.
    /// </summary>
    private readonly SortedSet<Queue> _most = new(Comparer<Queue>.Create(static (a, b) =>
    {
        int order = b.Entries.Count.CompareTo(a.Entries.Count);
        order = order != 0 ? order : a.OldestMicros.CompareTo(b.OldestMicros);
        return order != 0 ? order : a.Number.CompareTo(b.Number);
    }));

    private long _numbers;

    public int Count { get; private set; }

    /// <summary>The item waits from now on. Times never go back.</summary>
    /// <param name="item">Who waits.</param>
    /// <param name="address">Whose it counts as.</param>
    /// <param name="nowMicros">Now.</param>
    /// <param name="hasGrace">False: it can be chosen at once.</param>
    public Entry Add(T item, AddressGroup address, long nowMicros, bool hasGrace = true)
    {
        Entry entry = new(item, address, nowMicros);
        entry.Node = new LinkedListNode<Entry>(entry);
        Count++;
        if (hasGrace)
        {
            _young.AddLast(entry.Node);
        }
        else
        {
            AddToAddress(entry.Node);
        }

        return entry;
    }

    /// <summary>It waits no more. Once for each entry.</summary>
    public void Remove(Entry entry)
    {
        Count--;
        if (entry.Queue is not { } queue)
        {
            _young.Remove(entry.Node!);
            return;
        }

        _most.Remove(queue);
        queue.Entries.Remove(entry.Node!);
        if (queue.Entries.Count > 0)
        {
            _most.Add(queue);
        }
        else
        {
            _queues.Remove(entry.Address);
        }
    }

    /// <summary>The oldest of the address that has the most; null: nobody is old enough.</summary>
    /// <param name="nowMicros">Now.</param>
    /// <param name="count">How many that address has.</param>
    public Entry? OldestOfMost(long nowMicros, out int count)
    {
        Age(nowMicros);
        Queue? queue = _most.Min;
        count = queue?.Entries.Count ?? 0;
        return queue?.Entries.First!.Value;
    }

    /// <summary>The oldest of that address; null: none is old enough.</summary>
    public Entry? OldestOf(AddressGroup address, long nowMicros, out int count)
    {
        Age(nowMicros);
        Queue? queue = _queues.GetValueOrDefault(address);
        count = queue?.Entries.Count ?? 0;
        return queue?.Entries.First!.Value;
    }

    private void Age(long nowMicros)
    {
        while (_young.First is { } node && nowMicros - node.Value.SinceMicros >= graceMicros)
        {
            _young.RemoveFirst();
            AddToAddress(node);
        }
    }

    private void AddToAddress(LinkedListNode<Entry> node)
    {
        Entry entry = node.Value;
        if (_queues.TryGetValue(entry.Address, out Queue? queue))
        {
            _most.Remove(queue);
        }
        else
        {
            _queues.Add(entry.Address, queue = new Queue(_numbers++));
        }

        entry.Queue = queue;
        queue.Entries.AddLast(node);
        _most.Add(queue);
    }

    /// <summary>One that waits.</summary>
    internal sealed class Entry(T item, AddressGroup address, long sinceMicros)
    {
        public T Item => item;

        public AddressGroup Address => address;

        public long SinceMicros => sinceMicros;

        /// <summary>Where it stands: in the list of the young, or in its address's list.</summary>
        internal LinkedListNode<Entry>? Node { get; set; }

        /// <summary>Its address's list; null while it is among the young.</summary>
        internal Queue? Queue { get; set; }
    }

    /// <summary>Those of one address that are old enough, oldest first; never empty while it is known.</summary>
    internal sealed class Queue(long number)
    {
        public LinkedList<Entry> Entries { get; } = new();

        public long Number => number;

        public long OldestMicros => Entries.First?.Value.SinceMicros ?? 0;
    }
}
