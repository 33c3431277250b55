using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The places of sessions over all shards: in all, for each address, for each mount. Where they run out, a session that was never played makes room:
/// for a place of an address only one of that address can, for a place of a mount only one of that mount; among those it is the oldest of the address
/// that has the most. A session that was played keeps its place. The lock is held for a few look-ups once when a session comes, plays and goes, never
/// for media. Any thread.
/// </summary>
internal sealed class SessionPlaces
{
    /// <summary>A player has so long from its SETUP to its PLAY before its place can be given away.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly long s_graceMicros = (long)Grace.TotalMicroseconds;

    private readonly Lock _lock = new();
    private readonly Dictionary<AddressGroup, int> _byAddress = [];
    private readonly Dictionary<string, int> _byMount = new(StringComparer.Ordinal);
    private readonly WaitingList<SessionPlace> _waiting = new(s_graceMicros);
    private readonly Dictionary<string, WaitingList<SessionPlace>> _waitingOfMount = new(StringComparer.Ordinal);

    /// <summary>How many there may be, in all, of an address, and of a mount; under the lock.</summary>
    private int _max;
    private int _maxPerAddress;
    private int _maxPerMount;

    /// <summary>Sessions that have a place.</summary>
    private int _count;

    public SessionPlaces(int max, int maxPerAddress, int maxPerMount) => Change(max, maxPerAddress, maxPerMount);

    public int Count => Volatile.Read(ref _count);

    /// <summary>Others count from now on; whoever has a place keeps it.</summary>
    public void Change(int max, int maxPerAddress, int maxPerMount)
    {
        lock (_lock)
        {
            (_max, _maxPerAddress, _maxPerMount) = (max, maxPerAddress, maxPerMount);
        }
    }

    /// <summary>Takes a place for a session that was not played yet.</summary>
    /// <param name="place">The session's.</param>
    /// <param name="nowMicros">Now; it does not go back.</param>
    /// <param name="makeRoom">Gets the sessions that have lost their places to it; the caller ends them.</param>
    /// <returns>The limit that has no place; none: it has one.</returns>
    public PlaceLimit TryTake(SessionPlace place, long nowMicros, List<SessionPlace> makeRoom)
    {
        lock (_lock)
        {
            PlaceLimit full = Choose(place, nowMicros, makeRoom);
            if (full != PlaceLimit.None)
            {
                makeRoom.Clear();
                return full;
            }

            foreach (SessionPlace other in makeRoom)
            {
                Release(other);
            }

            place.IsCounted = true;
            Volatile.Write(ref _count, _count + 1);
            Add(_byAddress, place.Address, 1);
            Add(_byMount, place.Mount, 1);
            Wait(place, nowMicros, hasGrace: true);
            return PlaceLimit.None;
        }
    }

    /// <summary>The session is about to play and does not wait any more. False: it has lost its place.</summary>
    public bool TryKeep(SessionPlace place)
    {
        lock (_lock)
        {
            StopWaiting(place);
            return place.IsCounted;
        }
    }

    /// <summary>
    /// Its first PLAY came to nothing: it waits again, and has had its grace: a client whose PLAYs are refused must not renew it with each.
    /// </summary>
    public void WaitAgain(SessionPlace place, long nowMicros)
    {
        lock (_lock)
        {
            if (place is { IsCounted: true, Waiting: null })
            {
                Wait(place, nowMicros, hasGrace: false);
            }
        }
    }

    /// <summary>The session has ended.</summary>
    public void Leave(SessionPlace place)
    {
        lock (_lock)
        {
            Release(place);
        }
    }

    /// <summary>Finds who has to go so that every limit has a place; nothing is changed.</summary>
    private PlaceLimit Choose(SessionPlace place, long nowMicros, List<SessionPlace> makeRoom)
    {
        bool isMountFull = _byMount.GetValueOrDefault(place.Mount) >= _maxPerMount;
        WaitingList<SessionPlace>? ofMount = isMountFull ? _waitingOfMount.GetValueOrDefault(place.Mount) : null;
        if (_byAddress.GetValueOrDefault(place.Address) >= _maxPerAddress)
        {
            // One that leaves a place in the mount too, if the mount has none.
            WaitingList<SessionPlace>.Entry? own = ofMount?.OldestOf(place.Address, nowMicros, out _)
                ?? _waiting.OldestOf(place.Address, nowMicros, out _);
            if (own is null)
            {
                return PlaceLimit.Address;
            }

            makeRoom.Add(own.Item);
        }

        if (isMountFull && !makeRoom.Exists(other => other.Mount == place.Mount))
        {
            if (ofMount?.OldestOfMost(nowMicros, out _) is not { } entry)
            {
                return PlaceLimit.Mount;
            }

            makeRoom.Add(entry.Item);
        }

        if (_count >= _max && makeRoom.Count == 0)
        {
            if (_waiting.OldestOfMost(nowMicros, out _) is not { } entry)
            {
                return PlaceLimit.Total;
            }

            makeRoom.Add(entry.Item);
        }

        return PlaceLimit.None;
    }

    private void Wait(SessionPlace place, long nowMicros, bool hasGrace)
    {
        if (!_waitingOfMount.TryGetValue(place.Mount, out WaitingList<SessionPlace>? ofMount))
        {
            _waitingOfMount.Add(place.Mount, ofMount = new WaitingList<SessionPlace>(s_graceMicros));
        }

        place.Waiting = _waiting.Add(place, place.Address, nowMicros, hasGrace);
        place.WaitingOfMount = ofMount.Add(place, place.Address, nowMicros, hasGrace);
    }

    private void StopWaiting(SessionPlace place)
    {
        if (place.Waiting is null)
        {
            return;
        }

        WaitingList<SessionPlace> ofMount = _waitingOfMount[place.Mount];
        _waiting.Remove(place.Waiting);
        ofMount.Remove(place.WaitingOfMount!);
        place.Waiting = place.WaitingOfMount = null;
        if (ofMount.Count == 0)
        {
            _waitingOfMount.Remove(place.Mount);
        }
    }

    private void Release(SessionPlace place)
    {
        if (!place.IsCounted)
        {
            return;
        }

        StopWaiting(place);
        place.IsCounted = false;
        Volatile.Write(ref _count, _count - 1);
        Add(_byAddress, place.Address, -1);
        Add(_byMount, place.Mount, -1);
    }

    /// <summary>A key that nobody holds takes no memory.</summary>
    internal static void Add<TKey>(Dictionary<TKey, int> counts, TKey key, int change)
        where TKey : notnull
    {
        int count = counts.GetValueOrDefault(key) + change;
        if (count > 0)
        {
            counts[key] = count;
        }
        else
        {
            counts.Remove(key);
        }
    }
}
