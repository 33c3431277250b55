using System.Collections.Concurrent;

namespace FastRtspProxy.Net;

/// <summary>
/// The process's one budget for what clients make it hold: requests that are not whole yet, those that wait for their turn or are being handled,
/// answers that are not taken, tunnels. Within it everybody has what it needs; when it is used up, connections without a playing session are not read
/// any more, and those that hold most are closed until there is room again, viewers last. Any thread.
/// </summary>
internal sealed class InputBudget(long limitBytes)
{
    private const long LimitBytesMin = 8L << 20;
    private const long LimitBytesMax = 64L << 20;

    // Accounts that hold something for longer than a turn. Whoever holds nothing is not in here, so a good client's requests never touch it.
    private readonly ConcurrentDictionary<InputAccount, byte> _holders = new();

    // Accounts whose connection is not read for want of memory, in the order in which they came.
    private readonly ConcurrentQueue<InputAccount> _waiting = new();

    private long _heldBytes;

    // Bytes among those held whose connections were told to close: they come back without anybody else having to go.
    private long _leavingBytes;

    /// <summary>An eighth of the process's budget: 8 MiB, enough for a hundred bodies of the largest size, to 64 MiB.</summary>
    public static long LimitFor(long memoryBytes) => Math.Clamp(memoryBytes / 8, LimitBytesMin, LimitBytesMax);

    /// <summary>No limit: for streams that nobody else shares a process with.</summary>
    public static InputBudget Unlimited { get; } = new(long.MaxValue);

    /// <summary>The most that is held, but for an answer or two.</summary>
    public long LimitBytes => limitBytes;

    /// <summary>What is held now.</summary>
    public long HeldBytesNow => Interlocked.Read(ref _heldBytes);

    /// <summary>Three quarters are used. Any thread.</summary>
    public bool IsShort => HeldBytesNow > limitBytes - (limitBytes / 4);

    /// <summary>
    /// Takes memory if there is some; else whoever holds most has to go, and the caller waits for <see cref="IInputHolder.OnMemory"/>.
    /// </summary>
    internal bool TryTake(InputAccount account, int bytes)
    {
        if (Interlocked.Add(ref _heldBytes, bytes) <= limitBytes)
        {
            return true;
        }

        Interlocked.Add(ref _heldBytes, -bytes);
        MakeRoom(bytes);
        if (account.TryBeginWaiting())
        {
            _waiting.Enqueue(account);

            // Pairs with the addition in Return: either its look at the queue sees the account, or we see what it gave back. Store then load, so it
            // takes a full fence (`lock or` on x64, `dmb ish` on arm64): the queue publishes the account by a release store (STLR), which does not
            // keep a later load of the budget back (LDAPR), and nobody else would wake the account before the next Return.
            Interlocked.MemoryBarrier();
            if (HeldBytesNow + bytes <= limitBytes)
            {
                WakeOne();
            }
        }

        return false;
    }

    /// <summary>
    /// Takes memory in any case: for what cannot wait, an answer or a playing viewer's word. Over the limit those who hold most go.
    /// </summary>
    internal void Take(int bytes)
    {
        if (Interlocked.Add(ref _heldBytes, bytes) > limitBytes)
        {
            MakeRoom(0);
        }
    }

    /// <summary>Gives memory back.</summary>
    internal void Return(long bytes)
    {
        long held = Interlocked.Add(ref _heldBytes, -bytes);

        // Pairs with the barrier in TryTake: what is given back is out before we look at the queue. Store then load again; the addition is a full
        // fence on every processor (`lock xadd` on x64; LDADDAL on arm64, or a loop that ends with `dmb ish`).
        for (long room = limitBytes - held; room > 0 && WakeOne(); room -= PeerInput.ReadBytes)
        {
        }
    }

    internal void Enlist(InputAccount account) => _holders.TryAdd(account, 0);

    internal void Strike(InputAccount account) => _holders.TryRemove(account, out _);

    /// <summary>A connection that was told to go has gone, or said that it holds so much less.</summary>
    internal void OnLeft(long bytes) => Interlocked.Add(ref _leavingBytes, -bytes);

    private bool WakeOne()
    {
        while (_waiting.TryDequeue(out InputAccount? account))
        {
            if (account.EndWaiting())
            {
                return true;
            }
        }

        return false;
    }

    private void MakeRoom(int bytes)
    {
        while (HeldBytesNow + bytes - Interlocked.Read(ref _leavingBytes) > limitBytes && Largest() is { } largest)
        {
            long held = largest.BeginLeaving();
            if (held > 0)
            {
                Interlocked.Add(ref _leavingBytes, held);
                largest.Evict();
            }
        }
    }

    /// <summary>Whoever holds most among those that were never played; among the others only when nobody else holds anything.</summary>
    private InputAccount? Largest()
    {
        InputAccount? largest = null;
        long bytes = 0;
        foreach ((InputAccount holder, _) in _holders)
        {
            long held = holder.HeldBytes;
            if (!holder.IsLeaving && held > 0 && (largest is null || (holder.IsUsed == largest.IsUsed ? held > bytes : !holder.IsUsed)))
            {
                largest = holder;
                bytes = held;
            }
        }

        return largest;
    }
}
