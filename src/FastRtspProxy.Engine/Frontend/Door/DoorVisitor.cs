using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A connection in the door. Whoever takes it out of the <see cref="DoorQueue"/> owns its socket from then on: the reader of its header, the clock, a
/// newer visitor, or the stop.
/// </summary>
internal sealed class DoorVisitor(Socket socket, IPEndPoint peer, bool isSecure)
{
    public Socket Socket { get; } = socket;

    /// <summary>The socket's peer: of a relayed connection the balancer.</summary>
    public IPEndPoint Peer { get; } = peer;

    /// <inheritdoc cref="Arrival" path="/param[@name='IsSecure']"/>
    public bool IsSecure { get; } = isSecure;

    /// <summary>When it came. Written by the queue, under its lock.</summary>
    public long SinceMicros { get; internal set; }

    /// <summary>Its place in the queue; null before it came and after somebody took it out. Under the queue's lock.</summary>
    internal LinkedListNode<DoorVisitor>? Node { get; set; }
}
