using System.Buffers;
using System.Diagnostics;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Puts UDP packets back into order. In order costs one compare; only behind a gap are packets copied and kept, at most <see cref="Capacity"/> and
/// for at most the owner's time limit. Late and repeated packets are dropped and counted.
/// </summary>
internal sealed class ReorderWindow
{
    /// <summary>64 packets: at 20 Mbit/s about 35 ms of a camera.</summary>
    public const int Capacity = 64;

    /// <summary>RFC 3550 A.1: MAX_DROPOUT; a larger step is a new start, not a loss.</summary>
    public const int Dropout = 3000;

    /// <summary>RFC 3550 A.1: MAX_MISORDER; further back is a new start, once two packets agree on it.</summary>
    public const int Misorder = 100;

    /// <summary>Two packets agree on a new start when their numbers are no further apart.</summary>
    private const int RestartMax = 16;

    /// <summary>By sequence number modulo <see cref="Capacity"/>: rented copies of the packets that wait; null: none there.</summary>
    private readonly byte[]?[] _slots = new byte[Capacity][];

    /// <summary>Of the packet in the slot, and when it came; of no meaning without one.</summary>
    private readonly int[] _lengths = new int[Capacity];
    private readonly long[] _sinceMicros = new long[Capacity];

    /// <summary>A packet came since the last reset: <see cref="_expected"/> is the number after the last one that was passed or given up.</summary>
    private bool _started;
    private ushort _expected;

    /// <summary>Numbers from <see cref="_expected"/> on whose packets have come and are not passed on: nobody waits for them.</summary>
    private LeftOutNumbers _leftOut;

    /// <summary>Slots that hold a packet. Their numbers are ahead of <see cref="_expected"/> by less than <see cref="Capacity"/>.</summary>
    private int _held;

    /// <summary>The highest number that came to wait since none did; of no meaning while none waits.</summary>
    private ushort _highestHeld;

    /// <summary>
    /// The number of a packet that would begin the sender's numbers anew, and its copy; -1: none, and the copy is of no meaning.
    /// </summary>
    private int _candidate = -1;
    private byte[]? _candidateMemory;
    private int _candidateLength;

    /// <summary>Packets that wait behind a gap.</summary>
    public int Held => _held;

    /// <summary>
    /// When the first of the packets that wait now came, in the owner's clock. The wait for the gap in front of them is measured from here, not from
    /// an earlier gap that was closed or given up.
    /// </summary>
    public long HeldSinceMicros
    {
        get
        {
            long first = long.MaxValue;
            for (int i = 0; i < Capacity; i++)
            {
                first = _slots[i] is null ? first : Math.Min(first, _sinceMicros[i]);
            }

            return first;
        }
    }

    /// <summary>Packets that came again.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Packets that came after they were given up.</summary>
    public long Late { get; private set; }

    /// <summary>Packets that came behind a later one, and in time.</summary>
    public long Reordered { get; private set; }

    /// <summary>Packets that never came, or came late.</summary>
    public long Missing { get; private set; }

    /// <summary>What to do with the packet at hand.</summary>
    public ReorderAction Offer(ushort sequenceNumber, ReadOnlySpan<byte> packet, long nowMicros)
    {
        if (sequenceNumber == _expected && _held == 0 && _started && _leftOut.IsEmpty)
        {
            _expected++;
            _candidate = -1;
            return ReorderAction.Pass;
        }

        return OfferSlow(sequenceNumber, packet, nowMicros);
    }

    /// <summary>The next kept packet that is in order now; false: none. The memory is the caller's until it calls <see cref="Return"/>.</summary>
    public bool TryTake(out byte[] memory, out int length)
    {
        if (_held > 0)
        {
            SkipLeftOut(_highestHeld);
        }

        int slot = _expected % Capacity;
        if (_held == 0 || _slots[slot] is not { } found)
        {
            memory = [];
            length = 0;
            return false;
        }

        memory = found;
        length = _lengths[slot];
        _slots[slot] = null;
        _held--;
        Advance();
        return true;
    }

    /// <summary>
    /// A packet of the stream came that is not passed on: its number is not missing. What waits may be in order now (<see cref="TryTake"/>).
    /// </summary>
    public void LeaveOut(ushort sequenceNumber)
    {
        if (!_started)
        {
            return;
        }

        int ahead = (short)(sequenceNumber - _expected);
        if (ahead >= Capacity && _held == 0)
        {
            SkipLeftOut(sequenceNumber);
            ahead = (short)(sequenceNumber - _expected);
        }

        _leftOut.Note(ahead);
    }

    /// <summary>Gives the memory of <see cref="TryTake"/> back.</summary>
    public static void Return(byte[] memory) => ArrayPool<byte>.Shared.Return(memory);

    /// <summary>Gives up waiting: the window moves to the first kept packet.</summary>
    public void SkipGap()
    {
        ushort from = _expected;
        while (_held > 0 && _slots[_expected % Capacity] is null)
        {
            Debug.Assert((ushort)(_expected - from) < Capacity, "A packet that is held is within the window.");
            Missing += _leftOut.HasNext ? 0 : 1;
            Advance();
        }
    }

    /// <summary>Gives up waiting for all that is missing before a packet that is too far ahead for the window, in which nothing is kept.</summary>
    public void SkipTo(ushort sequenceNumber)
    {
        Debug.Assert(_held == 0, "What is held goes first.");
        int numbers = (ushort)(sequenceNumber - _expected);
        Missing += numbers - _leftOut.Among(numbers);
        _leftOut.Advance(numbers);
        _expected = sequenceNumber;
    }

    /// <summary>Forgets everything, and expects this number first.</summary>
    public void StartAt(ushort sequenceNumber)
    {
        Reset();
        _started = true;
        _expected = sequenceNumber;
    }

    /// <summary>
    /// After <see cref="ReorderAction.Restart"/>: the packet that was the first to say that the sender began anew. The memory is the caller's until
    /// it calls <see cref="Return"/>.
    /// </summary>
    public bool TryTakeCandidate(out byte[] memory, out int length)
    {
        memory = _candidateMemory ?? [];
        length = _candidateLength;
        bool found = _candidateMemory is not null;
        _candidateMemory = null;
        return found;
    }

    /// <summary>Forgets everything; the next packet starts anew.</summary>
    public void Reset()
    {
        for (int i = 0; i < Capacity; i++)
        {
            if (_slots[i] is { } memory)
            {
                ArrayPool<byte>.Shared.Return(memory);
                _slots[i] = null;
            }
        }

        if (_candidateMemory is { } candidate)
        {
            ArrayPool<byte>.Shared.Return(candidate);
            _candidateMemory = null;
        }

        _held = 0;
        _started = false;
        _candidate = -1;
        _leftOut = default;
    }

    private void Advance()
    {
        _leftOut.Advance(1);
        _expected++;
    }

    /// <summary>Moves past numbers that nobody waits for, at the most to that one, or to a packet that is held.</summary>
    private void SkipLeftOut(ushort limit)
    {
        while (_leftOut.HasNext && _expected != limit && _slots[_expected % Capacity] is null)
        {
            Advance();
        }
    }

    private ReorderAction OfferSlow(ushort sequenceNumber, ReadOnlySpan<byte> packet, long nowMicros)
    {
        if (!_started)
        {
            _started = true;
            _expected = (ushort)(sequenceNumber + 1);
            return ReorderAction.Pass;
        }

        int ahead = (short)(sequenceNumber - _expected);
        if (ahead < 0 && ahead >= -Misorder)
        {
            Late++;
            return ReorderAction.Drop;
        }

        if (ahead < 0 || ahead >= Dropout)
        {
            return OfferFarAway(sequenceNumber, packet);
        }

        _candidate = -1;
        if (ahead > 0 && !_leftOut.IsEmpty)
        {
            SkipLeftOut(sequenceNumber);
            ahead = (short)(sequenceNumber - _expected);
        }

        if (ahead == 0)
        {
            Advance();
            Reordered += _held > 0 ? 1 : 0;
            return ReorderAction.PassAndTake;
        }

        return ahead < Capacity ? Hold(sequenceNumber, packet, nowMicros) : ReorderAction.MakeRoom;
    }

    /// <summary>
    /// RFC 3550 A.1: two packets that agree make a new start, and neither is lost; one alone is a stray. One of the two may have overtaken the other.
    /// </summary>
    private ReorderAction OfferFarAway(ushort sequenceNumber, ReadOnlySpan<byte> packet)
    {
        if (_candidate >= 0 && (short)(sequenceNumber - _candidate) is >= -RestartMax and <= RestartMax and not 0)
        {
            return ReorderAction.Restart;
        }

        if (_candidateMemory is { } old)
        {
            ArrayPool<byte>.Shared.Return(old);
        }

        _candidate = sequenceNumber;
        _candidateMemory = ArrayPool<byte>.Shared.Rent(packet.Length);
        _candidateLength = packet.Length;
        packet.CopyTo(_candidateMemory);
        return ReorderAction.Drop;
    }

    private ReorderAction Hold(ushort sequenceNumber, ReadOnlySpan<byte> packet, long nowMicros)
    {
        int slot = sequenceNumber % Capacity;
        if (_slots[slot] is not null)
        {
            Duplicates++;
            return ReorderAction.Drop;
        }

        bool isBehind = _held > 0 && (short)(sequenceNumber - _highestHeld) < 0;
        Reordered += isBehind ? 1 : 0;
        _highestHeld = isBehind ? _highestHeld : sequenceNumber;
        byte[] memory = ArrayPool<byte>.Shared.Rent(packet.Length);
        packet.CopyTo(memory);
        _slots[slot] = memory;
        _lengths[slot] = packet.Length;
        _sinceMicros[slot] = nowMicros;
        _held++;
        return ReorderAction.Held;
    }
}
