using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// What comes in at a <see cref="ControlStream"/>, by one pump: while its reader waits, a zero-byte receive waits too (<see cref="ReadableWait"/>;
/// nothing is held while the peer is silent); when there is something, the shard gives a turn; a turn makes one read, and the reader makes of it what
/// its <see cref="TurnBudget"/> allows. On the shard.
/// </summary>
internal sealed class StreamInput : PeerInput
{
    private readonly ControlStream _stream;
    private readonly ReadableWait _readable;

    /// <summary>What the last read has brought; 0 before the first, and after one that brought nothing.</summary>
    private int _lastReadBytes;

    public StreamInput(ControlStream stream, Socket socket)
    {
        _stream = stream;
        _readable = new ReadableWait(this, stream, socket);
    }

    /// <summary>True while the kernel still has the zero-byte receive: the socket is not to be disposed.</summary>
    public bool IsArmed => _readable.IsUnderWay;

    /// <summary>The reader waits, and nothing but time stands between it and its next read: not the want of memory.</summary>
    public bool IsAboutToRead => IsWaiting && (IsArmed || IsQueued);

    protected override Shard Shard => _stream.Shard;

    protected override InputAccount Account => _stream.Account;

    /// <summary>There was something at once: who has had something in this turn already comes behind the others.</summary>
    public void OnReadable()
    {
        if (_lastReadBytes > 0)
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
            _readable.Begin();
        }
    }

    protected override void Read()
    {
        _lastReadBytes = 0;
        if (_stream.IsClosed)
        {
            End();
            return;
        }

        Span<byte> room = TryMakeRoom();
        if (room.IsEmpty)
        {
            // Without memory nothing is read, so the end of the stream would not be seen either: when the peer has ended, the connection is closed
            // instead of waiting for memory.
            if (_stream.PeerEnded.IsCompleted)
            {
                _stream.Close();
            }

            return;
        }

        int count = Receive(room, out int errno);
        _lastReadBytes = Math.Max(0, count);
        Filled(_lastReadBytes);
        if (count > 0)
        {
            return;
        }

        if (errno is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted)
        {
            _readable.Begin();
        }
        else
        {
            _stream.NoteError(errno);
            End(); // in order, or broken
        }
    }

    private unsafe int Receive(Span<byte> room, out int errno)
    {
        fixed (byte* data = room)
        {
            nint count = Libc.Receive(_stream.Descriptor, data, room.Length, LinuxConstants.MessageDontWait);
            errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            return (int)count;
        }
    }
}
