using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.TestPeers;

/// <summary>Media of the camera, over UDP or interleaved, as the SETUP asked.</summary>
public sealed partial class ScriptedCamera
{
    private readonly ConcurrentQueue<(byte Channel, byte[] Payload)> _frames = new();
    private readonly TrackPath?[] _paths = new TrackPath?[8];

    /// <summary>The interleaved frames that came from the other side.</summary>
    public IReadOnlyCollection<(byte Channel, byte[] Payload)> Frames => [.. _frames];

    /// <summary>The datagrams that came to the RTP or RTCP port of a track.</summary>
    public IReadOnlyCollection<byte[]> Datagrams(int track, bool rtcp) => _paths[track] is { } path ? [.. rtcp ? path.RtcpReceived : path.RtpReceived] : [];

    /// <summary>Sends one RTP packet: version 2, the payload behind a fixed header.</summary>
    public void SendRtp(int track, byte payloadType, ushort sequenceNumber, uint timestamp, uint ssrc, bool marker, ReadOnlySpan<byte> payload) =>
        SendRtp(track, RtpBytes(payloadType, sequenceNumber, timestamp, ssrc, marker, payload));

    /// <summary>Sends bytes on the RTP way of a track.</summary>
    public void SendRtp(int track, byte[] packet) => Send(track, packet, rtcp: false);

    /// <summary>Sends bytes on the RTCP way of a track.</summary>
    public void SendRtcp(int track, byte[] packet) => Send(track, packet, rtcp: true);

    /// <summary>An RTP packet.</summary>
    public static byte[] RtpBytes(byte payloadType, ushort sequenceNumber, uint timestamp, uint ssrc, bool marker, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[12 + payload.Length];
        packet[0] = 0x80;
        packet[1] = (byte)(payloadType | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        payload.CopyTo(packet.AsSpan(12));
        return packet;
    }

    /// <summary>An RTCP sender report without blocks, followed by an SDES with a CNAME.</summary>
    public static byte[] SenderReportBytes(uint ssrc, ulong ntp, uint rtpTime)
    {
        byte[] packet = new byte[28 + 16];
        packet[0] = 0x80;
        packet[1] = 200;
        packet[3] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(8), ntp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), rtpTime);
        Span<byte> sdes = packet.AsSpan(28);
        sdes[0] = 0x81;
        sdes[1] = 202;
        sdes[3] = 3;
        BinaryPrimitives.WriteUInt32BigEndian(sdes[4..], ssrc);
        sdes[8] = 1;
        sdes[9] = 4;
        "cam1"u8.CopyTo(sdes[10..]);
        return packet;
    }

    /// <summary>An empty RR followed by a BYE.</summary>
    public static byte[] ByeBytes(uint ssrc)
    {
        byte[] packet = [0x80, 201, 0, 1, 0, 0, 0, 0, 0x81, 203, 0, 1, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), ssrc);
        return packet;
    }

    /// <summary>An interleaved frame.</summary>
    public static byte[] FrameBytes(byte channel, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[4 + payload.Length];
        frame[0] = (byte)'$';
        frame[1] = channel;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        payload.CopyTo(frame.AsSpan(4));
        return frame;
    }

    private void Send(int track, byte[] packet, bool rtcp)
    {
        if (_paths[track] is not { } path)
        {
            throw new InvalidOperationException($"Track {track} was not set up.");
        }

        if (path.RtpSocket is null)
        {
            SendRaw(FrameBytes((byte)(path.First + (rtcp ? 1 : 0)), packet));
        }
        else
        {
            Socket socket = rtcp ? path.RtcpSocket! : path.RtpSocket;
            socket.SendTo(packet, new IPEndPoint(IPAddress.Loopback, path.First + (rtcp ? 1 : 0)));
        }
    }

    private string Interleave(int track, string asked)
    {
        _paths[track]?.Close();
        int first = Number(asked, "interleaved=");
        _paths[track] = new TrackPath(first, null, null);
        return asked;
    }

    private string OpenPorts(int track, string asked)
    {
        _paths[track]?.Close();
        int first = Number(asked, "client_port=");
        Socket rtp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Socket rtcp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        rtp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        rtcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        TrackPath path = new(first, rtp, rtcp);
        _paths[track] = path;
        path.Start();
        return $"{asked};server_port={((IPEndPoint)rtp.LocalEndPoint!).Port}-{((IPEndPoint)rtcp.LocalEndPoint!).Port}";
    }

    private void CloseMedia()
    {
        foreach (TrackPath? path in _paths)
        {
            path?.Close();
        }
    }

    private static int Number(string text, string name)
    {
        int at = text.IndexOf(name, StringComparison.Ordinal) + name.Length;
        int end = at;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return int.Parse(text.AsSpan(at, end - at), CultureInfo.InvariantCulture);
    }

    /// <summary>How one track's packets go: to the client's first port from these sockets, or on the first channel.</summary>
    private sealed class TrackPath(int first, Socket? rtpSocket, Socket? rtcpSocket)
    {
        public int First => first;

        public Socket? RtpSocket => rtpSocket;

        public Socket? RtcpSocket => rtcpSocket;

        public ConcurrentQueue<byte[]> RtpReceived { get; } = new();

        public ConcurrentQueue<byte[]> RtcpReceived { get; } = new();

        public void Start()
        {
            _ = ReceiveAsync(rtpSocket!, RtpReceived);
            _ = ReceiveAsync(rtcpSocket!, RtcpReceived);
        }

        public void Close()
        {
            rtpSocket?.Dispose();
            rtcpSocket?.Dispose();
        }

        private static async Task ReceiveAsync(Socket socket, ConcurrentQueue<byte[]> received)
        {
            byte[] buffer = new byte[2048];
            try
            {
                while (true)
                {
                    SocketReceiveFromResult result = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    received.Enqueue(buffer.AsSpan(0, result.ReceivedBytes).ToArray());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Closed.
            }
        }
    }
}
