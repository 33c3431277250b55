using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// What goes out at a <see cref="ControlStream"/>, in the clear: to the kernel at once, and behind what is parked. On the stream's shard, while the
/// stream is open.
/// </summary>
internal class StreamOutput(ControlStream stream, StreamBacklog backlog)
{
    private const int Flags = LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal;

    /// <summary>Where it goes out.</summary>
    protected ControlStream Stream => stream;

    /// <summary>One send of a gathered list, while nothing is parked. Bytes taken, 0 when none are taken now; -1: broken.</summary>
    public virtual unsafe int TrySend(IoVector* vectors, int count)
    {
        MessageHeader header = new() { Vectors = vectors, VectorCount = count };
        return stream.NoteSend(Libc.SendMessage(stream.Descriptor, &header, Flags));
    }

    /// <inheritdoc cref="TrySend(IoVector*, int)"/>
    public virtual int TrySend(ReadOnlySpan<byte> bytes) => SendNow(bytes);

    /// <summary>Sends all of it, or parks it. False: broken, or too much waits already.</summary>
    public virtual bool SendAll(ReadOnlySpan<byte> bytes, bool isAnswer) => SendOrPark(bytes, isAnswer);

    /// <summary>The kernel takes nothing now: all of it waits. False: too much waits already.</summary>
    public virtual bool Park(ReadOnlySpan<byte> bytes) => backlog.TryAdd(bytes, isAnswer: false);

    /// <summary>Tells the peer that nothing follows, where there are words for that.</summary>
    public virtual void SayEnd()
    {
        // TCP's FIN says it.
    }

    /// <summary>No more is sent, and nothing is under way: what is held goes.</summary>
    public virtual void Release()
    {
        // Nothing is held.
    }

    /// <summary>Sends bytes as they are, and parks what is not taken.</summary>
    protected bool SendOrPark(ReadOnlySpan<byte> bytes, bool isAnswer)
    {
        if (!stream.IsParked)
        {
            int sent = SendNow(bytes);
            if (sent < 0)
            {
                return false;
            }

            bytes = bytes[sent..];
        }

        return bytes.Length == 0 || backlog.TryAdd(bytes, isAnswer);
    }

    private unsafe int SendNow(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            return stream.NoteSend(Libc.Send(stream.Descriptor, data, bytes.Length, Flags));
        }
    }
}
