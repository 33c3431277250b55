using System.Buffers.Binary;
using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Talk;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// A client's back channel: a tone, 20 ms a packet, from PLAY on. The tone goes by its samples: after a pause of this machine what was due is sent at
/// once, as far as half a second; the rest is left out, and the numbers have no gap.
/// </summary>
internal sealed class LoadTalker
{
    private const int PacketSamples = 160;
    private const int PacketMicros = 20_000;
    private const int DuePacketsMax = 25;
    private const int Amplitude = 8000;

    private readonly LoadClient _client;
    private readonly LoadConnection _connection;
    private readonly BackChannel _codec;
    private readonly int _hertz;
    private readonly ShardTimer _timer;
    private readonly uint _ssrc = (uint)Random.Shared.NextInt64();

    /// <summary>Over UDP, the two ports; -1: none.</summary>
    private int _rtpFd = -1;
    private int _rtcpFd = -1;

    /// <summary>Where RTP goes over UDP; null: over TCP, on <see cref="_channel"/>.</summary>
    private SocketAddress? _to;
    private byte _channel;
    private long _sent;
    private long _nextMicros;

    public LoadTalker(LoadClient client, LoadConnection connection, BackChannel codec, int hertz)
    {
        _client = client;
        _connection = connection;
        _codec = codec;
        _hertz = hertz;
        _timer = client.Home.Shard.CreateTimer(SendDue);
    }

    /// <summary>What its SETUP asks for; null: the client has failed.</summary>
    public TransportSpec? Offer()
    {
        Close(); // a SETUP that is sent again, after a challenge
        if (_client.Transport != ClientTransport.Udp)
        {
            _channel = (byte)(2 * _client.Legs.Length);
            return new TransportSpec { Tcp = true, Interleaved = new ChannelPair(_channel, (byte)(_channel + 1)) };
        }

        if (!_client.Home.Ports.TryOpenPair(_client.OwnAddress, _client.Target.Address.Address, out _rtpFd, out _rtcpFd, out int port, out int error))
        {
            _client.Fail("UDP ports: " + ErrorWords.Of(-error));
            return null;
        }

        return new TransportSpec { ClientPort = new PortPair(port, port + 1) };
    }

    /// <summary>The answer to its SETUP.</summary>
    public void Take(TransportSpec answer)
    {
        _channel = answer.Interleaved?.Rtp ?? _channel;
        _to = answer.ServerPort is { } ports ? new IPEndPoint(_client.Target.Address.Address, ports.Rtp).Serialize() : null;
    }

    /// <summary>PLAY was answered.</summary>
    public void Start()
    {
        _nextMicros = _client.Home.Shard.NowMicros;
        SendDue();
    }

    public void Close()
    {
        _timer.Stop();
        if (_rtpFd >= 0)
        {
            _ = Libc.Close(_rtpFd);
            _ = Libc.Close(_rtcpFd);
            _rtpFd = _rtcpFd = -1;
        }
    }

    private void SendDue()
    {
        long now = _client.Home.Shard.NowMicros;
        _nextMicros = Math.Max(_nextMicros, now - (DuePacketsMax * PacketMicros));
        while (_nextMicros <= now && _client.State < ClientState.Leaving)
        {
            _nextMicros += PacketMicros;
            SendOne();
        }

        if (_client.State < ClientState.Leaving)
        {
            _timer.Start(TimeSpan.FromMicroseconds(PacketMicros));
        }
    }

    private void SendOne()
    {
        Span<byte> frame = stackalloc byte[InterleavedFrame.HeaderBytes + RtpPacketView.FixedHeaderBytes + PacketSamples];
        Span<byte> packet = frame[InterleavedFrame.HeaderBytes..];
        packet[0] = 0x80;
        packet[1] = (byte)(_codec.PayloadType | (_sent == 0 ? 0x80 : 0));
        RtpPatch.SetSequenceNumber(packet, (ushort)_sent);
        RtpPatch.SetTimestamp(packet, (uint)(_sent * PacketSamples));
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], _ssrc);
        for (int i = 0; i < PacketSamples; i++)
        {
            double cycles = (double)_hertz * ((_sent * PacketSamples) + i) / G711.SampleRate;
            packet[RtpPacketView.FixedHeaderBytes + i] = _codec.Encode((int)(Amplitude * Math.Sin(2 * Math.PI * cycles)));
        }

        _sent++;
        if (_to is not null)
        {
            _ = RawSocket.SendTo(_rtpFd, packet, _to);
            return;
        }

        InterleavedFrame.Write(frame, _channel, packet.Length);
        int taken = _connection.Send(frame);
        if (taken != frame.Length && taken != -LinuxConstants.ErrorAgain)
        {
            _client.Fail("the server does not take what is sent to its back channel");
        }
    }
}
