namespace FastRtspProxy.Net;

/// <summary>Whoever a <see cref="InputAccount"/> belongs to.</summary>
internal interface IInputHolder
{
    /// <summary>True: its bytes are taken even when the budget is used up. On its shard.</summary>
    bool IsPlaying { get; }

    /// <summary>It holds most, and there is no memory left: it is to be closed. Any thread.</summary>
    void OnEvicted(long heldBytes);

    /// <summary>There is memory again for what was refused before. Any thread.</summary>
    void OnMemory();
}

/// <summary>
/// What one connection makes us hold, within the <see cref="InputBudget"/> of the process. Changed on the connection's shard only; read by any.
/// </summary>
internal sealed class InputAccount(InputBudget budget)
{
    private long _heldBytes;

    // 1 while the account stands in the queue of those who wait for budget.
    private int _waiting;

    // What the account held when its connection was told to go; 0: it was not told; -1: the connection has ended.
    private long _leavingBytes;

    /// <summary>
    /// A figure on its own, without a partner: when the budget chooses a moment before or after a change, it takes the neighbour in the order, which
    /// is as right.
    /// </summary>
    private volatile bool _isUsed;

    private bool _isEnlisted;
    private bool _isClosed;

    /// <summary>Set once, before anything is taken.</summary>
    public IInputHolder? Holder { get; set; }

    /// <summary>Bytes held now. Any thread.</summary>
    public long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>It belongs to a viewer: such a one goes last. Written on the connection's shard, read by any.</summary>
    public bool IsUsed
    {
        get => _isUsed;
        set => _isUsed = value;
    }

    /// <summary>True once it was told to go. Any thread.</summary>
    public bool IsLeaving => Interlocked.Read(ref _leavingBytes) != 0;

    /// <summary>True while the process's budget is nearly used up: what can be done without, is. Any thread.</summary>
    public bool IsMemoryShort => budget.IsShort;

    /// <summary>Takes bytes for input; false: not now, <see cref="IInputHolder.OnMemory"/> follows.</summary>
    public bool TryTake(int bytes)
    {
        if (Holder is { IsPlaying: true })
        {
            budget.Take(bytes);
        }
        else if (!budget.TryTake(this, bytes))
        {
            return false;
        }

        Interlocked.Add(ref _heldBytes, bytes);
        return true;
    }

    /// <summary>Takes bytes in any case.</summary>
    public void Take(int bytes)
    {
        if (_isClosed)
        {
            return;
        }

        Interlocked.Add(ref _heldBytes, bytes);
        Settle();
        budget.Take(bytes);
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(int bytes)
    {
        if (_isClosed || bytes == 0)
        {
            return;
        }

        Interlocked.Add(ref _heldBytes, -bytes);
        budget.Return(bytes);
    }

    /// <summary>At the end of a turn: whoever still holds something can be told to go.</summary>
    public void Settle()
    {
        bool holds = !_isClosed && HeldBytes > 0;
        if (holds == _isEnlisted)
        {
            return;
        }

        _isEnlisted = holds;
        if (holds)
        {
            budget.Enlist(this);
        }
        else
        {
            budget.Strike(this);
        }
    }

    /// <summary>The connection has ended: gives everything back.</summary>
    public void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        Settle();
        long held = Interlocked.Exchange(ref _heldBytes, 0);
        long leaving = Interlocked.Exchange(ref _leavingBytes, -1);
        if (leaving > 0)
        {
            budget.OnLeft(leaving);
        }

        budget.Return(held);
    }

    internal bool TryBeginWaiting() => Interlocked.Exchange(ref _waiting, 1) == 0;

    /// <summary>It is out of the queue; true when it can use budget.</summary>
    internal bool EndWaiting()
    {
        // Pairs with the exchange in TryBeginWaiting. A release store will do: the look that follows it is OnMemory's, which posts to the shard, and
        // a post is a full fence. An account that was refused while it was still marked is asked by that post, which runs after the refusal.
        Volatile.Write(ref _waiting, 0);
        if (_isClosed)
        {
            return false;
        }

        Holder?.OnMemory();
        return true;
    }

    /// <summary>Marks it as told to go; what it holds then, 0 when somebody else was quicker or it has gone.</summary>
    internal long BeginLeaving()
    {
        long held = HeldBytes;
        return held > 0 && Interlocked.CompareExchange(ref _leavingBytes, held, 0) == 0 ? held : 0;
    }

    internal void Evict() => Holder?.OnEvicted(HeldBytes);
}
