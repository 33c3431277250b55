using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Simulator.Receive;

/// <summary>
/// One UDP socket of one client, or of all that listen to a group: a descriptor, and its place in the shard's epoll. The receive buffer keeps the
/// kernel's default, as a player's does.
/// </summary>
internal sealed class UdpReceiver(Shard shard, IMediaTaker track, bool isRtcp, int fd) : PollTarget
{
    private const int RoundsATurn = 4;

    private int _fd = fd;
    private bool _watched;

    /// <summary>The descriptor; -1 after closing.</summary>
    public int Fd => _fd;

    /// <summary>Begins to receive; false when the kernel refuses to watch one more.</summary>
    public bool Start(bool joinDatagrams)
    {
        _ = SocketSetup.TrySet(_fd, LinuxConstants.SolSocket, LinuxConstants.SoReceiveOverflow, 1);
        if (joinDatagrams)
        {
            _ = SocketSetup.TrySet(_fd, LinuxConstants.UdpProtocol, LinuxConstants.UdpGro, 1);
        }

        _watched = shard.Watch(_fd, EpollEvents.In, this);
        return _watched;
    }

    /// <summary>Stops reading but keeps the socket: what a player does that hangs.</summary>
    public void Pause()
    {
        if (_watched)
        {
            _watched = false;
            shard.Unwatch(_fd, this);
        }
    }

    /// <summary>Reads what has queued, while paused.</summary>
    public void ReadNow()
    {
        if (_fd >= 0)
        {
            OnReady(EpollEvents.In);
        }
    }

    public void Close()
    {
        if (_fd >= 0)
        {
            Pause();
            _ = Libc.Close(_fd);
            _fd = -1;
        }
    }

    /// <inheritdoc/>
    protected internal override void OnReady(EpollEvents events)
    {
        ReceiveBatch batch = shard.ReceiveBatch;
        for (int round = 0; round < RoundsATurn && _fd >= 0; round++)
        {
            int count = batch.Receive(_fd);
            if (count <= 0)
            {
                // A pending error (an ICMP answer to one of our reports) is cleared by reading it, or the socket stays ready for ever.
                if (count < 0)
                {
                    _ = RawSocket.TakeError(_fd);
                }

                return;
            }

            Deliver(batch, count);
            if (count < ReceiveBatch.Capacity)
            {
                return;
            }
        }
    }

    private void Deliver(ReceiveBatch batch, int count)
    {
        shard.RefreshNow();
        long nowMicros = shard.NowMicros;
        if (isRtcp)
        {
            for (int i = 0; i < count; i++)
            {
                track.TakeRtcp(batch.BytesView(i), nowMicros);
            }

            return;
        }

        long nowUnixMicros = UnixClock.NowMicros();
        for (int i = 0; i < count; i++)
        {
            batch.ReadControl(i, out int segmentBytes, out long kernelDrops);
            if (kernelDrops >= 0)
            {
                track.SetKernelDrops(kernelDrops);
            }

            ReadOnlySpan<byte> data = batch.BytesView(i);
            while (segmentBytes > 0 && data.Length > segmentBytes)
            {
                track.TakeRtp(data[..segmentBytes], nowMicros, nowUnixMicros);
                data = data[segmentBytes..];
            }

            track.TakeRtp(data, nowMicros, nowUnixMicros);
        }
    }
}
