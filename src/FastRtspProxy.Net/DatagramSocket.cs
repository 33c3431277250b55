using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// A UDP socket in a shard's own epoll, read with recvmmsg(2) until empty. A derived class says what a datagram means. It is used on its
/// shard only. Kernel drops are counted apart (SO_RXQ_OVFL), asynchronous errors come from the error queue (IP_RECVERR, ip(7)).
/// </summary>
internal abstract unsafe class DatagramSocket : PollTarget
{
    /// <summary>1 once the warning was given: it is about the machine, not about a socket.</summary>
    private static int s_saidSmallBuffer;

    /// <summary>
    /// An error about a datagram of ours is gone once it was read. When so many reads in a row fail without a datagram between them, the machine
    /// refuses to read.
    /// </summary>
    private const int FailuresAtOnceMax = 16;

    /// <summary>How long a socket rests that cannot be read: level-triggered, epoll would bring us back at once, for ever.</summary>
    private static readonly TimeSpan s_failedReadPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Errors read in one go: a flood of them must not keep the shard; level-triggered epoll brings us back to the rest.</summary>
    private const int ErrorsAtOnceMax = 256;

    /// <summary>Datagrams read in one go, and what is left of the last batch: half a millisecond. A camera's large key frame has some 300.</summary>
    private const int DatagramsAtOnceMax = 512;

    /// <summary>Bytes read in one go from a port for media: those of as many datagrams of Ethernet's size. Larger ones cost by the byte.</summary>
    private const int MediaBytesAtOnceMax = DatagramsAtOnceMax * 1500;

    /// <summary>The same from a port for reports, in which every few bytes may be a packet that is acted on.</summary>
    private const int ReportBytesAtOnceMax = 64 * 1024;

    private const int ErrorControlBytes = 256;
    private const int SendFlags = LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal;

    /// <summary>Enough of a datagram to know its RTP or RTCP header.</summary>
    private const int QuotedBytes = 64;

    private readonly Socket _socket;
    private readonly int _fd;
    private bool _closed;
    private bool _wantsWritable;

    /// <summary>Reads that failed since the last one that did not, and whether that was said.</summary>
    private int _failures;
    private bool _saidFailure;

    /// <summary>Takes a bound socket over.</summary>
    protected DatagramSocket(Shard shard, Socket socket, bool wantsJoinedDatagrams = false, bool isForReports = false)
    {
        Shard = shard;
        IsForReports = isForReports;
        _socket = socket;
        _fd = SocketSetup.Fd(socket);
        LocalPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        socket.Blocking = false;
        ReceiveBufferBytes = SocketSetup.AskReceiveBuffer(socket, SocketSetup.ReceiveBufferBytes);
        if (ReceiveBufferBytes < SocketSetup.ReceiveBufferBytes && Interlocked.Exchange(ref s_saidSmallBuffer, 1) == 0)
        {
            NetLog.SmallReceiveBuffer(shard.Log, ReceiveBufferBytes, SocketSetup.ReceiveBufferBytes);
        }

        _ = SocketSetup.TrySet(_fd, LinuxConstants.SolSocket, LinuxConstants.SoReceiveOverflow, 1);
        _ = SocketSetup.TrySet(_fd, LinuxConstants.IpProtocol, LinuxConstants.IpReceiveError, 1);
        _ = SocketSetup.TrySet(_fd, LinuxConstants.IpV6Protocol, LinuxConstants.IpV6ReceiveError, 1);
        if (wantsJoinedDatagrams)
        {
            _ = SocketSetup.TrySet(_fd, LinuxConstants.UdpProtocol, LinuxConstants.UdpGro, 1);
        }
    }

    /// <summary>Where it lives.</summary>
    public Shard Shard { get; }

    /// <summary>RTCP comes here, where every few bytes may be a packet that is acted on.</summary>
    protected bool IsForReports { get; }

    /// <summary>The bound port.</summary>
    public int LocalPort { get; }

    /// <summary>What the kernel gave, in bytes.</summary>
    public int ReceiveBufferBytes { get; }

    /// <summary>Datagrams that the kernel dropped for want of buffer.</summary>
    public long KernelDrops { get; private set; }

    /// <summary>The descriptor, for the fan-out's own calls.</summary>
    protected int Descriptor => _fd;

    /// <summary>The socket, for options (multicast).</summary>
    protected Socket Socket => _socket;

    /// <summary>True after <see cref="Close"/>.</summary>
    protected bool IsClosed => _closed;

    /// <summary>Begins to receive. On the shard.</summary>
    public void Start()
    {
        if (!Shard.Watch(_fd, EpollEvents.In, this))
        {
            throw new InvalidOperationException("epoll refused a UDP socket; out of kernel memory?");
        }
    }

    /// <summary>One datagram out. <see cref="SocketError.WouldBlock"/>: dropped, the buffer is full.</summary>
    /// <param name="bytes">What it holds.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="source">Which of our addresses it leaves from; empty: the kernel's choice.</param>
    public SocketError Send(ReadOnlySpan<byte> bytes, in PeerAddress to, in PeerAddress source = default)
    {
        if (_closed)
        {
            return SocketError.NotSocket;
        }

        PeerAddress address = to.ForKernel();
        fixed (byte* data = bytes)
        {
            // A pending error of an earlier datagram (IP_RECVERR) may come up here; the innocent one is sent again.
            for (int i = 0; ; i++)
            {
                nint sent = source.IsEmpty
                    ? Libc.SendTo(_fd, data, bytes.Length, SendFlags, (byte*)&address, PeerAddress.Bytes)
                    : SendFrom(source, data, bytes.Length, &address);
                if (sent >= 0)
                {
                    return SocketError.Success;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (i == 2 || (errno != LinuxConstants.ErrorInterrupted && !DrainErrors()))
                {
                    return SocketSetup.ErrorOf(errno);
                }
            }
        }
    }

    private nint SendFrom(in PeerAddress source, byte* data, int bytes, PeerAddress* to)
    {
        byte* control = stackalloc byte[SourceAddress.ControlBytes];
        new Span<byte>(control, SourceAddress.ControlBytes).Clear();
        IoVector vector = new() { Base = data, Length = bytes };
        MessageHeader header = new()
        {
            Name = (byte*)to,
            NameBytes = PeerAddress.Bytes,
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
            ControlBytes = SourceAddress.WriteControl(control, source),
        };
        return Libc.SendMessage(_fd, &header, SendFlags);
    }

    /// <summary>
    /// Packets of one size, the last may be shorter, to one peer in one call (UDP_SEGMENT, udp(7)); at most 64 and 65,000 bytes. False: nothing was
    /// sent, and <c>Marshal.GetLastPInvokeError</c> says why; they can still be sent one by one.
    /// </summary>
    protected bool TrySendBurst(IoVector* packets, int count, int packetBytes, in PeerAddress to)
    {
        PeerAddress address = to.ForKernel();
        byte* control = stackalloc byte[24]; // CMSG_SPACE(sizeof(uint16_t))
        ControlHeader* segment = (ControlHeader*)control;
        segment->Bytes = sizeof(ControlHeader) + sizeof(ushort);
        segment->Level = LinuxConstants.UdpProtocol;
        segment->Type = LinuxConstants.UdpSegment;
        *(ushort*)(control + sizeof(ControlHeader)) = (ushort)packetBytes;
        MessageHeader header = new()
        {
            Name = (byte*)&address,
            NameBytes = PeerAddress.Bytes,
            Vectors = packets,
            VectorCount = count,
            Control = control,
            ControlBytes = 24,
        };
        return !_closed && Libc.SendMessage(_fd, &header, SendFlags) >= 0;
    }

    /// <summary>Stops receiving and closes; idempotent. On the shard.</summary>
    public void Close()
    {
        if (!_closed)
        {
            _closed = true;
            Shard.Unwatch(_fd, this);
            _socket.Dispose();
        }
    }

    /// <summary>A datagram; the bytes are valid until the call returns.</summary>
    protected abstract void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from);

    /// <summary>All datagrams of this turn were given.</summary>
    protected virtual void OnBatchEnd()
    {
    }

    /// <summary>The host of a datagram that we sent earlier says that nobody listens on its port (<see cref="DatagramErrors"/>).</summary>
    /// <param name="port">Where the datagram went.</param>
    /// <param name="quoted">How the datagram began, as far as the answer quotes it; often nothing.</param>
    protected virtual void OnPortClosed(in PeerAddress port, ReadOnlySpan<byte> quoted)
    {
    }

    /// <summary>The socket takes datagrams again after <see cref="WaitWritable"/>.</summary>
    protected virtual void OnWritable()
    {
    }

    /// <summary>Asks for one <see cref="OnWritable"/>.</summary>
    protected void WaitWritable()
    {
        if (!_wantsWritable && !_closed)
        {
            _wantsWritable = true;
            Shard.Rewatch(_fd, EpollEvents.In | EpollEvents.Out, this);
        }
    }

    /// <inheritdoc/>
    protected internal override void OnReady(EpollEvents events)
    {
        if ((events & EpollEvents.Error) != 0)
        {
            DrainErrors();
        }

        if ((events & EpollEvents.Out) != 0 && _wantsWritable && !_closed)
        {
            _wantsWritable = false;
            Shard.Rewatch(_fd, EpollEvents.In, this);
            OnWritable();
        }

        if ((events & EpollEvents.In) != 0 && !_closed)
        {
            ReceiveAll();
        }
    }

    /// <summary>Reads the error queue, of a flood of errors the first of them; false when it was empty at once.</summary>
    protected bool DrainErrors()
    {
        bool any = false;
        byte* control = stackalloc byte[ErrorControlBytes];
        byte* data = stackalloc byte[QuotedBytes];
        for (int i = 0; i < ErrorsAtOnceMax && !_closed; i++)
        {
            PeerAddress name = default;
            IoVector vector = new() { Base = data, Length = QuotedBytes };
            MessageHeader header = new()
            {
                Name = (byte*)&name,
                NameBytes = PeerAddress.Bytes,
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlBytes = ErrorControlBytes,
            };
            nint quoted = Libc.ReceiveMessage(_fd, &header, LinuxConstants.MessageErrorQueue | LinuxConstants.MessageDontWait);
            if (quoted < 0)
            {
                break;
            }

            any = true;
            PeerAddress to = PeerAddress.FromKernel((byte*)&name);
            if (DatagramErrors.IsPortClosed(new ReadOnlySpan<byte>(control, (int)Math.Min(header.ControlBytes, ErrorControlBytes)), to))
            {
                OnPortClosed(to, new ReadOnlySpan<byte>(data, (int)Math.Min(quoted, QuotedBytes)));
            }
        }

        // The queue is empty, but an error may be pending in the socket itself; reading it clears it.
        int pending = SocketSetup.Get(_fd, LinuxConstants.SolSocket, LinuxConstants.SoError);
        return any || pending > 0;
    }

    private void ReceiveAll()
    {
        ReceiveBatch batch = Shard.ReceiveBatch;

        // Bounded, so that one flooded socket does not starve the others: level-triggered epoll brings us back. In datagrams, because the kernel may
        // hand over up to 64 of them as one (UDP_GRO); and in bytes, because one may be as large as forty.
        int datagrams = 0;
        int bytes = 0;
        int bytesAtOnceMax = IsForReports ? ReportBytesAtOnceMax : MediaBytesAtOnceMax;
        while (datagrams < DatagramsAtOnceMax && bytes < bytesAtOnceMax && !_closed)
        {
            int count = batch.Receive(_fd);
            if (count < 0)
            {
                OnReceiveFailed(SocketSetup.LastError());
                break;
            }

            _failures = 0;
            for (int i = 0; i < count && !_closed; i++)
            {
                bytes += batch.BytesView(i).Length;
                datagrams += Deliver(batch, i);
            }

            if (count < ReceiveBatch.Capacity)
            {
                break;
            }
        }

        if (!_closed)
        {
            OnBatchEnd();
        }
    }

    private void OnReceiveFailed(SocketError error)
    {
        if (DrainErrors() || ++_failures < FailuresAtOnceMax || _closed)
        {
            return;
        }

        if (!_saidFailure)
        {
            _saidFailure = true;
            NetLog.ReceiveFails(Shard.Log, LocalPort, error);
        }

        Shard.Rewatch(_fd, EpollEvents.None, this);
        Shard.CreateTimer(ReadAgain).Start(s_failedReadPause);
    }

    private void ReadAgain()
    {
        if (!_closed)
        {
            Shard.Rewatch(_fd, _wantsWritable ? EpollEvents.In | EpollEvents.Out : EpollEvents.In, this);
        }
    }

    /// <summary>Gives the datagrams of one message; how many they were.</summary>
    private int Deliver(ReceiveBatch batch, int index)
    {
        batch.ReadControl(index, out int segmentBytes, out long kernelDrops);
        if (kernelDrops >= 0)
        {
            KernelDrops = kernelDrops;
        }

        ReadOnlySpan<byte> data = batch.BytesView(index);
        PeerAddress from = batch.From(index);
        if (segmentBytes <= 0 || segmentBytes >= data.Length)
        {
            OnDatagram(data, from);
            return 1;
        }

        int count = 0;
        for (; data.Length > 0 && !_closed; count++)
        {
            int bytes = Math.Min(segmentBytes, data.Length);
            OnDatagram(data[..bytes], from);
            data = data[bytes..];
        }

        return count;
    }
}
