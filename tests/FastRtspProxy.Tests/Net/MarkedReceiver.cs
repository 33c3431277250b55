using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Net;

/// <summary>A UDP socket that tells how the datagrams were marked that it got: TOS, by IP_RECVTOS (ip(7)).</summary>
internal sealed class MarkedReceiver : IDisposable
{
    private const int IpProtocol = 0;
    private const int ReceiveTypeOfService = 13;
    private const int DontWait = 0x40;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public MarkedReceiver()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.SetRawSocketOption(IpProtocol, ReceiveTypeOfService, BitConverter.GetBytes(1));
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>That of the next datagram.</summary>
    public async Task<int> ReadTosAsync()
    {
        int tos = -1;
        await Until.TrueAsync(() => (tos = TryReadTos()) >= 0);
        return tos;
    }

    public void Dispose() => _socket.Dispose();

    private unsafe int TryReadTos()
    {
        byte* data = stackalloc byte[2048];
        byte* control = stackalloc byte[64];
        IoVector vector = new() { Base = data, Bytes = 2048 };
        MessageHeader message = new() { Vectors = &vector, VectorCount = 1, Control = control, ControlBytes = 64 };
        if (ReceiveMessage((int)_socket.Handle, &message, DontWait) < 0)
        {
            return -1;
        }

        // One control message: its length, level, type, and one byte.
        return message.ControlBytes >= 17 ? control[16] : -1;
    }

    [DllImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static extern unsafe nint ReceiveMessage(int fd, MessageHeader* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct IoVector
    {
        public void* Base;
        public nuint Bytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct MessageHeader
    {
        public void* Name;
        public uint NameBytes;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlBytes;
        public int Flags;
    }
}
