using System.Diagnostics;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Packets of a mount's talkers on one shard, on their way to the mount's shard: one writer, one reader, a fixed number of places. Allocates once.
/// </summary>
/// <param name="desk">Who takes them.</param>
/// <param name="home">The reader's shard.</param>
internal sealed class TalkQueue(TalkDesk desk, Shard home) : ShardWork
{
    /// <summary>640 ms of packets of 20 ms: longer than any turn of a shard.</summary>
    public const int Places = 32;

    /// <summary>47 KiB for a mount and a shard with somebody who talks.</summary>
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Places * TalkLeg.PacketBytesMax);
    private readonly int[] _lengths = new int[Places];
    private readonly Talker?[] _talkers = new Talker?[Places];

    /// <summary>Written by the talkers' shard, behind the packet; pairs with the read in <see cref="Run"/>.</summary>
    private long _head;

    /// <summary>Written by the mount's shard, when the packet was taken; pairs with the read in <see cref="TryAdd"/>.</summary>
    private long _tail;

    /// <summary>Packets that found no place, or came too fast. The talkers' shard writes it, any thread reads it.</summary>
    private long _dropped;

    /// <inheritdoc cref="_dropped"/>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>On the talkers' shard.</summary>
    public void CountDropped() => Volatile.Write(ref _dropped, _dropped + 1);

    /// <summary>Copies a packet; one that is too long for a camera, or finds no place, is counted. On the talkers' shard.</summary>
    public void Add(Talker talker, ReadOnlySpan<byte> packet)
    {
        Debug.Assert(talker.Shard.IsCurrent, "One shard writes a queue.");
        long head = _head;
        if (packet.Length > TalkLeg.PacketBytesMax || head - Volatile.Read(ref _tail) == Places)
        {
            CountDropped();
            return;
        }

        int place = (int)(head % Places);
        packet.CopyTo(_bytes.AsSpan(place * TalkLeg.PacketBytesMax));
        _lengths[place] = packet.Length;
        _talkers[place] = talker;
        Volatile.Write(ref _head, head + 1);
        home.Post(this);
    }

    /// <inheritdoc/>
    protected internal override void Run()
    {
        long head = Volatile.Read(ref _head);
        while (_tail < head)
        {
            int place = (int)(_tail % Places);
            Talker talker = _talkers[place]!;
            _talkers[place] = null;
            try
            {
                desk.Take(talker, _bytes.AsSpan(place * TalkLeg.PacketBytesMax, _lengths[place]));
            }
            finally
            {
                Volatile.Write(ref _tail, _tail + 1); // a fault of one packet is not the next one's
            }
        }
    }
}
