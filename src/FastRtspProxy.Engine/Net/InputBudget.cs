using System.Collections.Concurrent;

namespace FastRtspProxy.Engine.Net;

/// <summary>
/// What all peers together can make us hold on the control side: requests that are not whole yet or not handled yet, answers that they do not take, and what tunnels have decoded. When it is used up,
/// streams that nobody plays on are not read, and the one that holds most is closed. Any thread.
/// </summary>
internal sealed class InputBudget(long limitBytes)
{
    /// <summary>Whoever holds less is not worth closing, and not worth a place in the table: a request in hand and one read ahead.</summary>
    private const int LargeBytes = 4096;

    private readonly ConcurrentDictionary<HeldBytes, byte> _large = new();
    private long _heldBytes;

    /// <summary>1 while a stream is being closed for the budget's sake: one at a time, then the sum is looked at again.</summary>
    private int _closing;

    /// <summary>The most that may be held.</summary>
    public long LimitBytes => limitBytes;

    /// <summary>What is held now.</summary>
    public long HeldBytesNow => Volatile.Read(ref _heldBytes);

    /// <summary>True when only streams with somebody who plays are read.</summary>
    public bool IsFull => HeldBytesNow >= limitBytes;

    /// <summary>The stream that held most is about to be closed; what it held. On its shard.</summary>
    public Action<ControlStream, int>? Closing { get; set; }

    /// <summary>An eighth of the memory for media, 8 to 64 MiB.</summary>
    public static long LimitFor(long memoryBytes) => Math.Clamp(memoryBytes / 8, 8L << 20, 64L << 20);

    internal void OnChanged(HeldBytes holder, int before, int after)
    {
        long held = Interlocked.Add(ref _heldBytes, after - before);
        if (after >= LargeBytes && before < LargeBytes)
        {
            _large.TryAdd(holder, 0);
        }
        else if (after < LargeBytes && before >= LargeBytes)
        {
            _large.TryRemove(holder, out _);
        }

        if (after > before && held >= limitBytes)
        {
            CloseLargest();
        }
    }

    private void CloseLargest()
    {
        if (Interlocked.Exchange(ref _closing, 1) == 1)
        {
            return;
        }

        HeldBytes? largest = null;
        foreach ((HeldBytes holder, _) in _large)
        {
            if (largest is null || holder.Bytes > largest.Bytes)
            {
                largest = holder;
            }
        }

        if (largest is null)
        {
            Volatile.Write(ref _closing, 0);
            return;
        }

        ControlStream owner = largest.Owner;
        owner.Shard.Post(() =>
        {
            if (IsFull && !owner.IsClosed)
            {
                Closing?.Invoke(owner, largest.Bytes);
                owner.OnOverBudget();
            }

            largest.Set(0);
            Volatile.Write(ref _closing, 0);
        });
    }
}

/// <summary>What one stream, or one tunnel, holds of the budget. Set on the owner's shard; read by whoever looks for the largest.</summary>
internal sealed class HeldBytes(InputBudget budget, ControlStream owner)
{
    private int _bytes;

    /// <summary>Whose close gives the bytes back.</summary>
    public ControlStream Owner => owner;

    /// <summary>Any thread; a value of a moment ago is good enough to find the largest.</summary>
    public int Bytes => Volatile.Read(ref _bytes);

    /// <summary>Says how much is held now.</summary>
    public void Set(int bytes)
    {
        int before = _bytes;
        if (bytes != before)
        {
            Volatile.Write(ref _bytes, bytes);
            budget.OnChanged(this, before, bytes);
        }
    }
}
