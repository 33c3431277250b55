using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The addresses that have answered wrongly, the most recent first. Bounded: some 220 bytes a row, 7 MiB when it is full. Those with three wrong
/// answers and those with fewer are kept apart, and a new one drives out the oldest of the others while these are more than a quarter: so addresses
/// that guess once or twice drive out nobody but their like. To have a restricted address forgotten, an attacker needs <see cref="MaxRows"/> × 3/4 =
/// 24,576 other addresses (of IPv6: /64s) with three wrong answers each since, 73,728 in all, and gains three guesses by it: far fewer than those
/// were. To have addresses with one or two wrong answers forgotten, so that these never add up to three, it needs 8,192 of them.
/// </summary>
internal sealed class GuesserTable
{
    public const int MaxRows = 32_768;

    /// <summary>An address is forgotten so long after its last wrong answer.</summary>
    private static readonly long s_forgetMicros = (long)TimeSpan.FromMinutes(10).TotalMicroseconds;

    /// <summary>
    /// As <see cref="s_forgetMicros"/>, when a right answer came since: somebody mistyped. Long enough that a neighbour who logs in does not give a
    /// guesser three free guesses each time.
    /// </summary>
    private static readonly long s_forgetAfterRightMicros = (long)TimeSpan.FromSeconds(10).TotalMicroseconds;

    private readonly Dictionary<AddressGroup, GuesserRow> _rows = [];
    private readonly LinkedList<GuesserRow> _fresh = [];
    private readonly LinkedList<GuesserRow> _restricted = [];

    public int Count => _rows.Count;

    /// <summary>The row of an address; null: nothing is known against it.</summary>
    public GuesserRow? Find(AddressGroup key, long nowMicros)
    {
        if (!_rows.TryGetValue(key, out GuesserRow? row))
        {
            return null;
        }

        if (IsOver(row, nowMicros))
        {
            Remove(row);
            return null;
        }

        return row;
    }

    /// <summary>The row of an address that has answered wrongly once more, as the most recent one.</summary>
    public GuesserRow NoteWrong(AddressGroup key, long nowMicros)
    {
        GuesserRow? row = Find(key, nowMicros);
        if (row is null)
        {
            MakeRoom(nowMicros);
            row = new GuesserRow(key);
            row.Place = _fresh.AddFirst(row);
            _rows.Add(key, row);
        }

        row.Wrong++;
        row.LastWrongMicros = nowMicros;
        row.WasRightSince = false;
        row.Place!.List!.Remove(row.Place);
        (row.IsRestricted ? _restricted : _fresh).AddFirst(row.Place);
        return row;
    }

    private static bool IsOver(GuesserRow row, long nowMicros) =>
        row.Waiting == 0
            && nowMicros - Math.Max(row.LastWrongMicros, row.DueUntilMicros) > (row.WasRightSince ? s_forgetAfterRightMicros : s_forgetMicros);

    private void MakeRoom(long nowMicros)
    {
        // Two for one: the table shrinks again after an attack, without anybody who goes through it.
        RemoveIfOver(_fresh.Last, nowMicros);
        RemoveIfOver(_restricted.Last, nowMicros);
        if (_rows.Count >= MaxRows)
        {
            Remove((_fresh.Count > MaxRows / 4 || _restricted.Count == 0 ? _fresh : _restricted).Last!.Value);
        }
    }

    private void RemoveIfOver(LinkedListNode<GuesserRow>? place, long nowMicros)
    {
        if (place is not null && IsOver(place.Value, nowMicros))
        {
            Remove(place.Value);
        }
    }

    private void Remove(GuesserRow row)
    {
        row.Place!.List!.Remove(row.Place);
        _rows.Remove(row.Key);
        while (row.Dequeue() is { } waiter)
        {
            waiter.OnPushedOut();
        }
    }
}
