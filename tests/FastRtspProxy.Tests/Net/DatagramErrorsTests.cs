using System.Buffers.Binary;
using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

/// <summary>Which of the kernel's words about a datagram means that nobody listens on its port.</summary>
public sealed class DatagramErrorsTests
{
    private const int Ip = 0;
    private const int IpReceiveError = 11;
    private const int Ip6 = 41;
    private const int Ip6ReceiveError = 25;

    private static readonly PeerAddress s_four = PeerAddress.From(IPAddress.Parse("192.0.2.7"), 5000);
    private static readonly PeerAddress s_six = PeerAddress.From(IPAddress.Parse("2001:db8::7"), 5000);

    [Theory]
    [InlineData(2, 3, 3, true)] // port unreachable
    [InlineData(2, 3, 0, false)] // network unreachable
    [InlineData(2, 3, 1, false)] // host unreachable
    [InlineData(2, 3, 2, false)] // protocol unreachable
    [InlineData(2, 3, 4, false)] // fragmentation needed: EMSGSIZE
    [InlineData(2, 3, 10, false)] // host administratively prohibited
    [InlineData(2, 3, 13, false)] // communication administratively prohibited
    [InlineData(2, 11, 0, false)] // time to live exceeded
    [InlineData(2, 11, 3, false)] // time-exceeded with a code that is a port's elsewhere
    [InlineData(2, 12, 3, false)] // parameter problem
    [InlineData(2, 4, 3, false)] // source quench
    [InlineData(3, 3, 3, false)] // ICMPv6 numbers of ICMP
    [InlineData(1, 3, 3, false)] // this machine's own
    [InlineData(0, 3, 3, false)] // nobody's
    [InlineData(5, 3, 3, false)] // zero copy
    public void IsPortClosed_Icmp_OnlyPortUnreachable(byte origin, byte type, byte code, bool expected)
    {
        Assert.Equal(expected, DatagramErrors.IsPortClosed(Message(Ip, IpReceiveError, Error(origin, type, code, V4("192.0.2.7"))), s_four));

        // As a dual-stack socket is told.
        Assert.Equal(expected, DatagramErrors.IsPortClosed(Message(Ip6, Ip6ReceiveError, Error(origin, type, code, V6("::ffff:192.0.2.7"))), s_four));
    }

    [Theory]
    [InlineData(3, 1, 4, true)] // port unreachable
    [InlineData(3, 1, 0, false)] // no route
    [InlineData(3, 1, 1, false)] // prohibited
    [InlineData(3, 1, 3, false)] // address unreachable
    [InlineData(3, 2, 0, false)] // packet too big
    [InlineData(3, 3, 0, false)] // hop limit exceeded
    [InlineData(3, 4, 4, false)] // parameter problem
    [InlineData(2, 1, 4, false)] // ICMP with the numbers of ICMPv6
    public void IsPortClosed_Icmp6_OnlyPortUnreachable(byte origin, byte type, byte code, bool expected) =>
        Assert.Equal(expected, DatagramErrors.IsPortClosed(Message(Ip6, Ip6ReceiveError, Error(origin, type, code, V6("2001:db8::7"))), s_six));

    [Fact]
    public void IsPortClosed_SaidByAnotherHost_DoesNotCount()
    {
        Assert.False(DatagramErrors.IsPortClosed(Message(Ip, IpReceiveError, Error(2, 3, 3, V4("192.0.2.1"))), s_four));
        Assert.False(DatagramErrors.IsPortClosed(Message(Ip, IpReceiveError, Error(2, 3, 3, V4("127.0.0.1"))), s_four));
        Assert.False(DatagramErrors.IsPortClosed(Message(Ip6, Ip6ReceiveError, Error(3, 1, 4, V6("2001:db8::1"))), s_six));
        Assert.False(DatagramErrors.IsPortClosed(Message(Ip, IpReceiveError, Error(2, 3, 3, new byte[16])), s_four)); // AF_UNSPEC
    }

    [Fact]
    public void IsPortClosed_BehindAnotherMessage_IsFound()
    {
        byte[] other = Message(1, 40, [1, 2, 3, 4]); // SO_RXQ_OVFL
        byte[] error = Message(Ip, IpReceiveError, Error(2, 3, 3, V4("192.0.2.7")));

        Assert.True(DatagramErrors.IsPortClosed([.. other, .. error], s_four));
    }

    [Fact]
    public void IsPortClosed_AnyPartOfTheMessage_IsNoErrorOfOurs()
    {
        byte[] message = Message(Ip, IpReceiveError, Error(2, 3, 3, V4("192.0.2.7")));
        for (int bytes = 0; bytes < message.Length; bytes++)
        {
            _ = DatagramErrors.IsPortClosed(message.AsSpan(0, bytes), s_four);
        }

        Assert.False(DatagramErrors.IsPortClosed(message.AsSpan(0, 20), s_four));
        Assert.False(DatagramErrors.IsPortClosed(new byte[256], s_four));
    }

    [Fact]
    public void IsPortClosed_MessageOfAnotherLevel_DoesNotCount() =>
        Assert.False(DatagramErrors.IsPortClosed(Message(1, IpReceiveError, Error(2, 3, 3, V4("192.0.2.7"))), s_four));

    private static byte[] Message(int level, int type, byte[] data)
    {
        byte[] message = new byte[(16 + data.Length + 7) & ~7];
        BinaryPrimitives.WriteInt64LittleEndian(message, 16 + data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), level);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), type);
        data.CopyTo(message, 16);
        return message;
    }

    private static byte[] Error(byte origin, byte type, byte code, byte[] offender) =>
        [111, 0, 0, 0, origin, type, code, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. offender];

    private static byte[] V4(string address) => [2, 0, 0, 0, .. IPAddress.Parse(address).GetAddressBytes(), 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] V6(string address) => [10, 0, 0, 0, 0, 0, 0, 0, .. IPAddress.Parse(address).GetAddressBytes(), 0, 0, 0, 0];
}
