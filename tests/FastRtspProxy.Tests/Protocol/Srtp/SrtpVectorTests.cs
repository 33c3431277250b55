using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Tests.Protocol.Srtp;

/// <summary>The test vectors of RFC 3711 appendix B and RFC 7714, and those of libsrtp's own test.</summary>
public sealed class SrtpVectorTests
{
    private const string MasterKey = "E1F97A0D3E018BE0D64FA32C06DE4139";
    private const string MasterSalt = "0EC675AD498AFEEBB6960B3AABE6";

    [Theory]
    [InlineData(0, "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0")]
    [InlineData(0xFEFF * 16, "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44")]
    public void Apply_AppendixB2_GivesTheKeyStream(int at, string expected)
    {
        using AesCounter aes = new(Convert.FromHexString("2B7E151628AED2A6ABF7158809CF4F3C"));
        byte[] stream = new byte[at + 48];
        aes.Apply(Convert.FromHexString("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"), stream, stream);
        Assert.Equal(expected, Convert.ToHexString(stream.AsSpan(at)));
    }

    [Theory]
    [InlineData(SrtpKeyDerivation.CipherLabel, "C61E7A93744F39EE10734AFE3FF7A087")]
    [InlineData(SrtpKeyDerivation.SaltLabel, "30CBBC08863D8C85D49DB34A9AE1")]
    [InlineData(SrtpKeyDerivation.AuthenticationLabel,
        "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E47403576")]
    public void Derive_AppendixB3_GivesTheSessionKeys(byte label, string expected)
    {
        using SrtpKeyDerivation keys = new(new SrtpKey(Convert.FromHexString(MasterKey), Convert.FromHexString(MasterSalt), []));
        Assert.Equal(expected, Convert.ToHexString(keys.Derive(label, expected.Length / 2)));
    }

    [Fact]
    public void Open_LibsrtpsPackets_GivesWhatTheyWere()
    {
        using SrtpReceiver receiver = new(Policy(SrtpSuite.AesCm128HmacSha1Tag80));
        byte[] rtp = Convert.FromHexString("800F1234DECAFBADCAFEBABE4E55DC4CE79978D88CA4D215949D2402B78D6ACC99EA179B8DBB");
        byte[] rtcp = Convert.FromHexString("81C8000BCAFEBABE7128035BE487B9BDBEF89041F977A5A880000001993E08CD54D6C1230798");
        Assert.Equal((SrtpVerdict.Genuine, "800F1234DECAFBADCAFEBABE" + string.Concat(Enumerable.Repeat("AB", 16))), Hex(SrtpPolicies.Opened(receiver, rtp)));
        Assert.Equal((SrtpVerdict.Genuine, "81C8000BCAFEBABE" + string.Concat(Enumerable.Repeat("AB", 16))), Hex(SrtpPolicies.Opened(receiver, rtcp, isRtcp: true)));
    }

    [Fact]
    public void Seal_LibsrtpsPacket_GivesTheSame()
    {
        using SrtpSender sender = new(Policy(SrtpSuite.AesCm128HmacSha1Tag80));
        byte[] packet = Convert.FromHexString("800F1234DECAFBADCAFEBABE" + string.Concat(Enumerable.Repeat("AB", 16)));
        Assert.Equal("800F1234DECAFBADCAFEBABE4E55DC4CE79978D88CA4D215949D2402B78D6ACC99EA179B8DBB", Convert.ToHexString(SrtpPolicies.Sealed(sender, packet)));
    }

    [Fact]
    public void Rtp_Rfc7714_IsSealedAndOpened()
    {
        using SrtpGcmCipher cipher = new(Convert.FromHexString("000102030405060708090A0B0C0D0E0F"), Convert.FromHexString("517569642070726F2071756F"));
        byte[] packet = Convert.FromHexString(
            "8040F17B8041F8D35501A0B247616C6C696120657374206F6D6E697320646976697361" + "20696E207061727465732074726573");
        byte[] sealedPacket = [.. packet];
        byte[] tag = new byte[16];
        cipher.SealRtp(sealedPacket, 12, 0, isEncrypted: true, tag);
        Assert.Equal(
            "8040F17B8041F8D35501A0B2F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833",
            Convert.ToHexString(sealedPacket));
        Assert.Equal("899D7F27BEB16A9152CF765EE4390CCE", Convert.ToHexString(tag));
        byte[] opened = new byte[packet.Length];
        Assert.True(cipher.TryOpenRtp(sealedPacket, 12, tag, 0, isEncrypted: true, opened));
        Assert.Equal(packet, opened);
    }

    [Fact]
    public void Rtcp_Rfc7714_IsSealedAndOpened()
    {
        using SrtpGcmCipher cipher = new(Convert.FromHexString("000102030405060708090A0B0C0D0E0F"), Convert.FromHexString("517569642070726F2071756F"));
        byte[] packet = Convert.FromHexString("81C8000D4D6172734E5450314E545032525450200000042A0000E9304C756E61DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF");
        byte[] word = Convert.FromHexString("800005D4");
        byte[] sealedPacket = [.. packet];
        byte[] tag = new byte[16];
        cipher.SealRtcp(sealedPacket, word, tag);
        Assert.Equal(
            "81C8000D4D61727363E94885DCDAB67CA727D7662F6B7E997FF5C0F76C06F32DC676A5F1730D6FDA4CE09B4686303DED0BB9275B", Convert.ToHexString(sealedPacket));
        Assert.Equal("C84AA45896CF4D2FC5ABF87245D9EADE", Convert.ToHexString(tag));
        byte[] opened = new byte[packet.Length + 4];
        Assert.True(cipher.TryOpenRtcp(sealedPacket, word, tag, opened));
        Assert.Equal(packet, opened[..packet.Length]);
    }

    private static SrtpPolicy Policy(SrtpSuite suite) => new(suite, [new SrtpKey(Convert.FromHexString(MasterKey), Convert.FromHexString(MasterSalt), [])]);

    private static (SrtpVerdict Verdict, string Hex) Hex((SrtpVerdict Verdict, byte[] Packet) opened) => (opened.Verdict, Convert.ToHexString(opened.Packet));
}
