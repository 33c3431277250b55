using System.Threading.Tasks.Sources;

namespace FastRtspProxy.Net;

/// <summary>
/// What a peer has sent and nobody has consumed yet, as one run of bytes. It is pulled: nothing is read before the reader waits for more, so while a
/// request is being handled no more is held than one read, and never more than the reader's largest unit and one read. While nothing is left over
/// nothing is held at all: the bytes are looked at in the shard's scratch. One reader, on the shard. A turn hands over one read, within a budget that
/// the reader spends.
/// </summary>
internal abstract class PeerInput : TurnWork, IValueTaskSource<bool>
{
    /// <summary>A request with its headers is some 300 bytes.</summary>
    public const int ReadBytes = 4096;

    /// <summary>The largest head that the parser takes from clients, or the largest frame that is kept, and one read.</summary>
    public const int BytesMax = 8192 + ReadBytes;

    // The bytes: the shard's scratch within a turn, else a buffer of our own (IsOwned).
    private byte[] _bytes = [];
    private int _start;
    private int _end;

    // The reader has looked at the bytes before this one, and needs more to make anything of them.
    private int _examined;
    private bool _isOwned;

    // The reader's wait; completed on the shard only.
    private ManualResetValueTaskSourceCore<bool> _wait;
    private bool _isWaiting;

    private TurnBudget _turn; // mutable struct: not readonly

    /// <summary>What was not consumed. Valid until the next wait.</summary>
    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    /// <summary>No more will come.</summary>
    public bool IsOver { get; private set; }

    /// <summary>True while the reader waits.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>A request was read. False: the reader's turn is over.</summary>
    public bool SpendRequest() => _turn.SpendRequest(Shard);

    /// <summary>A frame was taken. False: the reader's turn is over, and what is unread waits for the next.</summary>
    public bool SpendFrame() => _turn.SpendFrame(Shard);

    /// <summary>There are bytes that the reader has not looked at.</summary>
    protected bool HasNews => _end > _examined;

    /// <summary>Where it lives now.</summary>
    protected abstract Shard Shard { get; }

    /// <summary>Who pays.</summary>
    protected abstract InputAccount Account { get; }

    /// <summary>True: there are bytes that the reader has not looked at. False: the input is over, and what is unread is all that there is.</summary>
    public ValueTask<bool> WaitAsync()
    {
        if ((HasNews || IsOver) && !_turn.IsSpent(Shard))
        {
            return new ValueTask<bool>(HasNews);
        }

        _wait.Reset();
        _isWaiting = true;
        if (HasNews || IsOver)
        {
            Shard.QueueAgain(this);
        }
        else
        {
            OnWanted();
        }

        return new ValueTask<bool>(this, _wait.Version);
    }

    /// <summary>The first bytes are done with.</summary>
    public void Consume(int bytes)
    {
        _start += bytes;
        _examined = _start;
        if (_start == _end)
        {
            Clear();
        }
    }

    /// <summary>What is unread is of no use before more comes.</summary>
    public void NeedMore()
    {
        _examined = _end;
        Keep();
    }

    /// <summary>No more will come: the peer's end, or ours. The reader gets what is there, then false.</summary>
    public virtual void End()
    {
        if (IsOver)
        {
            return;
        }

        IsOver = true;
        if (_isWaiting)
        {
            Complete();
        }
    }

    /// <summary>The reader has gone: what is unread is forgotten. On the shard.</summary>
    public void Abandon()
    {
        End();
        _start = _end;
        Clear();
    }

    /// <summary>The input's turn: what is new is read and handed over.</summary>
    protected internal override void RunTurn()
    {
        if (_isWaiting && !HasNews && !IsOver)
        {
            Read();
        }

        Shard shard = Shard;
        if (_isWaiting && (HasNews || IsOver))
        {
            Complete();
        }

        if (ReferenceEquals(shard, Shard))
        {
            Account.Settle();
        }
    }

    /// <summary>
    /// What is left in the shard's scratch moves to a buffer of our own, which was paid for when it was read. Before the turn ends, or the input
    /// leaves the shard.
    /// </summary>
    public void Keep()
    {
        if (_isOwned || _start == _end)
        {
            return;
        }

        byte[] kept = Shard.InputBuffers.Rent(ReadBytes);
        Unread.CopyTo(kept);
        (_bytes, _start, _end, _examined, _isOwned) = (kept, 0, _end - _start, _examined - _start, true);
    }

    /// <summary>The reader waits, and there is nothing. On the shard.</summary>
    protected abstract void OnWanted();

    /// <summary>Brings what there is now, by <see cref="TryMakeRoom"/> and <see cref="Filled"/>, or sees to it that a turn follows.</summary>
    protected abstract void Read();

    /// <summary>Puts a piece behind what is unread, whether there is memory or not: it was read already.</summary>
    protected void Append(ReadOnlySpan<byte> piece)
    {
        if (_start == _end)
        {
            Account.Take(ReadBytes);
            (_bytes, _start, _end, _examined, _isOwned) = (Shard.InputBuffers.Rent(ReadBytes), 0, 0, 0, true);
        }

        MoveToFront(piece.Length);
        if (_bytes.Length - _end < piece.Length)
        {
            int bytes = InputBuffers.SizeFor(_end + piece.Length);
            Account.Take(bytes - _bytes.Length);
            Grow(bytes);
        }

        piece.CopyTo(_bytes.AsSpan(_end));
        _end += piece.Length;
    }

    /// <summary>Room for one read; empty when there is no memory: the account's holder is told when there is.</summary>
    protected ArraySegment<byte> TryMakeRoom()
    {
        if (_start == _end)
        {
            // Paid for before it is read: what is left over must be kept. Most often nothing is.
            return Account.TryTake(ReadBytes) ? Borrow() : default;
        }

        MoveToFront(ReadBytes);
        if (_bytes.Length - _end < ReadBytes && !TryGrow())
        {
            return default;
        }

        return new ArraySegment<byte>(_bytes, _end, ReadBytes);
    }

    /// <summary>So many bytes were written into the room.</summary>
    protected void Filled(int bytes)
    {
        _end += bytes;
        _ = _turn.SpendBytes(Shard, bytes);
        if (_start == _end)
        {
            Clear();
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    // Without the shard's context: it is completed on the shard, and what follows runs there at once.
    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);

    private void Complete()
    {
        Shard shard = Shard;
        _isWaiting = false;
        _wait.SetResult(HasNews);
        if (ReferenceEquals(shard, Shard))
        {
            Keep(); // otherwise the reader has moved to another shard, and its bytes with it
        }
    }

    private ArraySegment<byte> Borrow()
    {
        _bytes = Shard.InputScratch;
        _start = _end = _examined = 0;
        return _bytes;
    }

    private bool TryGrow()
    {
        int bytes = InputBuffers.SizeFor(_end + ReadBytes);
        if (bytes > BytesMax || !Account.TryTake(bytes - _bytes.Length))
        {
            return false;
        }

        Grow(bytes);
        return true;
    }

    private void Grow(int bytes)
    {
        byte[] old = _bytes;
        byte[] larger = Shard.InputBuffers.Rent(bytes);
        Unread.CopyTo(larger);
        (_bytes, _start, _end, _examined) = (larger, 0, _end - _start, _examined - _start);
        Shard.InputBuffers.Return(old);
    }

    private void MoveToFront(int roomBytes)
    {
        if (_bytes.Length - _end < roomBytes && _start > 0)
        {
            Unread.CopyTo(_bytes);
            (_start, _end, _examined) = (0, _end - _start, _examined - _start);
        }
    }

    private void Clear()
    {
        if (_bytes.Length == 0)
        {
            return;
        }

        int paid = _isOwned ? _bytes.Length : ReadBytes;
        if (_isOwned)
        {
            Shard.InputBuffers.Return(_bytes);
        }

        _bytes = [];
        _start = _end = _examined = 0;
        _isOwned = false;
        Account.Return(paid);
    }
}
