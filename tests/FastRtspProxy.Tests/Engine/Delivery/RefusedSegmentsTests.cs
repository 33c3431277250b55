using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>A policy that refuses messages of several segments, and a packet filter that refuses a destination, answer with the same errors.</summary>
public sealed class RefusedSegmentsTests : IDisposable
{
    private readonly FanOutFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(LinuxConstants.ErrorNotPermitted)]
    [InlineData(LinuxConstants.ErrorNoSystemCall)]
    [InlineData(LinuxConstants.ErrorNotSupported)]
    public unsafe void Publish_SegmentsRefusedForOneDestination_ItGetsEachPacketOnceAndPlain(int errno)
    {
        (UdpViewer good, Socket goodSocket) = _fixture.AddUdp();
        (UdpViewer bad, Socket badSocket) = _fixture.AddUdp();
        (UdpViewer last, Socket lastSocket) = _fixture.AddUdp();
        Refuse(badSocket, errno, static header => header.VectorCount > 1);

        Publish(frames: 4, packets: 6);

        Assert.Equal(Enumerable.Range(0, 24), FanOutFixture.Receive(goodSocket, 24));
        Assert.Equal(Enumerable.Range(0, 24), FanOutFixture.Receive(badSocket, 24));
        Assert.Equal(Enumerable.Range(0, 24), FanOutFixture.Receive(lastSocket, 24));
        Assert.True(FanOutFixture.IsSilent(badSocket));
        Assert.True(bad.IsPlain);
        Assert.False(good.IsPlain || last.IsPlain);
        Assert.Equal(24, _fixture.OnShard(() => _fixture.FanOut.PacketsSent(bad)));
    }

    [Fact]
    public unsafe void Publish_DestinationRefusedAltogether_TheOthersMissNothing()
    {
        (UdpViewer good, Socket goodSocket) = _fixture.AddUdp();
        (_, Socket badSocket) = _fixture.AddUdp();
        (_, Socket lastSocket) = _fixture.AddUdp();
        Refuse(badSocket, LinuxConstants.ErrorNotPermitted, static _ => true);

        Publish(frames: 4, packets: 6);

        Assert.Equal(Enumerable.Range(0, 24), FanOutFixture.Receive(goodSocket, 24));
        Assert.Equal(Enumerable.Range(0, 24), FanOutFixture.Receive(lastSocket, 24));
        Assert.False(good.IsPlain);
    }

    private unsafe void Refuse(Socket destination, int errno, Func<MessageHeader, bool> isRefused)
    {
        int port = ((IPEndPoint)destination.LocalEndPoint!).Port;
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                if (isRefused(messages[i].Header) && PeerAddress.FromKernel(messages[i].Header.Name).Port == port)
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
