using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The places of connections over all shards, in all and for each address; a place is held until the descriptor is closed, so that the cameras'
/// reserve is never lent. Where places run out, a connection without a session that was played makes room, be it silent, in the middle of a request,
/// or with SETUPs only: the oldest of the address that has the most of them. A crowd makes room for whoever has fewer at once; otherwise one has to
/// be older than the grace, else everybody would throw everybody out. The lock is held for a few look-ups when a connection comes, plays and goes.
/// Any thread.
/// </summary>
internal sealed class ConnectionPlaces
{
    /// <summary>
    /// Connections that have to go and are not closed yet: so many descriptors more than the limit at most. With more under way, a new one is
    /// refused.
    /// </summary>
    public const int LeavingMax = 16;

    private static readonly long s_graceMicros = (long)SessionPlaces.Grace.TotalMicroseconds;

    private readonly Lock _lock = new();
    private readonly Dictionary<AddressGroup, int> _byAddress = [];
    private readonly WaitingList<ConnectionPlace> _waiting = new(graceMicros: 0);

    /// <summary>What the descriptors leave; as many as are asked for until <see cref="Cap"/> has said.</summary>
    private int _cap = int.MaxValue;

    /// <summary>What counts: what is asked for, or what the descriptors leave. Written by <see cref="Change"/> and <see cref="Cap"/>.</summary>
    private int _max;
    private int _maxPerAddress;

    /// <summary>What is asked for.</summary>
    private int _wanted;
    private int _wantedPerAddress;
    private bool _isPerAddressGiven;

    /// <summary>The descriptors allow fewer than is asked for, in all and for one address.</summary>
    private bool _isCapped;
    private bool _isAddressCapped;
    private int _open;
    private int _leaving;

    /// <param name="max">In all.</param>
    /// <param name="maxPerAddress">For one address.</param>
    /// <param name="isPerAddressGiven">True: the user gave the number for one address, and it holds as it is. False: one address gets three quarters
    /// of what the descriptors allow at the most.</param>
    public ConnectionPlaces(int max, int maxPerAddress, bool isPerAddressGiven)
    {
        Change(max, maxPerAddress, isPerAddressGiven);
    }

    /// <summary>The most that there may be.</summary>
    public int Max => Volatile.Read(ref _max);

    /// <summary>Open descriptors of clients.</summary>
    public int Count => Volatile.Read(ref _open);

    /// <summary>No more than so many: what the descriptors leave. Before the first connection.</summary>
    public void Cap(int max)
    {
        lock (_lock)
        {
            _cap = max;
            Apply();
        }
    }

    /// <summary>Others are asked for; whoever has a place keeps it. As in the constructor.</summary>
    public void Change(int max, int maxPerAddress, bool isPerAddressGiven)
    {
        lock (_lock)
        {
            (_wanted, _wantedPerAddress, _isPerAddressGiven) = (max, maxPerAddress, isPerAddressGiven);
            Apply();
        }
    }

    /// <summary>Takes a place for a connection that was accepted.</summary>
    /// <param name="place">The connection's.</param>
    /// <param name="nowMicros">Now; it does not go back.</param>
    /// <param name="makesRoom">The one that has to go for it; the caller closes it.</param>
    /// <param name="isUsed">It never has to make room itself.</param>
    /// <returns>The limit that has no place; none: it has one.</returns>
    public PlaceLimit TryTake(ConnectionPlace place, long nowMicros, out ConnectionPlace? makesRoom, bool isUsed = false)
    {
        makesRoom = null;
        lock (_lock)
        {
            bool isFull = _open >= _max;
            if (_byAddress.GetValueOrDefault(place.Address) >= _maxPerAddress)
            {
                makesRoom = OldEnough(_waiting.OldestOf(place.Address, nowMicros, out _), nowMicros);
                if (makesRoom is null)
                {
                    return _isAddressCapped ? PlaceLimit.Descriptors : PlaceLimit.Address;
                }
            }
            else if (isFull)
            {
                WaitingList<ConnectionPlace>.Entry? oldest = _waiting.OldestOfMost(nowMicros, out int most);
                _ = _waiting.OldestOf(place.Address, nowMicros, out int own);
                makesRoom = most > own + 1 ? oldest!.Item : OldEnough(oldest, nowMicros);
            }

            if (isFull && (makesRoom is null || _leaving >= LeavingMax))
            {
                makesRoom = null;
                return _isCapped ? PlaceLimit.Descriptors : PlaceLimit.Total;
            }

            if (makesRoom is not null)
            {
                StopWaiting(makesRoom);
                makesRoom.HasToGo = true;
                _leaving++;
                SessionPlaces.Add(_byAddress, makesRoom.Address, -1);
            }

            place.IsOpen = true;
            Volatile.Write(ref _open, _open + 1);
            SessionPlaces.Add(_byAddress, place.Address, 1);
            place.Waiting = isUsed ? null : _waiting.Add(place, place.Address, nowMicros);
            return PlaceLimit.None;
        }
    }

    /// <summary>The connection has a session that is played, or has none any more.</summary>
    public void SetUsed(ConnectionPlace place, bool isUsed, long nowMicros)
    {
        lock (_lock)
        {
            if (isUsed)
            {
                StopWaiting(place);
            }
            else if (place is { IsOpen: true, HasToGo: false, Waiting: null })
            {
                place.Waiting = _waiting.Add(place, place.Address, nowMicros);
            }
        }
    }

    /// <summary>Its descriptor is closed, or a camera's from now on. Idempotent.</summary>
    public void Leave(ConnectionPlace place)
    {
        lock (_lock)
        {
            if (!place.IsOpen)
            {
                return;
            }

            place.IsOpen = false;
            StopWaiting(place);
            Volatile.Write(ref _open, _open - 1);
            if (place.HasToGo)
            {
                _leaving--;
            }
            else
            {
                SessionPlaces.Add(_byAddress, place.Address, -1);
            }
        }
    }

    private void Apply()
    {
        _isCapped = _cap < _wanted;
        Volatile.Write(ref _max, Math.Min(_cap, _wanted));
        int share = (int)Math.Max(1, _cap * 3L / 4);
        _isAddressCapped = _isCapped && !_isPerAddressGiven && share < _wantedPerAddress;
        _maxPerAddress = _isAddressCapped ? share : _wantedPerAddress;
    }

    private static ConnectionPlace? OldEnough(WaitingList<ConnectionPlace>.Entry? entry, long nowMicros) =>
        entry is not null && nowMicros - entry.SinceMicros >= s_graceMicros ? entry.Item : null;

    private void StopWaiting(ConnectionPlace place)
    {
        if (place.Waiting is { } entry)
        {
            _waiting.Remove(entry);
            place.Waiting = null;
        }
    }
}
