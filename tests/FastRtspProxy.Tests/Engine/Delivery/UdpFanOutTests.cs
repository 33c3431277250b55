using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

[Collection(nameof(Allocations))]
public sealed class UdpFanOutTests : IDisposable
{
    private readonly FanOutFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void OnEndOfTurn_APassThrows_KeepsNoSlabFromThePool()
    {
        using FanOutFixture fixture = new();
        fixture.AddUdp();
        fixture.OnShard(() =>
        {
            fixture.Table.Media = null;
            fixture.AppendFrame(0, 8, 3600);
            fixture.Ring.Publish();
        });
        fixture.OnShard(static () => { }); // the pass, after the one before, is over
        fixture.OnShard(() =>
        {
            fixture.Table.Media = fixture.Media;
            fixture.Ring.Clear();
        });

        Assert.Equal(0, fixture.Pool.RentedBytes);
    }

    [Fact]
    public void OnEndOfTurn_TheTableIsDisposedInTheSameTurn_ItsFreedPlansAreLeftAlone()
    {
        using FanOutFixture fixture = new();
        fixture.AddUdp();
        fixture.AddTcp([0]);
        fixture.OnShard(() =>
        {
            fixture.AppendFrame(0, 8, 3600);
            fixture.Ring.Publish();
        });
        fixture.OnShard(static () => { }); // both are in step
        fixture.OnShard(() =>
        {
            fixture.AppendFrame(0, 8, 7200);
            fixture.Ring.Publish();
            _ = fixture.Table.UdpPlan.Build(default, 0, 0, segmentation: true); // none of a plan's runs is from before
            fixture.Table.Dispose();
        });
        fixture.OnShard(static () => { }); // the pass, after the one before, is over

        Assert.Equal(0, fixture.Table.UdpPlan.RunCount);
    }

    [Fact]
    public void Publish_FramesOfManyPackets_EveryClientGetsEveryPacketInOrder()
    {
        List<Socket> sockets = [];
        for (int i = 0; i < 10; i++)
        {
            sockets.Add(_fixture.AddUdp().Socket);
        }

        int messages = CountMessages();
        Publish(frames: 5, packets: 100);
        Assert.All(sockets, s => Assert.Equal(Enumerable.Range(0, 500), FanOutFixture.Receive(s, 500)));

        // 100 packets of 1200 bytes are two messages a client (54 segments fit 65,000 bytes), not 100.
        Assert.True(_messages - messages <= 5 * 2 * 10, $"{_messages} messages");
    }

    [Fact]
    public void Publish_NoSegmentationInTheKernel_PlainDatagrams()
    {
        _fixture.OnShard(() => _fixture.Media.HasSegmentation = false);
        Socket a = _fixture.AddUdp().Socket;
        Socket b = _fixture.AddUdp().Socket;
        Publish(frames: 3, packets: 9);
        Assert.Equal(Enumerable.Range(0, 27), FanOutFixture.Receive(a, 27));
        Assert.Equal(Enumerable.Range(0, 27), FanOutFixture.Receive(b, 27));
    }

    [Theory]
    [InlineData(LinuxConstants.ErrorMessageSize)]
    [InlineData(LinuxConstants.ErrorIo)]
    [InlineData(LinuxConstants.ErrorInvalid)]
    public unsafe void Publish_OneDestinationRefusesSegments_OnlyThatOneGetsPlainDatagrams(int errno)
    {
        (UdpViewer good, Socket goodSocket) = _fixture.AddUdp();
        (UdpViewer bad, Socket badSocket) = _fixture.AddUdp();
        int badPort = ((IPEndPoint)badSocket.LocalEndPoint!).Port;
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                if (messages[i].Header.VectorCount > 1 && PeerAddress.FromKernel(messages[i].Header.Name).Port == badPort)
                {
                    if (i > 0)
                    {
                        return real(messages, i);
                    }

                    Marshal.SetLastPInvokeError(errno);
                    return -1;
                }
            }

            return real(messages, count);
        });

        Publish(frames: 4, packets: 6);
        Assert.Equal(Enumerable.Range(0, 24), FanOutFixture.Receive(goodSocket, 24));
        Assert.Equal(Enumerable.Range(0, 24), FanOutFixture.Receive(badSocket, 24));
        Assert.True(bad.IsPlain);
        Assert.False(good.IsPlain);
        Assert.Equal(24, _fixture.OnShard(() => _fixture.FanOut.PacketsSent(bad)));
        Assert.Equal(24, _fixture.OnShard(() => _fixture.FanOut.PacketsSent(good)));
    }

    [Theory]
    [InlineData(LinuxConstants.ErrorAgain)]
    [InlineData(LinuxConstants.ErrorNoBuffers)]
    public unsafe void Publish_SocketFullInTheMiddleOfAVector_GoesOnFromThereWhenWritable(int errno)
    {
        List<(UdpViewer Viewer, Socket Socket)> clients = [];
        for (int i = 0; i < 20; i++)
        {
            clients.Add(_fixture.AddUdp());
        }

        int calls = 0;
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            if (++calls % 2 == 0)
            {
                Marshal.SetLastPInvokeError(errno);
                return -1;
            }

            return real(messages, Math.Min(count, 7));
        });

        Publish(frames: 6, packets: 5);
        Assert.All(clients, c => Assert.Equal(Enumerable.Range(0, 30), FanOutFixture.Receive(c.Socket, 30)));
        Assert.All(clients, c => Assert.True(FanOutFixture.IsSilent(c.Socket)));
        Assert.True(calls > 12);
    }

    [Fact]
    public unsafe void Remove_WhileSuspended_TheOthersMissNothingAndGetNothingTwice()
    {
        List<(UdpViewer Viewer, Socket Socket)> clients = [];
        for (int i = 0; i < 9; i++)
        {
            clients.Add(_fixture.AddUdp());
        }

        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        bool isFull = false;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            if (isFull)
            {
                Marshal.SetLastPInvokeError(LinuxConstants.ErrorAgain);
                return -1;
            }

            isFull = true;
            return real(messages, 4);
        });
        _fixture.OnShard(() =>
        {
            _fixture.AppendFrame(0, 3, 1000);
            _fixture.Ring.Publish();
            _fixture.FanOut.OnEndOfTurn();       // four of nine served, then full
            _fixture.FanOut.Remove(clients[1].Viewer); // one that was served
            _fixture.FanOut.Remove(clients[6].Viewer); // one that was not
            _fixture.Media.Send = real;
        });
        _fixture.OnShard(() =>
        {
            _fixture.AppendFrame(0, 1, 2000);
            _fixture.Ring.Publish();
        });

        foreach (int i in new[] { 0, 2, 3, 4, 5, 7, 8 })
        {
            Assert.Equal([0, 1, 2, 3], FanOutFixture.Receive(clients[i].Socket, 4));
            Assert.True(FanOutFixture.IsSilent(clients[i].Socket));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public unsafe void Publish_WhatWasDropped_VideoGoesOnAtARandomAccessPointAndIsCounted(bool isLapped)
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, UdpBacklogMax = TimeSpan.FromMilliseconds(20) }, keepBytes: 256 << 10);
        (UdpViewer viewer, Socket socket) = fixture.AddUdp(tracks: 2);
        void PublishPicture(uint timestamp, EntryFlags flags = EntryFlags.None)
        {
            fixture.AppendFrame(0, 5, timestamp, flags);
            fixture.AppendFrame(1, 1, timestamp);
            fixture.Ring.Publish();
        }

        fixture.OnShard(() => PublishPicture(1000, EntryFlags.RandomAccess));
        Assert.Equal(Enumerable.Range(0, 6), FanOutFixture.Receive(socket, 6));
        if (isLapped)
        {
            fixture.OnShard(() =>
            {
                for (uint i = 0; i < 200; i++)
                {
                    PublishPicture(2000 + i); // more than the ring keeps, in one turn
                }
            });
        }
        else
        {
            UdpMediaSockets.SendManyCall real = fixture.Media.Send;
            fixture.OnShard(() =>
            {
                fixture.Media.Send = static (_, _) =>
                {
                    Marshal.SetLastPInvokeError(LinuxConstants.ErrorAgain);
                    return -1;
                };
                PublishPicture(2000);
            });
            Assert.True(SpinWait.SpinUntil(() => fixture.OnShard(() => fixture.FanOut.PacketsDropped(viewer)) > 0, 60_000));
            fixture.OnShard(() => fixture.Media.Send = real);
        }

        fixture.OnShard(() => PublishPicture(3000));
        fixture.OnShard(() => PublishPicture(4000, EntryFlags.RandomAccess));
        fixture.OnShard(() => PublishPicture(5000));

        List<byte[]> packets = [];
        byte[] buffer = new byte[65_536];
        while (packets.Count(p => p[12] == 0) < 10)
        {
            int bytes = socket.Receive(buffer);
            packets.Add(buffer[..bytes]);
        }

        Assert.Equal([4000u, 5000u], packets.Where(p => p[12] == 0).Select(p => BinaryPrimitives.ReadUInt32BigEndian(p.AsSpan(4))).Distinct());
        Assert.Contains(packets, p => p[12] == 1 && BinaryPrimitives.ReadUInt32BigEndian(p.AsSpan(4)) == 3000); // sound goes on
        int last = BinaryPrimitives.ReadUInt16BigEndian(packets[^1].AsSpan(2));
        Assert.InRange(fixture.OnShard(() => fixture.FanOut.PacketsDropped(viewer)), last - 6 - packets.Count, last + 2 - 6 - packets.Count);
    }

    /// <summary>The crowd lost packets and waits for a key frame; one that joins meanwhile has lost nothing.</summary>
    [Fact]
    public unsafe void Add_JoinerWhileTheCrowdWaitsForAKeyFrame_ItsVideoGoesOn()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, UdpBacklogMax = TimeSpan.FromMilliseconds(20) });
        (UdpViewer old, Socket oldSocket) = fixture.AddUdp();
        void Picture(uint timestamp, EntryFlags flags = EntryFlags.None) => fixture.OnShard(() =>
        {
            fixture.AppendFrame(0, 5, timestamp, flags);
            fixture.Ring.Publish();
        });

        Picture(1000, EntryFlags.RandomAccess);
        FanOutFixture.Receive(oldSocket, 5);
        UdpMediaSockets.SendManyCall real = fixture.Media.Send;
        fixture.OnShard(() => fixture.Media.Send = static (_, _) =>
        {
            Marshal.SetLastPInvokeError(LinuxConstants.ErrorAgain);
            return -1;
        });
        Picture(2000);
        Assert.True(SpinWait.SpinUntil(() => fixture.OnShard(() => fixture.FanOut.PacketsDropped(old)) > 0, 60_000));
        fixture.OnShard(() => fixture.Media.Send = real);
        Picture(3000);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        UdpViewer joiner = fixture.NewViewer((IPEndPoint)socket.LocalEndPoint!);
        joiner.JoinSequence = 0;
        joiner.CatchUp = new CatchUp(fixture.Ring.Head, 0, null, long.MaxValue, null, 0);
        fixture.OnShard(() => fixture.FanOut.Add(joiner));
        Picture(4000);
        Picture(5000, EntryFlags.RandomAccess);
        Picture(6000);

        Assert.Equal(Enumerable.Range(0, 30), FanOutFixture.Receive(socket, 30));
        Assert.Equal(Enumerable.Range(20, 10), FanOutFixture.Receive(oldSocket, 10));
        Assert.Equal(0, fixture.OnShard(() => fixture.FanOut.PacketsDropped(joiner)));
    }

    [Fact]
    public void Publish_DeadClientBetweenTwo_TheOthersGetEverythingAndTheSinkIsTold()
    {
        RecordingSink sink = new();
        _fixture.OnShard(() => _fixture.Media.Sink = sink);
        Socket first = _fixture.AddUdp().Socket;
        Socket dead = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        dead.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        IPEndPoint gone = (IPEndPoint)dead.LocalEndPoint!;
        _fixture.OnShard(() => _fixture.FanOut.Add(_fixture.NewViewer(gone)));
        dead.Dispose();
        Socket last = _fixture.AddUdp().Socket;

        for (int i = 0; i < 20; i++)
        {
            Publish(frames: 1, packets: 4);
        }

        Assert.Equal(Enumerable.Range(0, 80), FanOutFixture.Receive(first, 80));
        Assert.Equal(Enumerable.Range(0, 80), FanOutFixture.Receive(last, 80));
        Assert.True(SpinWait.SpinUntil(() => !sink.Unreachable.IsEmpty, 60_000));
        Assert.Equal(gone, sink.Unreachable.First());
    }

    [Theory]
    [InlineData(9_000)]
    [InlineData(60_000)]
    public void Publish_PacketsAboveThePathsLimit_StillArrive(int packetBytes)
    {
        Socket socket = _fixture.AddUdp().Socket;
        _fixture.OnShard(() =>
        {
            _fixture.AppendFrame(0, 5, 90, packetBytes: packetBytes);
            _fixture.Ring.Publish();
        });
        Assert.Equal(Enumerable.Range(0, 5), FanOutFixture.Receive(socket, 5));
    }

    [Fact]
    public void Remove_ViewerWithoutAllTracks_TheOthersKeepTheirs()
    {
        Socket both = _fixture.AddUdp(tracks: 2).Socket;
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        PeerAddress address = PeerAddress.From((IPEndPoint)other.LocalEndPoint!);
        UdpViewer videoOnly = new(2) { JoinSequence = _fixture.Ring.Head };
        videoOnly.SetTrack(0, address, address);
        _fixture.OnShard(() => _fixture.FanOut.Add(videoOnly));
        Publish(frames: 1, packets: 1);
        Assert.Equal([0], FanOutFixture.Receive(both, 1));

        Assert.True(_fixture.OnShard(() => _fixture.FanOut.Remove(videoOnly)));
        _fixture.OnShard(() =>
        {
            _fixture.AppendFrame(1, 1, 90);
            _fixture.Ring.Publish();
        });
        Assert.Equal([1], FanOutFixture.Receive(both, 1));
    }

    [Fact]
    public void Remove_ViewerOfAnEarlierDescription_LeavesOnlyItsOwnTracks()
    {
        (UdpViewer old, _) = _fixture.AddUdp(tracks: 1);
        Socket both = _fixture.AddUdp(tracks: 2).Socket;
        Publish(frames: 1, packets: 1);
        Assert.Equal([0], FanOutFixture.Receive(both, 1));
        Assert.True(_fixture.OnShard(() => _fixture.FanOut.Remove(old)));
        Publish(frames: 1, packets: 1);
        Assert.Equal([1], FanOutFixture.Receive(both, 1));
    }

    [Fact]
    public void Publish_IPv4AndIPv6Clients_BothAreServedFromOneSocket()
    {
        Socket four = _fixture.AddUdp().Socket;
        Socket six = _fixture.AddUdp(family: AddressFamily.InterNetworkV6).Socket;
        Publish(frames: 2, packets: 8);
        Assert.Equal(Enumerable.Range(0, 16), FanOutFixture.Receive(four, 16));
        Assert.Equal(Enumerable.Range(0, 16), FanOutFixture.Receive(six, 16));
    }

    [Fact]
    public void Add_JoinSequenceBehindTheFront_GetsWhatItMissedFirst()
    {
        Socket early = _fixture.AddUdp().Socket;
        Publish(frames: 1, packets: 3);
        long join = _fixture.Ring.Head;
        Publish(frames: 3, packets: 3);
        Assert.Equal(12, FanOutFixture.Receive(early, 12).Count);

        Socket late = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000 };
        late.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        UdpViewer viewer = _fixture.NewViewer((IPEndPoint)late.LocalEndPoint!);
        viewer.JoinSequence = join;
        _fixture.OnShard(() => _fixture.FanOut.Add(viewer));
        Publish(frames: 1, packets: 3);
        Assert.Equal(Enumerable.Range(3, 12), FanOutFixture.Receive(late, 12));
        late.Dispose();
    }

    [Fact]
    public void Remove_PlayingClient_NothingFollows()
    {
        (UdpViewer viewer, Socket socket) = _fixture.AddUdp();
        Publish(frames: 1, packets: 2);
        Assert.Equal(2, FanOutFixture.Receive(socket, 2).Count);
        Assert.True(_fixture.OnShard(() => _fixture.FanOut.Remove(viewer)));
        Publish(frames: 1, packets: 2);
        Assert.True(FanOutFixture.IsSilent(socket));
        Assert.False(_fixture.OnShard(() => _fixture.FanOut.Remove(viewer)));
    }

    [Fact]
    public void Publish_AMillionDeliveredPackets_AllocatesNothing()
    {
        using FanOutFixture fixture = new(keepBytes: 1 << 20);
        for (int i = 0; i < 10; i++)
        {
            fixture.AddUdp();
        }

        byte[] packet = new byte[1200];
        void Batches(int count)
        {
            for (int i = 0; i < count; i++)
            {
                for (int p = 0; p < 10; p++)
                {
                    fixture.Ring.Append(0, p == 9 ? EntryFlags.Marker : EntryFlags.None, (ushort)p, (uint)i, fixture.Shard.NowMicros, packet);
                }

                fixture.Ring.Publish();
                fixture.FanOut.OnEndOfTurn();
            }
        }

        // Ten parts of 100,000 delivered packets. One that another thread's collection falls into may read too high (see AllocationMeter).
        int allocating = fixture.OnShard(() =>
        {
            Batches(300);
            int parts = 0;
            for (int part = 0; part < 10; part++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Batches(1000);
                parts += GC.GetAllocatedBytesForCurrentThread() == before ? 0 : 1;
            }

            return parts;
        });
        Assert.InRange(allocating, 0, 2);
    }

    private int _messages;

    private unsafe int CountMessages()
    {
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            int sent = real(messages, count);
            _messages += Math.Max(0, sent);
            return sent;
        });
        return _messages;
    }

    private void Publish(int frames, int packets)
    {
        for (int i = 0; i < frames; i++)
        {
            _fixture.OnShard(() =>
            {
                _fixture.AppendFrame(0, packets, (uint)Environment.TickCount);
                _fixture.Ring.Publish();
            });
        }
    }

    private sealed class RecordingSink : IUdpMediaSink
    {
        public System.Collections.Concurrent.ConcurrentQueue<IPEndPoint> Unreachable { get; } = new();

        public void OnRtcp(ReadOnlySpan<byte> data, in PeerAddress from)
        {
        }

        public void OnRtp(ReadOnlySpan<byte> data, in PeerAddress from)
        {
        }

        public void OnRtpPortClosed(in PeerAddress port, uint? ssrc) => Unreachable.Enqueue(port.ToEndPoint());

        public void OnRtcpPortClosed(in PeerAddress port, uint? ssrc)
        {
        }
    }
}
