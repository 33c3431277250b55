using System.Collections.Concurrent;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.TestPeers;

/// <summary>In the place of a camera's desk: keeps what the talkers say, each by the place of its back channel.</summary>
internal sealed class FakeTalkDesk : ITalkDesk
{
    private readonly ConcurrentQueue<(Talker Talker, byte[] Packet)> _heard = [];
    private int _left;

    /// <summary>What came, and of whom, in its order.</summary>
    public IReadOnlyList<(Talker Talker, byte[] Packet)> Heard => [.. _heard];

    /// <summary>How often a talker said that it sends no more.</summary>
    public int Left => Volatile.Read(ref _left);

    /// <summary>False: what comes is not kept, and nothing is allocated for it.</summary>
    public bool Keeps { get; set; } = true;

    public void Prefer(int section)
    {
        // There is no camera to prefer it at.
    }

    public void Send(Talker talker, ReadOnlySpan<byte> packet)
    {
        if (Keeps)
        {
            _heard.Enqueue((talker, packet.ToArray()));
        }
    }

    public void CountDropped(Talker talker)
    {
        // What is too much is the rate's test.
    }

    public void Leave(Talker talker) => Interlocked.Increment(ref _left);
}
