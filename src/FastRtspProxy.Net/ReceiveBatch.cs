using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// A shard's scratch for recvmmsg(2): messages, names, control space and buffers that every datagram socket of the shard uses in turn.
/// 32 buffers of 64 KiB: a datagram (or what UDP_GRO joined) is never truncated; pages that no datagram reaches are never touched.
/// </summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    /// <summary>Datagrams a call.</summary>
    public const int Capacity = 32;

    /// <summary>The largest UDP payload, rounded up.</summary>
    public const int BufferBytes = 65_536;

    private const int ControlBytes = 64;

    private readonly byte* _buffers;
    private readonly byte* _controls;
    private readonly PeerAddress* _names;
    private readonly IoVector* _vectors;
    private readonly MultiMessage* _messages;
    private readonly bool _receivesMany;

    /// <summary>The first headers, which the kernel may have written to since they were made ready.</summary>
    private int _written = Capacity;

    /// <param name="receivesMany">False: recvmmsg is refused here.</param>
    public ReceiveBatch(bool receivesMany)
    {
        _receivesMany = receivesMany;
        _buffers = (byte*)NativeMemory.Alloc(Capacity * (nuint)BufferBytes);
        _controls = (byte*)NativeMemory.AllocZeroed(Capacity * (nuint)ControlBytes);
        _names = (PeerAddress*)NativeMemory.AllocZeroed(Capacity * (nuint)sizeof(PeerAddress));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(Capacity * (nuint)sizeof(IoVector));
        _messages = (MultiMessage*)NativeMemory.AllocZeroed(Capacity * (nuint)sizeof(MultiMessage));
        for (int i = 0; i < Capacity; i++)
        {
            _vectors[i] = new IoVector { Base = _buffers + ((nint)i * BufferBytes), Length = BufferBytes };
            _messages[i].Header.Vectors = _vectors + i;
            _messages[i].Header.VectorCount = 1;
            _messages[i].Header.Name = (byte*)(_names + i);
            _messages[i].Header.Control = _controls + (i * ControlBytes);
        }
    }

    /// <summary>
    /// One recvmmsg, or recvmsg until empty; how many datagrams came, 0 when there are none, -1 on an error (which is then reset in the socket).
    /// </summary>
    public int Receive(int fd)
    {
        for (int i = 0; i < _written; i++)
        {
            _messages[i].Header.NameBytes = (uint)sizeof(PeerAddress);
            _messages[i].Header.ControlBytes = ControlBytes;
            _messages[i].Header.Flags = 0;
        }

        int count = _receivesMany ? Libc.ReceiveMany(fd, _messages, Capacity, LinuxConstants.MessageDontWait, null) : ReceiveOneByOne(fd);
        if (count >= 0)
        {
            _written = Math.Min(Capacity, count + 1); // the one that it stopped at included
            return count;
        }

        _written = Capacity;
        return Marshal.GetLastPInvokeError() is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted ? 0 : -1;
    }

    /// <summary>As recvmmsg(2): an error behind the first datagram comes up with the next call.</summary>
    private int ReceiveOneByOne(int fd)
    {
        for (int i = 0; i < Capacity; i++)
        {
            nint bytes = Libc.ReceiveMessage(fd, &_messages[i].Header, LinuxConstants.MessageDontWait);
            if (bytes < 0)
            {
                return i > 0 ? i : -1;
            }

            _messages[i].Bytes = (uint)bytes;
        }

        return Capacity;
    }

    /// <summary>A datagram's bytes; valid until the next <see cref="Receive"/>.</summary>
    public ReadOnlySpan<byte> BytesView(int index) => new(_buffers + ((nint)index * BufferBytes), (int)_messages[index].Bytes);

    /// <summary>Who sent it.</summary>
    public PeerAddress From(int index) => PeerAddress.FromKernel((byte*)(_names + index));

    /// <summary>
    /// Reads a datagram's control messages: the size of the datagrams that UDP_GRO joined (0: not joined) and the socket's count of drops
    /// (SO_RXQ_OVFL; -1: not said).
    /// </summary>
    public void ReadControl(int index, out int segmentBytes, out long kernelDrops)
    {
        segmentBytes = 0;
        kernelDrops = -1;
        byte* at = _messages[index].Header.Control;
        byte* end = at + _messages[index].Header.ControlBytes;
        while (at + sizeof(ControlHeader) <= end)
        {
            ControlHeader* header = (ControlHeader*)at;
            if (header->Bytes < sizeof(ControlHeader))
            {
                return;
            }

            byte* data = at + sizeof(ControlHeader);
            if (header->Level == LinuxConstants.UdpProtocol && header->Type == LinuxConstants.UdpGro)
            {
                segmentBytes = *(int*)data;
            }
            else if (header->Level == LinuxConstants.SolSocket && header->Type == LinuxConstants.SoReceiveOverflow)
            {
                kernelDrops = *(uint*)data;
            }

            at += (header->Bytes + 7) & ~(nint)7; // CMSG_ALIGN
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_controls);
        NativeMemory.Free(_names);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }
}
