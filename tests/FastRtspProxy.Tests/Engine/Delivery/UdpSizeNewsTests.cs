using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>EMSGSIZE as news about an earlier datagram and as the truth about this one; and what goes without segments goes many messages a call.</summary>
public sealed class UdpSizeNewsTests : IDisposable
{
    private readonly FanOutFixture _fixture = new();
    private int _calls;

    public void Dispose() => _fixture.Dispose();

    /// <summary>Behind an error of another viewer's, and in the middle of the list: the errors count for one message each.</summary>
    [Theory]
    [InlineData(new[] { LinuxConstants.ErrorMessageSize })]
    [InlineData(new[] { LinuxConstants.ErrorInterrupted, LinuxConstants.ErrorMessageSize })]
    [InlineData(new[] { LinuxConstants.ErrorMessageSize, LinuxConstants.ErrorInterrupted })]
    public unsafe void Publish_SizeRefusedOnce_NobodyBecomesPlainAndNothingIsMissing(int[] errnos)
    {
        (UdpViewer first, Socket firstSocket) = _fixture.AddUdp();
        (UdpViewer second, Socket secondSocket) = _fixture.AddUdp();
        Settle();
        Queue<int> left = new(errnos);
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            if (left.TryDequeue(out int errno))
            {
                Marshal.SetLastPInvokeError(errno);
                return -1;
            }

            return real(messages, count);
        });

        Publish(frames: 3, packets: 6);

        Assert.Equal(Enumerable.Range(1, 18), FanOutFixture.Receive(firstSocket, 18));
        Assert.Equal(Enumerable.Range(1, 18), FanOutFixture.Receive(secondSocket, 18));
        Assert.Empty(left);
        Assert.False(first.IsPlain || second.IsPlain);
    }

    [Fact]
    public unsafe void Publish_SizeRefusedAgainAndAgain_ThatViewerGetsItsPacketsInOneCallARun()
    {
        (UdpViewer good, Socket goodSocket) = _fixture.AddUdp();
        (UdpViewer small, Socket smallSocket) = _fixture.AddUdp();
        Settle();
        RefuseSegments(smallSocket);

        Publish(frames: 1, packets: 6);
        int calls = CallsAfterThePass();
        Publish(frames: 4, packets: 12);

        Assert.Equal(Enumerable.Range(1, 54), FanOutFixture.Receive(goodSocket, 54));
        Assert.Equal(Enumerable.Range(1, 54), FanOutFixture.Receive(smallSocket, 54));
        Assert.True(FanOutFixture.IsSilent(smallSocket));
        Assert.True(small.IsPlain);
        Assert.False(good.IsPlain);
        Assert.Equal(8, CallsAfterThePass() - calls); // a frame is a run: one call for those in step, one for the plain one
    }

    /// <summary>A viewer that is not in step yet: it is asked once, not with each run anew.</summary>
    [Fact]
    public unsafe void Join_SizeRefusedAgain_ItIsPlainFromItsFirstRunOn()
    {
        _fixture.OnShard(() =>
        {
            for (int frame = 0; frame < 4; frame++)
            {
                _fixture.AppendFrame(0, 6, (uint)(frame * 3600));
            }

            _fixture.Ring.Publish();
        });
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        RefuseSegments(socket);
        UdpViewer viewer = _fixture.NewViewer((IPEndPoint)socket.LocalEndPoint!);
        viewer.JoinSequence = 0;
        _fixture.OnShard(() => _fixture.FanOut.Add(viewer));

        Assert.Equal(Enumerable.Range(0, 24), FanOutFixture.Receive(socket, 24));
        Assert.True(viewer.IsPlain);
        Assert.Equal(2 + 4, CallsAfterThePass()); // refused twice, then a call a run
    }

    [Fact]
    public unsafe void Publish_AReportForManyViewers_GoesInAsManyCallsAsThereAreHundredsOfThem()
    {
        List<Socket> sockets = [];
        for (int i = 0; i < 200; i++)
        {
            sockets.Add(_fixture.AddUdp().Socket);
        }

        Settle();
        int calls = 0;
        UdpMediaSockets.SendManyCall real = _fixture.Media.SendReports;
        _fixture.OnShard(() => _fixture.Media.SendReports = (messages, count) =>
        {
            calls++;
            return real(messages, count);
        });
        _fixture.OnShard(() =>
        {
            _fixture.Ring.Append(0, EntryFlags.Rtcp, 0, 0, _fixture.Shard.NowMicros, [0x80, 200, 0, 77, 1, 2, 3, 4]);
            _fixture.Ring.Publish();
        });

        Assert.All(sockets, static socket => Assert.Equal([77], FanOutFixture.Receive(socket, 1)));
        Assert.Equal(2, calls);
    }

    /// <summary>An error that is another's costs the report of nobody, and a full socket keeps no shard busy.</summary>
    [Theory]
    [InlineData(LinuxConstants.ErrorMessageSize, true)]
    [InlineData(LinuxConstants.ErrorInterrupted, true)]
    [InlineData(LinuxConstants.ErrorAgain, false)]
    public unsafe void Publish_AReportIsRefusedOnce_ItGoesAgainUnlessTheSocketIsFull(int errno, bool comes)
    {
        Socket socket = _fixture.AddUdp().Socket;
        Settle();
        bool isRefused = false;
        UdpMediaSockets.SendManyCall real = _fixture.Media.SendReports;
        _fixture.OnShard(() => _fixture.Media.SendReports = (messages, count) =>
        {
            if (!isRefused)
            {
                isRefused = true;
                Marshal.SetLastPInvokeError(errno);
                return -1;
            }

            return real(messages, count);
        });
        _fixture.OnShard(() =>
        {
            _fixture.Ring.Append(0, EntryFlags.Rtcp, 0, 0, _fixture.Shard.NowMicros, [0x80, 200, 0, 77, 1, 2, 3, 4]);
            _fixture.Ring.Publish();
        });

        if (comes)
        {
            Assert.Equal([77], FanOutFixture.Receive(socket, 1));
        }
        else
        {
            Assert.True(FanOutFixture.IsSilent(socket));
        }
    }

    private int CallsAfterThePass()
    {
        _fixture.OnShard(static () => { });
        return _fixture.OnShard(() => _calls);
    }

    private unsafe void RefuseSegments(Socket destination)
    {
        int port = ((IPEndPoint)destination.LocalEndPoint!).Port;
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            _calls++;
            for (int i = 0; i < count; i++)
            {
                if (messages[i].Header.VectorCount > 1 && PeerAddress.FromKernel(messages[i].Header.Name).Port == port)
                {
                    if (i > 0)
                    {
                        return real(messages, i);
                    }

                    Marshal.SetLastPInvokeError(LinuxConstants.ErrorMessageSize);
                    return -1;
                }
            }

            return real(messages, count);
        });
    }

    /// <summary>Every viewer is in step: it has had the packet number 0.</summary>
    private void Settle()
    {
        Publish(frames: 1, packets: 1);
        _fixture.OnShard(static () => { });
        foreach (Socket socket in _fixture.UdpSockets)
        {
            Assert.Equal([0], FanOutFixture.Receive(socket, 1));
        }
    }

    private void Publish(int frames, int packets)
    {
        for (int frame = 0; frame < frames; frame++)
        {
            int number = frame;
            _fixture.OnShard(() =>
            {
                _fixture.AppendFrame(0, packets, (uint)(number * 3600));
                _fixture.Ring.Publish();
            });
        }
    }
}
