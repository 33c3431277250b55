using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>Who gets what clients send to a shard's server ports. Called on the shard.</summary>
internal interface IUdpMediaSink
{
    /// <summary>A datagram to the RTCP port.</summary>
    void OnRtcp(ReadOnlySpan<byte> data, in PeerAddress from);

    /// <summary>A datagram to the RTP port: NAT punches, mostly.</summary>
    void OnRtp(ReadOnlySpan<byte> data, in PeerAddress from);

    /// <summary>
    /// The host says that nobody listens on a port that we sent RTP to. The SSRC is that of the packet that it quotes; null: it quotes too little.
    /// </summary>
    void OnRtpPortClosed(in PeerAddress port, uint? ssrc);

    /// <inheritdoc cref="OnRtpPortClosed"/>
    void OnRtcpPortClosed(in PeerAddress port, uint? ssrc);
}

/// <summary>
/// A shard's UDP server pair (RTP even, RTCP the next): every UDP client of the shard is served from it. The fan-out hands over vectors of messages
/// (sendmmsg(2)), each with as many packets of one size as fit (UDP_SEGMENT, udp(7)).
/// </summary>
internal sealed unsafe class UdpMediaSockets
{
    /// <summary>
    /// What the kernel may hold for us on a real network device before it says EAGAIN: a key frame of 100 KB for 80 clients.
    /// </summary>
    private const int SendBufferBytes = 8 * 1024 * 1024;

    /// <summary>1 once the warning was given: it is about the machine, not about a socket.</summary>
    private static int s_saidNoSegmentation;

    private readonly Port _rtp;
    private readonly Port _rtcp;

    private UdpMediaSockets(Shard shard, Socket rtp, Socket rtcp)
    {
        _rtp = new Port(this, shard, rtp, isRtcp: false);
        _rtcp = new Port(this, shard, rtcp, isRtcp: true);
        HasSegmentation = SocketSetup.TrySet(_rtp.Fd, LinuxConstants.UdpProtocol, LinuxConstants.UdpSegment, 0);
        if (!HasSegmentation && Interlocked.Exchange(ref s_saidNoSegmentation, 1) == 0)
        {
            const string Consequence = "each packet to each viewer over UDP is sent on its own, which costs processor time";
            NetLog.CallRefused(shard.Log, "setsockopt(UDP_SEGMENT)", Marshal.GetLastPInvokeError(), Consequence);
        }

        _ = SocketSetup.AskSendBuffer(rtp, SendBufferBytes);
        Send = KernelCalls.SendManyRefusal == 0 ? _rtp.SendMany : _rtp.SendOneByOne;
        SendReports = KernelCalls.SendManyRefusal == 0 ? _rtcp.SendMany : _rtcp.SendOneByOne;
    }

    /// <summary>
    /// Sends messages from the RTP socket: how many went, or -1 with the errno left in <c>Marshal.GetLastPInvokeError</c>. Tests put their own in its
    /// place to force errors.
    /// </summary>
    public delegate int SendManyCall(MultiMessage* messages, int count);

    /// <summary>The RTP port of `server_port`; RTCP is the next.</summary>
    public int RtpPort => _rtp.LocalPort;

    /// <summary>False where the kernel has no UDP_SEGMENT, or after a test switched it off.</summary>
    public bool HasSegmentation { get; set; }

    /// <inheritdoc cref="SendManyCall"/>
    public SendManyCall Send { get; set; }

    /// <summary>The same from the RTCP socket.</summary>
    public SendManyCall SendReports { get; set; }

    /// <summary>Whoever handles what comes in.</summary>
    public IUdpMediaSink? Sink { get; set; }

    /// <summary>Called once after <see cref="WaitWritable"/>, when the RTP socket takes datagrams again.</summary>
    public Action? Writable { get; set; }

    /// <summary>
    /// Binds a pair for a shard, whose packets are of that class (<see cref="SocketSetup.SetTrafficClass"/>); null when the range is used up.
    /// </summary>
    public static UdpMediaSockets? TryCreate(Shard shard, IPAddress? bind, PortRange range, int? dscp = null)
    {
        if (!UdpPorts.TryBindPair(bind, range, out Socket? rtp, out Socket? rtcp))
        {
            return null;
        }

        SocketSetup.SetTrafficClass(rtp, dscp);
        SocketSetup.SetTrafficClass(rtcp, dscp);
        return new UdpMediaSockets(shard, rtp, rtcp);
    }

    /// <summary>What it sends to groups goes that way. False: the kernel refuses.</summary>
    public bool TryPrepare(MulticastWay way) => way.TryPrepare(_rtp.Fd) && way.TryPrepare(_rtcp.Fd);

    /// <summary>Begins to receive. On the shard.</summary>
    public void Start()
    {
        _rtp.Start();
        _rtcp.Start();
    }

    /// <summary>One packet from the RTP port, and from one of our addresses.</summary>
    public SocketError SendRtp(ReadOnlySpan<byte> packet, in PeerAddress to, in PeerAddress source) => _rtp.Send(packet, to, source);

    /// <summary>One packet from the RTCP port, and from one of our addresses.</summary>
    public SocketError SendRtcp(ReadOnlySpan<byte> packet, in PeerAddress to, in PeerAddress source) => _rtcp.Send(packet, to, source);

    /// <summary>Asks for one call of <see cref="Writable"/>.</summary>
    public void WaitWritable() => _rtp.Wait();

    /// <summary>Reads the error queue of the RTP socket; false when there was nothing.</summary>
    public bool DrainErrors() => _rtp.Drain();

    /// <summary>The same of the RTCP socket.</summary>
    public bool DrainReportErrors() => _rtcp.Drain();

    /// <summary>On the shard.</summary>
    public void Close()
    {
        _rtp.Close();
        _rtcp.Close();
    }

    private sealed class Port(UdpMediaSockets owner, Shard shard, Socket socket, bool isRtcp) : DatagramSocket(shard, socket, isForReports: isRtcp)
    {
        private const int Flags = LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal;

        /// <summary>More are forgotten: a port that stays closed is reported again.</summary>
        private const int ClosedPortsAtOnceMax = 1024;

        /// <summary>What the sink has not been told yet; as long as it is not empty, <see cref="TellClosedPorts"/> is in the shard's inbox.</summary>
        private List<(PeerAddress Port, uint? Ssrc)> _closedPorts = [];

        /// <summary>What the sink is being told; empty but for that. Errors that come up meanwhile go to the other list.</summary>
        private List<(PeerAddress Port, uint? Ssrc)> _telling = [];

        public int Fd => Descriptor;

        public int SendMany(MultiMessage* messages, int count) => Libc.SendMany(Descriptor, messages, (uint)count, Flags);

        /// <summary>As <see cref="SendMany"/> where sendmmsg is refused: an error behind the first message comes up with the next call.</summary>
        public int SendOneByOne(MultiMessage* messages, int count)
        {
            for (int i = 0; i < count; i++)
            {
                if (Libc.SendMessage(Descriptor, &messages[i].Header, Flags) < 0)
                {
                    return i > 0 ? i : -1;
                }
            }

            return count;
        }

        public void Wait() => WaitWritable();

        public bool Drain() => DrainErrors();

        protected override void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from)
        {
            if (IsForReports)
            {
                owner.Sink?.OnRtcp(data, from);
            }
            else
            {
                owner.Sink?.OnRtp(data, from);
            }
        }

        protected override void OnPortClosed(in PeerAddress port, ReadOnlySpan<byte> quoted)
        {
            // The SSRC stands at 8 in RTP and at 4 in RTCP (RFC 3550, 5.1 and 6.4.1). Hosts may quote the UDP header alone.
            int at = IsForReports ? 4 : 8;
            bool isQuoted = quoted.Length >= at + sizeof(uint);
            if ((isQuoted && quoted[0] >> 6 != 2) || _closedPorts.Count >= ClosedPortsAtOnceMax)
            {
                return;
            }

            // Not here and now: the fan-out may be in the middle of a pass over its clients.
            _closedPorts.Add((port, isQuoted ? BinaryPrimitives.ReadUInt32BigEndian(quoted[at..]) : null));
            if (_closedPorts.Count == 1)
            {
                Shard.Post(TellClosedPorts);
            }
        }

        protected override void OnWritable() => owner.Writable?.Invoke();

        private void TellClosedPorts()
        {
            (_closedPorts, _telling) = (_telling, _closedPorts);
            try
            {
                foreach ((PeerAddress port, uint? ssrc) in _telling)
                {
                    if (IsForReports)
                    {
                        owner.Sink?.OnRtcpPortClosed(port, ssrc);
                    }
                    else
                    {
                        owner.Sink?.OnRtpPortClosed(port, ssrc);
                    }
                }
            }
            finally
            {
                _telling.Clear();
            }
        }
    }
}
