using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Srtp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Protocol.Srtp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Sessions with cameras that encrypt their media (SRTP): whose keys, what comes out, what is said when they are wrong.</summary>
public sealed class SrtpCameraTests
{
    private const uint Ssrc = SrtpPolicies.Ssrc;

    private static readonly SrtpPolicy s_policy = SrtpPolicies.Of(SrtpSuite.AesCm128HmacSha1Tag80);

    [Theory]
    [Rule("S42")]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task Media_KeysOfTheDescription_ComesOutInTheClearAndReportsGoEncrypted(bool tcp, bool mikey)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp(mikey ? Mikey(s_policy) : "a=crypto:" + CryptoAttribute.Format(s_policy));
        using SrtpSender camera = new(s_policy);
        BackendSession session = fixture.Create(tcp ? BackendTransport.Tcp : BackendTransport.Udp);
        Assert.Null(await fixture.PlayAsync(session));
        ScriptedRequest setup = fixture.Camera.Requests.Single(r => r.Method == "SETUP");
        Assert.StartsWith(tcp ? "RTP/SAVP/TCP;" : "RTP/SAVP;", setup.Header("Transport"), StringComparison.Ordinal);
        Assert.Equal(mikey, setup.Header("KeyMgmt") is not null);

        byte[][] packets = [.. Enumerable.Range(1, 5).Select(n => SrtpPolicies.RtpOf((ushort)n))];
        foreach (byte[] packet in packets)
        {
            fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(camera, packet));
        }

        fixture.Camera.SendRtcp(0, SrtpPolicies.Sealed(camera, ScriptedCamera.SenderReportBytes(Ssrc, 7, 8), isRtcp: true));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 5 && fixture.Sink.Reports.Count == 1);
        Assert.Equal(packets.Select(Convert.ToHexString), fixture.Sink.Bytes.Select(Convert.ToHexString));
        Assert.Equal((0, Ssrc, 7ul, 8u), fixture.Sink.Reports[0]);

        await AssertReportOpens(fixture, s_policy, tcp, mikey ? setup.Header("KeyMgmt") : null);
    }

    [Theory]
    [Rule("S42")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Media_DescriptionWithoutKeys_ComesByTheKeysOfSetup(bool tcp)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp("a=x");
        BackendSession session = fixture.Create(tcp ? BackendTransport.Tcp : BackendTransport.Udp);
        Assert.Null(await fixture.PlayAsync(session));
        ScriptedRequest setup = fixture.Camera.Requests.Single(r => r.Method == "SETUP");
        string header = setup.Header("KeyMgmt")!;
        Assert.Contains($"uri=\"{setup.Uri}\"", header, StringComparison.Ordinal);
        Assert.True(KeyManagement.TryParseHeader(header, out SrtpPolicy? policy, out _));
        Assert.Equal(4, policy!.MkiBytes);
        using SrtpSender camera = new(policy);
        fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(camera, SrtpPolicies.RtpOf(1)));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        await AssertReportOpens(fixture, policy, tcp, header);
    }

    /// <summary>A camera that names its suite and no key: whoever receives names it. What comes in the clear then is dropped as ever.</summary>
    [Theory]
    [Rule("S42")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Media_MikeyWithoutKeys_ComesByTheKeysOfSetup_AndNeverInTheClear(bool tcp)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp(Mikey(MikeyPolicies.Without(1, 1, 32)));
        BackendSession session = fixture.Create(tcp ? BackendTransport.Tcp : BackendTransport.Udp);
        Assert.Null(await fixture.PlayAsync(session));
        ScriptedRequest setup = fixture.Camera.Requests.Single(r => r.Method == "SETUP");
        Assert.Contains("RTP/SAVP", setup.Header("Transport"), StringComparison.Ordinal);
        Assert.True(KeyManagement.TryParseHeader(setup.Header("KeyMgmt")!, out SrtpPolicy? policy, out _));
        Assert.Equal((SrtpSuite.AesCm256HmacSha1Tag80, true, true), (policy!.Suite, policy.EncryptsRtp, policy.EncryptsRtcp));
        using SrtpSender camera = new(policy);

        fixture.Camera.SendRtp(0, SrtpPolicies.RtpOf(1));
        fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(camera, SrtpPolicies.RtpOf(2)));

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1 && session.Tracks[0].Protection!.Unauthentic == 1);
        Assert.Equal(SrtpPolicies.RtpOf(2), fixture.Sink.Bytes.Single());
    }

    /// <summary>The reason of old is told with the new one.</summary>
    [Fact]
    public async Task SetUp_MikeyThatCannotBeReadAndOurKeysAreRefused_SaysBoth()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp("a=key-mgmt:mikey AAAA");
        fixture.Camera.Script = static r => r.Method == "SETUP" ? ScriptedReply.Of(463, "Key Management Failure") : null;

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp));

        Assert.Contains("463", failure!.Message, StringComparison.Ordinal);
        Assert.Contains("the keys were ours, because the MIKEY message of its description cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SetUp_MikeyThatOnlyASecretOpens_IsNotTriedWithKeysThatAnybodyOnTheWayCanRead()
    {
        await using BackendFixture fixture = new();
        byte[] message = MikeyMessage.Write(s_policy, new SrtpSource(Ssrc, 0), DateTimeOffset.UnixEpoch);
        fixture.Camera.Sdp = Sdp(Mikey(MikeyPolicies.With(message, 1, 2)));

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp));

        Assert.Contains("has keys that only a shared secret or a certificate opens", failure!.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Camera.Count("SETUP"));
    }

    /// <summary>Each session has keys of its own, where they are ours to invent.</summary>
    [Fact]
    public async Task Setup_SecondSessionWithoutKeys_InventsOthers()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp("a=x");
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);
        Assert.Null(await fixture.PlayAsync(fixture.Again(session)));
        string[] keys = [.. fixture.Camera.Requests.Where(r => r.Method == "SETUP").Select(r =>
        {
            Assert.True(KeyManagement.TryParseHeader(r.Header("KeyMgmt")!, out SrtpPolicy? policy, out _));
            return Convert.ToHexString(policy!.Keys[0].Key);
        })];
        Assert.Equal(2, keys.Distinct().Count());
    }

    [Fact]
    public async Task Media_KeysInTheAnswerToSetup_AreTaken()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp("a=x");
        byte[] message = MikeyMessage.Write(s_policy, new SrtpSource(Ssrc, 0), DateTimeOffset.UnixEpoch);
        fixture.Camera.Script = r => r.Method == "SETUP" ? With(fixture.Camera.Default(r), "KeyMgmt", KeyManagement.Header(r.Uri, message)) : null;
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));
        using SrtpSender camera = new(s_policy);
        fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(camera, SrtpPolicies.RtpOf(1)));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
    }

    [Fact]
    public async Task Media_AnswerToSetupSaysInTheClear_IsNotTaken()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp(Mikey(s_policy));
        SrtpPolicy clear = new(s_policy.Suite, s_policy.Keys) { EncryptsRtp = false };
        byte[] message = MikeyMessage.Write(clear, new SrtpSource(Ssrc, 0), DateTimeOffset.UnixEpoch);
        fixture.Camera.Script = r => r.Method == "SETUP" ? With(fixture.Camera.Default(r), "KeyMgmt", KeyManagement.Header(r.Uri, message)) : null;
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));
        using SrtpSender camera = new(s_policy);

        fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(camera, SrtpPolicies.RtpOf(1)));

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        Assert.Equal(SrtpPolicies.RtpOf(1), fixture.Sink.Bytes.Single());
    }

    [Fact]
    public async Task Media_CameraThatRestartsItsEncoder_GoesOnWithTheNewSource()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp(Mikey(s_policy));
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));
        using SrtpSender before = new(s_policy);
        using SrtpSender after = new(s_policy);
        foreach (ushort number in (ushort[])[65534, 65535, 0, 1])
        {
            fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(before, SrtpPolicies.RtpOf(number, 1)));
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 4);
        foreach (ushort number in (ushort[])[40000, 40001, 40002])
        {
            fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(after, SrtpPolicies.RtpOf(number, 2)));
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count >= 6);
    }

    [Theory]
    [InlineData("keys", "other keys than its description names")]
    [InlineData("no message", "other keys than we have sent it in SETUP, and names none itself")]
    [InlineData("no keys", "other keys than we have sent it in SETUP, and the MIKEY message of its description has no key of its suite's length")]
    public async Task Media_OtherKeys_EndsTheSessionWithTheReason(string mikey, string expected)
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = BackendTimings.Default with { DeadStream = TimeSpan.Zero } };
        fixture.Camera.Sdp = Sdp(mikey switch { "keys" => Mikey(s_policy), "no keys" => Mikey(MikeyPolicies.Without()), _ => "a=x" });
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        using SrtpSender stranger = new(SrtpPolicies.Of(SrtpSuite.AesCm128HmacSha1Tag80, 2));
        for (ushort number = 1; session.Failure is null; number++)
        {
            Assert.True(number < 1000);
            fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(stranger, SrtpPolicies.RtpOf(number)));
            await Until.TrueAsync(() => session.Tracks[0].Protection!.Unauthentic >= number || session.Failure is not null);
            await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(BackendFailureKind.OtherKeys, session.Failure.Kind);
        Assert.Contains(expected, session.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("track1 (video, H264)", session.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(fixture.Sink.Packets);
    }

    /// <summary>What is wrong with one track must not cost the others.</summary>
    [Fact]
    public async Task Media_OtherKeysOfTheSoundAlone_KeepsThePictures()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Sdp = Sdp(Mikey(s_policy)) + "m=audio 0 RTP/SAVP 97\r\na=rtpmap:97 PCMU/8000\r\n" + Mikey(s_policy) + "\r\na=control:trackID=1\r\n";
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        using SrtpSender camera = new(s_policy);
        using SrtpSender stranger = new(SrtpPolicies.Of(SrtpSuite.AesCm128HmacSha1Tag80, 2));
        for (ushort number = 1; number <= 80; number++)
        {
            fixture.Camera.SendRtp(0, SrtpPolicies.Sealed(camera, SrtpPolicies.RtpOf(number)));
            fixture.Camera.SendRtp(1, SrtpPolicies.Sealed(stranger, SrtpPolicies.RtpOf(number)));
            await Until.TrueAsync(() => fixture.Sink.Packets.Count >= number && session.Tracks[1].Protection!.Unauthentic >= number);
            await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        }

        Assert.Null(session.Failure);
    }

    [Fact]
    public async Task SetUp_SuiteThatIsNotKnown_FailsWithItsName()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = Sdp("a=crypto:1 F8_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd");
        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp));
        Assert.Contains("F8_128_HMAC_SHA1_80", failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AAECAwQF", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Camera.Count("SETUP"));
    }

    private static string Sdp(string line) =>
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Scripted\r\nt=0 0\r\n"
        + $"m=video 0 RTP/SAVP 96\r\na=rtpmap:96 H264/90000\r\n{line}\r\na=control:trackID=0\r\n";

    private static string Mikey(SrtpPolicy policy) => Mikey(MikeyMessage.Write(policy, new SrtpSource(Ssrc, 0), DateTimeOffset.UnixEpoch));

    private static string Mikey(byte[] message) => "a=key-mgmt:" + KeyManagement.Attribute(message);

    private static ScriptedReply With(ScriptedReply reply, string name, string value) => reply with { Headers = [.. reply.Headers, (name, value)] };

    /// <summary>Our report about the track is encrypted with the agreed keys, of the source that SETUP named.</summary>
    private static async Task AssertReportOpens(BackendFixture fixture, SrtpPolicy policy, bool tcp, string? header)
    {
        using SrtpReceiver receiver = new(policy);
        byte[] Report() => tcp
            ? fixture.Camera.Frames.FirstOrDefault(f => f.Channel == 1).Payload ?? []
            : fixture.Camera.Datagrams(0, rtcp: true).FirstOrDefault(d => d.Length > 4) ?? [];
        await Until.TrueAsync(() => Report().Length > 0);
        (SrtpVerdict verdict, byte[] report) = SrtpPolicies.Opened(receiver, Report(), isRtcp: true);
        Assert.Equal((SrtpVerdict.Genuine, 201), (verdict, report[1]));
        if (header is not null)
        {
            Assert.True(KeyManagement.TryParseHeader(header, out SrtpPolicy? told, out _));
            Assert.Equal(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(report.AsSpan(4)), told!.Sources.Single().Ssrc);
        }
    }
}
