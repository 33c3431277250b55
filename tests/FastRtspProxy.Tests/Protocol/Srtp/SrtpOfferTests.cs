using System.Text;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Tests.Protocol.Srtp;

/// <summary>What descriptions and headers say of keys.</summary>
public sealed class SrtpOfferTests
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"; // 0 to 29

    /// <summary>What LIVE555's client sends in SETUP.</summary>
    private const string Live555 =
        "AQAFALKkBKYBAACPQESVAAAAAAsA7q1GzuYXO4YKEJPLbqpnanBcmgdhvzl5D08BAAAAGwABAQEBEAIBAQMBFAQBDgcBAQgBAQoBAQsBCgAAACcAIQAepLl9U40icTC7j/EaowqGgTUg0swLtGdHDPUeQn7FBDFl6iMA";

    [Theory]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key, "AES_CM_128_HMAC_SHA1_80", "")]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "|2^20|1:4", "AES_CM_128_HMAC_SHA1_80", "00000001")]
    [InlineData(" 2\tAES_CM_128_HMAC_SHA1_32  inline:" + Key + "|66051:4 WSH=64", "AES_CM_128_HMAC_SHA1_32", "00010203")]
    [InlineData("1 aes_cm_128_hmac_sha1_80 inline:" + Key + "|1048576", "AES_CM_128_HMAC_SHA1_80", "")]
    public void Crypto_UsableLines_AreRead(string value, string suite, string mki)
    {
        Assert.True(CryptoAttribute.TryParse(value, out SrtpPolicy? policy, out SrtpDefect defect, out _));
        Assert.Equal((suite, SrtpDefect.None, mki), (policy!.Suite.Name, defect, Convert.ToHexString(policy.Keys[0].Mki)));
        Assert.Equal("000102030405060708090A0B0C0D0E0F", Convert.ToHexString(policy.Keys[0].Key));
        Assert.Equal("101112131415161718191A1B1C1D", Convert.ToHexString(policy.Keys[0].Salt));
    }

    [Theory]
    [InlineData("", SrtpDefect.Malformed)]
    [InlineData("x AES_CM_128_HMAC_SHA1_80 inline:" + Key, SrtpDefect.Malformed)]
    [InlineData("1", SrtpDefect.Malformed)]
    [InlineData("1 F8_128_HMAC_SHA1_80 inline:" + Key, SrtpDefect.UnknownSuite)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80", SrtpDefect.Malformed)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:AAAA", SrtpDefect.BadKey)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:***", SrtpDefect.BadKey)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "|1:0", SrtpDefect.BadKey)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "|1:129", SrtpDefect.BadKey)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "|256:1", SrtpDefect.BadKey)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + ";inline:" + Key, SrtpDefect.BadKey)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + " UNAUTHENTICATED_SRTP", SrtpDefect.UnsupportedParameter)]
    [InlineData("1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + " KDR=3", SrtpDefect.UnsupportedParameter)]
    [InlineData("1 AEAD_AES_128_GCM inline:" + Key, SrtpDefect.BadKey)]
    public void Crypto_UnusableLines_AreRefusedByName(string value, SrtpDefect expected)
    {
        Assert.False(CryptoAttribute.TryParse(value, out SrtpPolicy? policy, out SrtpDefect defect, out _));
        Assert.Equal((null, expected), (policy, defect));
    }

    [Fact]
    public void Mikey_Live555sMessage_IsRead()
    {
        Assert.True(MikeyMessage.TryParse(Convert.FromBase64String(Live555), out SrtpPolicy? policy, out _));
        Assert.Equal("AES_CM_128_HMAC_SHA1_80", policy!.Suite.Name);
        Assert.Equal("A4B97D538D227130BB8FF11AA30A8681", Convert.ToHexString(policy.Keys[0].Key));
        Assert.Equal("3520D2CC0BB467470CF51E427EC5", Convert.ToHexString(policy.Keys[0].Salt));
        Assert.Equal("3165EA23", Convert.ToHexString(policy.Keys[0].Mki));
        Assert.Equal([new SrtpSource(0x8F404495, 0)], policy.Sources);
    }

    [Theory]
    [MemberData(nameof(SrtpPolicies.Suites), MemberType = typeof(SrtpPolicies))]
    public void Mikey_WrittenMessage_ReadsBackAndNoPartOfItDoes(string suite)
    {
        SrtpPolicy policy = SrtpPolicies.Of(SrtpSuite.Find(suite)!, 3, [9, 8, 7, 6]);
        byte[] message = MikeyMessage.Write(policy, new SrtpSource(77, 3), DateTimeOffset.UnixEpoch);
        Assert.True(MikeyMessage.TryParse(message, out SrtpPolicy? again, out _));
        Assert.Equal(suite, again!.Suite.Name);
        Assert.Equal(Convert.ToHexString(policy.Keys[0].Key), Convert.ToHexString(again.Keys[0].Key));
        Assert.Equal(Convert.ToHexString(policy.Keys[0].Salt), Convert.ToHexString(again.Keys[0].Salt));
        Assert.Equal("09080706", Convert.ToHexString(again.Keys[0].Mki));
        Assert.Equal((3u, 0u), (again.RolloversOf(77), again.RolloversOf(78)));
        for (int i = 0; i < message.Length; i++)
        {
            Assert.False(MikeyMessage.TryParse(message.AsSpan(0, i), out _, out _));
        }
    }

    /// <summary>Quirk (GStreamer): 4 or 10 where the length of the authentication key should stand, 20.</summary>
    [Theory]
    [InlineData(4, "AES_CM_128_HMAC_SHA1_32")]
    [InlineData(10, "AES_CM_128_HMAC_SHA1_80")]
    [InlineData(20, "AES_CM_128_HMAC_SHA1_80")]
    public void Mikey_TagLengthOfGStreamer_IsRead(byte length, string expected)
    {
        MikeyPolicy policy = new();
        Assert.True(policy.TryRead([0, 1, 1, 1, 1, 16, 2, 1, 1, 3, 1, length, 7, 1, 1, 8, 1, 1, 10, 1, 1]));
        Assert.Equal(expected, policy.Suite(out _)?.Name);
    }

    [Fact]
    public void KeyManagement_HeaderAndAttribute_ReadBack()
    {
        byte[] message = MikeyMessage.Write(SrtpPolicies.Of(SrtpSuite.AesCm128HmacSha1Tag80), new SrtpSource(77, 3), DateTimeOffset.UnixEpoch);
        Assert.True(KeyManagement.TryParseAttribute(KeyManagement.Attribute(message), out SrtpPolicy? policy, out _));
        Assert.Equal(3u, policy!.RolloversOf(77));
        Assert.True(KeyManagement.TryParseHeader(KeyManagement.Header("rtsp://10.0.0.1/a;b,c", message), out policy, out _));
        Assert.Equal(3u, policy!.RolloversOf(77));
        Assert.False(KeyManagement.TryParseHeader("prot=other; uri=\"\"; data=\"AAAA\"", out _, out _));
    }

    [Theory]
    [InlineData("RTP/AVP", "", null)]
    [InlineData("RTP/AVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "\r\n", null)]
    [InlineData("RTP/SAVP", "", "Receiver")]
    [InlineData("RTP/SAVPF", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "\r\n", "Crypto")]
    [InlineData("RTP/SAVP", "a=crypto:1 F8_128_HMAC_SHA1_80 inline:" + Key + "\r\na=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:" + Key + "\r\n", "Crypto")]
    [InlineData("RTP/SAVP", "a=key-mgmt:mikey " + Live555 + "\r\n", "Mikey")]
    [InlineData("rtp/savp", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "\r\na=key-mgmt: mikey " + Live555 + "\r\n", "Mikey")]
    [InlineData("RTP/SAVP", "a=crypto:1 F8_128_HMAC_SHA1_80 inline:" + Key + "\r\n", "F8_128_HMAC_SHA1_80) has a suite that is not known here")]
    [InlineData("RTP/SAVP", "a=key-mgmt:mikey AAAA\r\n", "Receiver")]
    [InlineData("RTP/SAVP", "a=key-mgmt:mikey AAAA\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "\r\n", "Crypto")]
    [InlineData("RTP/SAVP", "a=key-mgmt:mikey AAAA\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:" + Key + "\r\n", "F8_128_HMAC_SHA1_80) has a suite that is not known here")]
    public void Of_Descriptions_SayWhereTheKeysComeFrom(string protocol, string lines, string? expected)
    {
        SdpDocument document = Document(protocol, "", lines);
        SrtpOffer? offer = SrtpOffer.Of(document, document.Media[0]);
        string? said = offer is null ? null : offer.Problem ?? offer.Source.ToString();
        Assert.Equal(expected is null, said is null);
        Assert.Contains(expected ?? "", said ?? "", StringComparison.Ordinal);
    }

    /// <summary>
    /// Where nothing was agreed on, keys of ours are tried; where the camera has said how it protects its media, they would be another protection than it has. In the clear it never is.
    /// </summary>
    [Theory]
    [Rule("S42")]
    [InlineData("none", "has no key of its suite's length", "AES_CM_128_HMAC_SHA1_80")]
    [InlineData("none for 256 bits", "has no key of its suite's length", "AES_256_CM_HMAC_SHA1_32")]
    [InlineData("short", "has no key of its suite's length", "AES_CM_128_HMAC_SHA1_80")]
    [InlineData("to be derived", "has no key of its suite's length", "AES_CM_128_HMAC_SHA1_80")]
    [InlineData("cut", "cannot be read", null)]
    [InlineData("not base64", "cannot be read", null)]
    [InlineData("of another protocol", "cannot be read", null)]
    [InlineData("encrypted", "has keys that only a shared secret or a certificate opens", "refused")]
    [InlineData("agreed on by public keys", "has keys that only a shared secret or a certificate opens", "refused")]
    [InlineData("encrypted, and one that cannot be read", "has keys that only a shared secret or a certificate opens", "refused")]
    [InlineData("none, of a suite that is not known", "has a suite that is not known here", "refused")]
    [InlineData("none, that change with time", "has a parameter that is not known here", "refused")]
    [InlineData("none, for media in the clear", "has a parameter that is not known here", "refused")]
    public void Of_ManagementThatCannotBeUsed_KeysOfTheReceiverAreTriedWhereNothingWasAgreedOn(string keys, string why, string? suite)
    {
        byte[] message = MikeyMessage.Write(SrtpPolicies.Of(SrtpSuite.AesCm128HmacSha1Tag80), new SrtpSource(77, 3), DateTimeOffset.UnixEpoch);
        message = keys switch
        {
            "none" => MikeyPolicies.Without(),
            "none for 256 bits" => MikeyPolicies.Without(1, 1, 32, 11, 1, 4),
            "none, of a suite that is not known" => MikeyPolicies.Without(0, 1, 2), // F8
            "none, that change with time" => MikeyPolicies.Without(6, 1, 4),
            "none, for media in the clear" => MikeyPolicies.Without(7, 1, 0),
            "short" => MikeyPolicies.With(message, ^32, 29),
            "to be derived" => MikeyPolicies.With(message, ^34, 0),
            "encrypted" or "encrypted, and one that cannot be read" => MikeyPolicies.With(message, ^38, 1),
            "agreed on by public keys" => MikeyPolicies.With(message, 1, 2),
            "cut" => message[..^5],
            _ => message,
        };
        string text = keys == "not base64" ? "***" : Convert.ToBase64String(message);
        string line = $"a=key-mgmt:{(keys == "of another protocol" ? "kerberos" : "mikey")} {text}\r\n";
        line += keys == "encrypted, and one that cannot be read" ? "a=key-mgmt:mikey AAAA\r\n" : "";
        SdpDocument document = Document("RTP/SAVP", "", line);

        SrtpOffer offer = SrtpOffer.Of(document, document.Media[0])!;

        Assert.Null(offer.Policy);
        Assert.EndsWith(why, (offer.Problem ?? offer.Doubt)!.Split(" (")[0], StringComparison.Ordinal);
        Assert.Equal(suite == "refused", offer.Problem is not null);
        Assert.Equal(suite == "refused" ? null : suite, offer.Suite?.Name);
        Assert.Equal(SrtpKeySource.Receiver, offer.Source);
    }

    [Fact]
    public void Of_KeysOfTheSession_AreThoseOfEachSection()
    {
        SdpDocument document = Document("RTP/SAVP", $"a=key-mgmt:mikey {Live555}\r\n", "");
        Assert.Equal("3165EA23", Convert.ToHexString(SrtpOffer.Of(document, document.Media[0])!.Policy!.Keys[0].Mki));
    }

    [Theory]
    [Rule("S42")]
    [InlineData("RTP/SAVP")]
    [InlineData("RTP/SAVPF")]
    public void ForFrontend_EncryptedMedia_IsOfferedInTheClearWithoutKeys(string protocol)
    {
        SdpDocument document = Document(
            protocol, $"a=key-mgmt:mikey {Live555}\r\n", $"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{Key}\r\na=key-mgmt:mikey {Live555}\r\n");
        string shown = Encoding.Latin1.GetString(SdpRewriter.ForFrontend(document, new SdpRewriteOptions()));
        Assert.Contains("m=video 0 RTP/AVP 96\r\n", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Key[..8], shown, StringComparison.Ordinal);
        Assert.DoesNotContain("mikey", shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("crypto", shown, StringComparison.OrdinalIgnoreCase);
    }

    private static SdpDocument Document(string protocol, string session, string lines)
    {
        string text = $"v=0\r\ns=x\r\n{session}m=video 0 {protocol} 96\r\na=rtpmap:96 H264/90000\r\n{lines}";
        Assert.True(SdpDocument.TryParse(Encoding.Latin1.GetBytes(text), out SdpDocument? document, out _));
        return document;
    }
}
