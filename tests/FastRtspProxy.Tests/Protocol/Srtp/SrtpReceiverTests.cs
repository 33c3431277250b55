using FastRtspProxy.Protocol.Srtp;
using FastRtspProxy.TestPeers;
using static FastRtspProxy.Tests.Protocol.Srtp.SrtpPolicies;

namespace FastRtspProxy.Tests.Protocol.Srtp;

[Collection(nameof(Allocations))]
public sealed class SrtpReceiverTests
{
    [Theory]
    [MemberData(nameof(Suites), MemberType = typeof(SrtpPolicies))]
    public void Open_EachSuiteWithAndWithoutIdentifier_GivesWhatWasSealed(string name)
    {
        SrtpSuite suite = SrtpSuite.Find(name)!;
        foreach (byte[] mki in (byte[][])[[], [1, 2, 3, 4]])
        {
            SrtpPolicy policy = Of(suite, mki: mki);
            using SrtpSender sender = new(policy);
            using SrtpReceiver receiver = new(policy);
            byte[] rtp = RtpOf(7);
            byte[] protectedRtp = Sealed(sender, rtp);
            Assert.Equal(rtp.Length + suite.RtpTagBytes + mki.Length, protectedRtp.Length);
            Assert.NotEqual(rtp[12..], protectedRtp[12..rtp.Length]);
            Assert.Equal((SrtpVerdict.Genuine, Convert.ToHexString(rtp)), Hex(Opened(receiver, protectedRtp)));
            Assert.Equal(SrtpVerdict.Replayed, Opened(receiver, protectedRtp).Verdict);

            byte[] rtcp = ScriptedCamera.SenderReportBytes(Ssrc, 1, 2);
            byte[] protectedRtcp = Sealed(sender, rtcp, isRtcp: true);
            Assert.Equal(rtcp.Length + suite.RtcpTagBytes + 4 + mki.Length, protectedRtcp.Length);
            Assert.Equal((SrtpVerdict.Genuine, Convert.ToHexString(rtcp)), Hex(Opened(receiver, protectedRtcp, isRtcp: true)));
            Assert.Equal(SrtpVerdict.Replayed, Opened(receiver, protectedRtcp, isRtcp: true).Verdict);
        }
    }

    [Theory]
    [MemberData(nameof(Suites), MemberType = typeof(SrtpPolicies))]
    public void Open_EachByteChangedOrCutOff_IsRefused(string name)
    {
        SrtpPolicy policy = Of(SrtpSuite.Find(name)!);
        using SrtpSender sender = new(policy);
        foreach (bool isRtcp in (bool[])[false, true])
        {
            using SrtpReceiver receiver = new(policy);
            byte[] packet = Sealed(sender, isRtcp ? ScriptedCamera.SenderReportBytes(Ssrc, 1, 2) : RtpOf(1), isRtcp);
            for (int i = 0; i < packet.Length; i++)
            {
                packet[i] ^= 0x01;
                Assert.NotEqual(SrtpVerdict.Genuine, Opened(receiver, packet, isRtcp).Verdict);
                packet[i] ^= 0x01;
                Assert.NotEqual(SrtpVerdict.Genuine, Opened(receiver, packet[..i], isRtcp).Verdict);
            }

            Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, packet, isRtcp).Verdict);
        }
    }

    [Fact]
    public void Open_OtherKey_IsForgedAndChangesNothing()
    {
        using SrtpSender stranger = new(Of(SrtpSuite.AesCm128HmacSha1Tag80, 2));
        using SrtpSender sender = new(Of(SrtpSuite.AesCm128HmacSha1Tag80));
        using SrtpReceiver receiver = new(Of(SrtpSuite.AesCm128HmacSha1Tag80));
        Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(sender, RtpOf(10))).Verdict);
        for (ushort number = 11; number < 2000; number++)
        {
            Assert.Equal(SrtpVerdict.Forged, Opened(receiver, Sealed(stranger, RtpOf(number))).Verdict);
        }

        Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(sender, RtpOf(11))).Verdict);
    }

    /// <summary>A wrap among the first packets, in each order in which UDP may bring them.</summary>
    [Theory]
    [InlineData(65534, 65535, 0, 1, 2)]
    [InlineData(0, 65535, 1, 65534, 2)]
    [InlineData(1, 0, 65535, 65534, 2)]
    [InlineData(65535, 2, 65534, 1, 0)]
    public void Open_NumbersThatWrapAtOnce_AreAllTaken(params int[] order)
    {
        SrtpPolicy policy = Of(SrtpSuite.AesCm128HmacSha1Tag80);
        using SrtpSender sender = new(policy);
        using SrtpReceiver receiver = new(policy);
        Dictionary<int, byte[]> packets = order.OrderBy(n => n < 1000 ? n + 65536 : n).ToDictionary(n => n, n => Sealed(sender, RtpOf((ushort)n)));
        Assert.Equal(1u, sender.Rollovers);
        Assert.All(order, number => Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, packets[number]).Verdict));
        Assert.All(order, number => Assert.Equal(SrtpVerdict.Replayed, Opened(receiver, packets[number]).Verdict));
    }

    [Fact]
    public void Open_ThreeRollovers_AreFollowed()
    {
        SrtpPolicy policy = Of(SrtpSuite.AesCm128HmacSha1Tag32);
        using SrtpSender sender = new(policy);
        using SrtpReceiver receiver = new(policy);
        for (int i = 0; i < 200_000; i += 500)
        {
            Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(sender, RtpOf((ushort)i))).Verdict);
        }

        Assert.Equal(3u, sender.Rollovers);
    }

    /// <summary>A description that is older than the packet: the numbers have wrapped since.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Open_RolloversOfTheDescription_AreTakenAndOneMore(int later)
    {
        SrtpPolicy told = new(SrtpSuite.AesCm128HmacSha1Tag80, [KeyOf(SrtpSuite.AesCm128HmacSha1Tag80, 1)]) { Sources = [new SrtpSource(Ssrc, 5)] };
        using SrtpSender sender = new(told);
        for (int i = 0; i < (5 + later) * 65536; i += 16384)
        {
            _ = Sealed(sender, RtpOf((ushort)i));
        }

        byte[] packet = Sealed(sender, RtpOf(3));
        Assert.Equal((uint)(5 + later), sender.Rollovers);
        using SrtpReceiver receiver = new(told);
        Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, packet).Verdict);
        using SrtpReceiver untold = new(Of(SrtpSuite.AesCm128HmacSha1Tag80));
        Assert.Equal(SrtpVerdict.Forged, Opened(untold, packet).Verdict);
    }

    /// <summary>The largest counter that a description can name must not make the search for the next one go round.</summary>
    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(uint.MaxValue - 1)]
    public void Open_LargestRolloversOfADescription_EndsAtOnce(uint rollovers)
    {
        SrtpPolicy told = new(SrtpSuite.AesCm128HmacSha1Tag80, [KeyOf(SrtpSuite.AesCm128HmacSha1Tag80, 1)]) { Sources = [new SrtpSource(0, rollovers)] };
        using SrtpReceiver receiver = new(told);
        using SrtpSender sender = new(Of(SrtpSuite.AesCm128HmacSha1Tag80));
        _ = Opened(receiver, Sealed(sender, RtpOf(3)));
    }

    /// <summary>A silence that is longer than half the numbers: the next rollover is found after some packets.</summary>
    [Fact]
    public void Open_SilenceOverAWrap_IsCaughtUpWith()
    {
        SrtpPolicy policy = Of(SrtpSuite.AesCm128HmacSha1Tag80);
        using SrtpSender sender = new(policy);
        using SrtpReceiver receiver = new(policy);
        Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(sender, RtpOf(100))).Verdict);
        for (int i = 100; i < 65536 + 200; i += 10_000)
        {
            _ = Sealed(sender, RtpOf((ushort)i));
        }

        int refused = 0;
        for (ushort number = 200; number < 300; number++)
        {
            refused += Opened(receiver, Sealed(sender, RtpOf(number))).Verdict == SrtpVerdict.Genuine ? 0 : 1;
        }

        Assert.InRange(refused, 1, 20);
    }

    [Fact]
    public void Open_CameraThatRestartsWithAnotherSource_BeginsAnewForThatOne()
    {
        SrtpPolicy policy = Of(SrtpSuite.AesCm128HmacSha1Tag80);
        using SrtpReceiver receiver = new(policy);
        for (uint restart = 0; restart < 30; restart++)
        {
            using SrtpSender sender = new(policy);
            Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(sender, RtpOf(65535, restart + 1))).Verdict);
            Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(sender, RtpOf(0, restart + 1))).Verdict);
        }
    }

    [Fact]
    public void Open_ReorderedWithinAndBehindTheWindow_IsTakenOnceAndRefused()
    {
        SrtpPolicy policy = Of(SrtpSuite.AesCm128HmacSha1Tag80);
        using SrtpSender sender = new(policy);
        using SrtpReceiver receiver = new(policy);
        byte[][] packets = [.. Enumerable.Range(0, 3000).Select(n => Sealed(sender, RtpOf((ushort)n)))];
        Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, packets[^1]).Verdict);
        int first = 3000 - ReplayWindow.Packets;
        Assert.Equal(SrtpVerdict.Replayed, Opened(receiver, packets[first - 1]).Verdict);
        for (int i = first; i < 2999; i++)
        {
            Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, packets[i]).Verdict);
            Assert.Equal(SrtpVerdict.Replayed, Opened(receiver, packets[i]).Verdict);
        }
    }

    [Fact]
    public void Open_SeveralKeys_AreToldApartByTheirIdentifiers()
    {
        SrtpSuite suite = SrtpSuite.AesCm128HmacSha1Tag80;
        SrtpKey[] keys = [KeyOf(suite, 1, [0, 1]), KeyOf(suite, 2, [0, 2])];
        using SrtpReceiver receiver = new(new SrtpPolicy(suite, keys));
        using SrtpSender first = new(new SrtpPolicy(suite, [keys[0]]));
        using SrtpSender second = new(new SrtpPolicy(suite, [keys[1]]));
        using SrtpSender third = new(Of(suite, 2, [0, 3]));
        Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(first, RtpOf(1))).Verdict);
        Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(second, RtpOf(2))).Verdict);
        Assert.Equal(SrtpVerdict.UnknownKey, Opened(receiver, Sealed(third, RtpOf(3))).Verdict);
    }

    /// <summary>GStreamer passes over the identifier that it was told, and sends none.</summary>
    [Fact]
    public void Open_PeerWithoutTheAgreedIdentifier_IsTaken()
    {
        using SrtpReceiver receiver = new(Of(SrtpSuite.AesCm128HmacSha1Tag80, mki: [1, 2, 3, 4]));
        using SrtpSender sender = new(Of(SrtpSuite.AesCm128HmacSha1Tag80));
        Assert.Equal(SrtpVerdict.Genuine, Opened(receiver, Sealed(sender, RtpOf(1))).Verdict);
        Assert.False(receiver.HasIdentifiers);
    }

    [Fact]
    public void Open_ShortTagOfRtcp_IsTakenAndRemembered()
    {
        SrtpSuite suite = SrtpSuite.AesCm128HmacSha1Tag32;
        SrtpPolicy policy = new(suite, [KeyOf(suite, 1)]) { MayHaveShortRtcpTags = true };
        using SrtpReceiver receiver = new(policy);
        using SrtpSender sender = new(policy) { RtcpTagBytes = 4 };
        byte[] report = ScriptedCamera.SenderReportBytes(Ssrc, 1, 2);
        Assert.Equal((SrtpVerdict.Genuine, Convert.ToHexString(report)), Hex(Opened(receiver, Sealed(sender, report, isRtcp: true), isRtcp: true)));
        Assert.Equal(4, receiver.RtcpTagBytes);
    }

    [Theory]
    [MemberData(nameof(Suites), MemberType = typeof(SrtpPolicies))]
    public void OpenAndSeal_GenuinePackets_AllocateNothing(string name)
    {
        SrtpPolicy policy = Of(SrtpSuite.Find(name)!, mki: [1, 2, 3, 4]);
        using SrtpSender sender = new(policy);
        using SrtpReceiver receiver = new(policy);
        byte[] packet = RtpOf(0, payloadBytes: 1400);
        byte[] report = ScriptedCamera.SenderReportBytes(Ssrc, 1, 2);
        byte[] buffer = new byte[2000];
        byte[] output = new byte[2000];
        ushort number = 0;
        int refused = 0;
        long bytes = AllocationMeter.SteadyBytes(() =>
        {
            number++;
            packet[2] = (byte)(number >> 8);
            packet[3] = (byte)number;
            packet.CopyTo(buffer, 0);
            int length = sender.SealRtp(buffer, packet.Length);
            refused += receiver.OpenRtp(buffer.AsSpan(0, length), output, out _) == SrtpVerdict.Genuine ? 0 : 1;
            report.CopyTo(buffer, 0);
            length = sender.SealRtcp(buffer, report.Length);
            refused += receiver.OpenRtcp(buffer.AsSpan(0, length), output, out _) == SrtpVerdict.Genuine ? 0 : 1;
        });
        Assert.Equal((0, 0), (bytes, refused));
    }

    [Fact]
    public void Open_ForgedPackets_AllocateNothing()
    {
        using SrtpReceiver receiver = new(Of(SrtpSuite.AesCm128HmacSha1Tag80));
        byte[] packet = RtpOf(1, payloadBytes: 1400);
        byte[] output = new byte[2000];
        Assert.Equal(0, AllocationMeter.SteadyBytes(() => receiver.OpenRtp(packet, output, out _)));
    }

    private static (SrtpVerdict Verdict, string Hex) Hex((SrtpVerdict Verdict, byte[] Packet) opened) => (opened.Verdict, Convert.ToHexString(opened.Packet));
}
