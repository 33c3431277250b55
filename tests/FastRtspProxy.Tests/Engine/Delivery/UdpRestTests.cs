using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>Viewers to which there is no way for a while: their address of ours was taken away, or a route. On a clock that the tests move.</summary>
public sealed class UdpRestTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FanOutFixture _fixture;

    /// <summary>Messages and plain packets that were tried for the viewer that is refused. On the shard.</summary>
    private int _tries;
    private int _errno;

    public UdpRestTests() => _fixture = new FanOutFixture(time: _time);

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(LinuxConstants.ErrorInvalid, 6)]
    [InlineData(LinuxConstants.ErrorInvalid, 1)]
    [InlineData(LinuxConstants.ErrorNetworkUnreachable, 6)]
    [InlineData(LinuxConstants.ErrorNetworkUnreachable, 1)]
    [InlineData(LinuxConstants.ErrorHostUnreachable, 6)]
    [InlineData(LinuxConstants.ErrorAddressNotAvailable, 1)]
    public void Publish_NoWayToOneViewer_ItRestsAndTheOthersMissNothing(int errno, int packets)
    {
        (UdpViewer good, Socket goodSocket) = _fixture.AddUdp();
        (UdpViewer bad, Socket badSocket) = _fixture.AddUdp();
        (_, Socket lastSocket) = _fixture.AddUdp();
        Publish(1, packets);
        Refuse(badSocket, errno);

        Publish(20, packets);
        Assert.InRange(_fixture.OnShard(() => _tries), 1, 2); // its segments, and a packet on its own
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Publish(20, packets);
        Assert.InRange(_fixture.OnShard(() => _tries), 2, 4); // as often a second

        Assert.Equal(Enumerable.Range(0, 41 * packets), FanOutFixture.Receive(goodSocket, 41 * packets));
        Assert.Equal(Enumerable.Range(0, 41 * packets), FanOutFixture.Receive(lastSocket, 41 * packets));
        Assert.Equal(Enumerable.Range(0, packets), FanOutFixture.Receive(badSocket, packets));
        Assert.Equal(40 * packets, _fixture.OnShard(() => _fixture.FanOut.PacketsDropped(bad)));
        Assert.Equal(0, _fixture.OnShard(() => _fixture.FanOut.PacketsDropped(good)));
    }

    [Theory]
    [InlineData(LinuxConstants.ErrorInvalid)]
    [InlineData(LinuxConstants.ErrorNetworkUnreachable)]
    public void Publish_TheWayIsThereAgain_ItGoesOnInTheSameMessagesAsTheOthers(int errno)
    {
        const int Packets = 6;
        (_, Socket goodSocket) = _fixture.AddUdp();
        (UdpViewer bad, Socket badSocket) = _fixture.AddUdp();
        Refuse(badSocket, errno);
        Publish(2, Packets);
        _errno = 0;
        Publish(2, Packets);
        Assert.True(FanOutFixture.IsSilent(badSocket)); // it rests still

        _time.Advance(TimeSpan.FromSeconds(1.1));
        Publish(1, Packets); // on their own
        int before = _fixture.OnShard(() => _tries);
        Publish(3, Packets);

        Assert.Equal(3, _fixture.OnShard(() => _tries) - before); // a message of segments each
        Assert.Equal(Enumerable.Range(4 * Packets, 4 * Packets), FanOutFixture.Receive(badSocket, 4 * Packets));
        Assert.Equal(Enumerable.Range(0, 8 * Packets), FanOutFixture.Receive(goodSocket, 8 * Packets));
        Assert.False(bad.IsPlain);
    }

    [Fact]
    public void Publish_TheWholeMachineIsWithoutAWay_EverybodyRestsAndEverybodyComesBack()
    {
        (UdpViewer first, Socket firstSocket) = _fixture.AddUdp();
        (UdpViewer second, Socket secondSocket) = _fixture.AddUdp(tracks: 2);
        Refuse(null, LinuxConstants.ErrorNetworkUnreachable);
        Publish(10, 4);
        Assert.Equal(2, _fixture.OnShard(() => _tries));

        _errno = 0;
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Publish(2, 4);

        Assert.Equal(Enumerable.Range(40, 8), FanOutFixture.Receive(firstSocket, 8));
        Assert.Equal(Enumerable.Range(40, 8), FanOutFixture.Receive(secondSocket, 8));
        Assert.False(first.IsPlain || second.IsPlain);
    }

    [Fact]
    public void Remove_WhileItRests_NothingOfItIsLeft()
    {
        (_, Socket goodSocket) = _fixture.AddUdp();
        (UdpViewer bad, Socket badSocket) = _fixture.AddUdp();
        Refuse(badSocket, LinuxConstants.ErrorInvalid);
        Publish(2, 4);
        Assert.True(_fixture.OnShard(() => _fixture.FanOut.Remove(bad)));
        _errno = 0;
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Publish(2, 4);

        Assert.True(FanOutFixture.IsSilent(badSocket));
        Assert.Equal(Enumerable.Range(0, 16), FanOutFixture.Receive(goodSocket, 16));
    }

    /// <summary>While <see cref="_errno"/> stands, what goes there (null: anywhere) is refused, as the kernel does: what comes before it in the vector goes out first.</summary>
    private unsafe void Refuse(Socket? destination, int errno)
    {
        int port = (destination?.LocalEndPoint as IPEndPoint)?.Port ?? 0;
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        _errno = errno;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                if (port != 0 && PeerAddress.FromKernel(messages[i].Header.Name).Port != port)
                {
                    continue;
                }

                if (_errno == 0)
                {
                    _tries++;
                }
                else if (i > 0)
                {
                    return real(messages, i);
                }
                else
                {
                    _tries++;
                    Marshal.SetLastPInvokeError(_errno);
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
            _fixture.OnShard(() =>
            {
                _fixture.AppendFrame(0, packets, (uint)_fixture.Ring.Head * 3600);
                _fixture.Ring.Publish();
            });
        }

        _fixture.OnShard(static () => { }); // the pass of the last one
    }
}
