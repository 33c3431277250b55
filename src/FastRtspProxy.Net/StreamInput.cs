using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// What comes in at a <see cref="ControlStream"/>, by one pump: while its reader waits, a zero-byte receive waits too (<see cref="ReadableWait"/>;
/// nothing is held while the peer is silent); when there is something, the shard gives a turn; a turn makes one read, and the reader makes of it what
/// its <see cref="TurnBudget"/> allows. On the shard.
/// </summary>
internal class StreamInput : PeerInput
{
    /// <inheritdoc cref="PartSinceMicros"/>
    public const long Never = long.MaxValue;

    private readonly ReadableWait _readable;

    /// <summary>What the last read has brought; 0 before the first, and after one that brought nothing.</summary>
    private int _lastReadBytes;

    /// <summary>The last turn took bytes from the socket, for the reader or not.</summary>
    private bool _hasTaken;

    public StreamInput(ControlStream stream, Socket socket)
    {
        Stream = stream;
        _readable = new ReadableWait(this, stream, socket);
    }

    /// <summary>True while the kernel still has the zero-byte receive: the socket is not to be disposed.</summary>
    public bool IsArmed => _readable.IsUnderWay;

    /// <summary>The reader waits, and nothing but time stands between it and its next read: not the want of memory.</summary>
    public bool IsAboutToRead => IsWaiting && (IsArmed || IsQueued);

    /// <summary>
    /// Since when the reader waits for the rest of something of which it sees nothing before it is whole, on the shard's clock; <see cref="Never"/>:
    /// there is no such thing.
    /// </summary>
    public virtual long PartSinceMicros => Never;

    protected ControlStream Stream { get; }

    protected override Shard Shard => Stream.Shard;

    protected override InputAccount Account => Stream.Account;

    /// <summary>There was something at once: who has had something in this turn already comes behind the others.</summary>
    public void OnReadable()
    {
        if (_hasTaken)
        {
            Shard.QueueAgain(this);
        }
        else
        {
            Shard.QueueTurn(this);
        }
    }

    protected override void OnWanted()
    {
        if (_lastReadBytes == ReadBytes)
        {
            OnReadable(); // there is more, most likely
        }
        else
        {
            BeginToWait();
        }
    }

    protected sealed override void Read()
    {
        _lastReadBytes = 0;
        _hasTaken = false;
        if (Stream.IsClosed)
        {
            End();
            return;
        }

        if (!IsReady())
        {
            return;
        }

        ArraySegment<byte> room = TryMakeRoom();
        if (room.Count == 0)
        {
            // Without memory nothing is read, so the end of the stream would not be seen either: when the peer has ended, the connection is closed
            // instead of waiting for memory.
            if (Stream.PeerEnded.IsCompleted)
            {
                Stream.Close();
            }

            return;
        }

        int count = Receive(room, out int errno);
        _lastReadBytes = Math.Max(0, count);
        _hasTaken |= count > 0;
        Filled(_lastReadBytes);
        if (count > 0)
        {
            return;
        }

        if (errno is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted)
        {
            BeginToWait();
        }
        else
        {
            Stream.NoteError(errno);
            End(); // in order, or broken
        }
    }

    /// <summary>The reader wants bytes, and the last ones are used up: a turn follows when there are more, or the end.</summary>
    protected virtual void BeginToWait() => BeginToWaitForSocket();

    /// <summary>A turn follows when the socket has bytes, or its end.</summary>
    protected void BeginToWaitForSocket() => _readable.Begin();

    /// <summary>The socket has something. False: it gives the reader nothing yet, and another turn follows.</summary>
    protected virtual bool IsReady() => true;

    /// <summary>Takes what there is. 0: the end; -1: nothing, for this cause.</summary>
    protected virtual int Receive(ArraySegment<byte> room, out int errno) => Receive(Stream.Descriptor, room, out errno);

    /// <summary>The turn took bytes from the socket that are not for the reader.</summary>
    protected void NoteTaken() => _hasTaken = true;

    /// <summary>One non-blocking read of a socket.</summary>
    internal static unsafe int Receive(int descriptor, Span<byte> room, out int errno)
    {
        fixed (byte* data = room)
        {
            nint count = Libc.Receive(descriptor, data, room.Length, LinuxConstants.MessageDontWait);
            errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            return (int)count;
        }
    }
}
