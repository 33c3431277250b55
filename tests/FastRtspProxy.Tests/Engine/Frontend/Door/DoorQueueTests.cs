using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Who waits in the door, who goes for whom, and that nobody is taken out twice.</summary>
public sealed class DoorQueueTests
{
    private static readonly Socket s_socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private readonly DoorQueue _queue = new();

    private static DoorVisitor NewVisitor() => new(s_socket, new IPEndPoint(IPAddress.Loopback, 1), isSecure: false);

    private DoorVisitor Add(long nowMicros, int max = 100)
    {
        DoorVisitor visitor = NewVisitor();
        Assert.True(_queue.TryAdd(visitor, nowMicros, max, out _));
        return visitor;
    }

    [Fact]
    public void TryAdd_WhenItIsFull_TheOldestGoes()
    {
        DoorVisitor first = Add(1);
        DoorVisitor second = Add(2);

        bool isIn = _queue.TryAdd(NewVisitor(), 3, 2, out DoorVisitor? oldest);

        Assert.True(isIn);
        Assert.Same(first, oldest);
        Assert.Equal(2, _queue.Count);
        Assert.False(_queue.TryTake(first));
        Assert.True(_queue.TryTake(second));
    }

    [Fact]
    public void TryTake_ASecondTime_IsFalse()
    {
        DoorVisitor visitor = Add(1);

        Assert.True(_queue.TryTake(visitor));
        Assert.False(_queue.TryTake(visitor));
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void TryTakeLate_OfThree_GivesThoseThatWaitedTooLongInTheirOrder()
    {
        DoorVisitor first = Add(10);
        DoorVisitor second = Add(20);
        DoorVisitor third = Add(30);

        Assert.True(_queue.TryTakeLate(20, out DoorVisitor? late));
        Assert.Same(first, late);
        Assert.True(_queue.TryTakeLate(20, out late));
        Assert.Same(second, late);
        Assert.False(_queue.TryTakeLate(20, out _));
        Assert.True(_queue.TryTake(third));
    }

    [Fact]
    public void Close_WithTwo_GivesBothAndTakesNobodyElse()
    {
        DoorVisitor first = Add(1);
        DoorVisitor second = Add(2);

        DoorVisitor[] all = _queue.Close();

        Assert.Equal([first, second], all);
        Assert.False(_queue.TryTake(first));
        Assert.False(_queue.TryAdd(NewVisitor(), 3, 10, out _));
        Assert.Empty(_queue.Close());
    }

    /// <summary>The reader that is done, the clock and a newcomer may want the same visitor at the same moment.</summary>
    [Fact]
    public void TryTake_ByManyAtOnce_OneGetsIt()
    {
        DoorVisitor[] visitors = [.. Enumerable.Range(0, 2000).Select(i => Add(i, max: 5000))];
        int taken = 0;

        Parallel.For(0, 4 * visitors.Length, i =>
        {
            bool isTaken = i % 2 == 0 ? _queue.TryTake(visitors[i / 4]) : _queue.TryTakeLate(long.MaxValue, out _);
            Interlocked.Add(ref taken, isTaken ? 1 : 0);
        });

        Assert.Equal((visitors.Length, 0), (taken, _queue.Count));
    }
}
