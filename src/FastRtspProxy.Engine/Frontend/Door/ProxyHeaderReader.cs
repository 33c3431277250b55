using System.Buffers;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.ProxyProtocol;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Reads a PROXY header from an accepted socket, and no byte that follows it. While nothing comes a zero-byte receive waits, without a buffer. What
/// has come is looked at first (MSG_PEEK): all of it is the header's as long as the header needs more, and is taken; of what completes the header as
/// much is taken as belongs to it. So each byte that wakes us is taken, however small the pieces are, and no wait finds the same bytes again.
/// Whoever closes the socket ends the reading.
/// </summary>
internal static class ProxyHeaderReader
{
#pragma warning disable RS0030 // within Outbound.RunAsync

    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="ObjectDisposedException">The socket was closed by us.</exception>
    public static Task<ProxyHeaderReading> ReadAsync(Socket socket) => Outbound.RunAsync(() => ReadOnPoolAsync(socket));

    private static async Task<ProxyHeaderReading> ReadOnPoolAsync(Socket socket)
    {
        socket.Blocking = false;
        byte[]? buffer = null;
        int heldBytes = 0;
        try
        {
            while (true)
            {
                _ = await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                buffer ??= ArrayPool<byte>.Shared.Rent(ProxyHeader.BytesMax);
                if (Step(socket, buffer, ref heldBytes) is { } reading)
                {
                    return reading;
                }
            }
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

#pragma warning restore RS0030

    /// <summary>Takes what has come of the header; null: more is to come.</summary>
    private static ProxyHeaderReading? Step(Socket socket, byte[] buffer, ref int heldBytes)
    {
        Span<byte> room = buffer.AsSpan(heldBytes, ProxyHeader.BytesMax - heldBytes);
        int seen = socket.Receive(room, SocketFlags.Peek, out SocketError error);
        if (error is SocketError.WouldBlock or SocketError.Interrupted)
        {
            return null;
        }

        if (error != SocketError.Success || seen == 0)
        {
            return new ProxyHeaderReading(heldBytes == 0 ? DoorRefusal.Silent : DoorRefusal.CutHeader, ProxyHeaderDefect.None, default);
        }

        ReadOnlySpan<byte> begin = buffer.AsSpan(0, heldBytes + seen);
        ParseStatus status = ProxyHeader.TryParse(begin, out ProxyHeader header, out int consumed, out ProxyHeaderDefect defect);
        if (status == ParseStatus.Malformed)
        {
            return new ProxyHeaderReading(defect == ProxyHeaderDefect.NoHeader ? DoorRefusal.NoHeader : DoorRefusal.BadHeader, defect, default);
        }

        int taken = status == ParseStatus.Complete ? consumed - heldBytes : seen;
        heldBytes += socket.Receive(room[..taken], SocketFlags.None);
        return status == ParseStatus.Complete ? new ProxyHeaderReading(DoorRefusal.None, defect, header) : null;
    }
}
