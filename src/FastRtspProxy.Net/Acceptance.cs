using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>Takes connections from a listening socket, one at a time, without waiting in a thread.</summary>
internal abstract class Acceptance(Socket listening) : IDisposable
{
    /// <summary>The socket that listens.</summary>
    public Socket Listening { get; } = listening;

    /// <summary>How the last attempt ended.</summary>
    public abstract SocketError Error { get; }

    /// <summary>Once, before the first attempt.</summary>
    /// <param name="accepted">Takes what this brings, on the socket engine's thread.</param>
    public virtual void Start(Action<Socket> accepted)
    {
    }

    /// <summary>
    /// Begins an attempt. True: what the constructor was given is called at its end, on the socket engine's thread; false: it has ended already.
    /// </summary>
    public abstract bool Begin();

    /// <summary>The connection that the last attempt has brought, once; null: none.</summary>
    public abstract Socket? Take();

    /// <summary>Behind <see cref="Dispose"/>, when an attempt has ended: nobody is there for what it has brought.</summary>
    public abstract void Leave();

    /// <summary>No attempt is begun any more, and one that is under way ends, now or soon.</summary>
    public abstract void Dispose();
}
