using System.IO.Compression;
using System.Text;
using FastRtspProxy.Captures;
using FastRtspProxy.Captures.Privacy;
using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Captures;

/// <summary>Nothing of anybody's own is in a capture, and the dialogue is as good as before.</summary>
public sealed class CapturePrivacyTests
{
    /// <summary>A hundred captures, each with other secrets in every field that there is.</summary>
    [Fact]
    public void Capture_OfADialogueFullOfSecrets_HoldsNoneOfThem()
    {
        List<string> found = [];
        for (int seed = 1; seed <= 100; seed++)
        {
            PlantedDialogue dialogue = new(seed);
            (string text, List<CaptureRecord> records) = Record(dialogue.Say, knows: seed % 2 == 0 ? dialogue : null);
            Assert.Equal(12, records.Count(static record => record.Kind == CaptureKind.Message));
            Assert.Equal(4, records.Count(static record => record.IsPacket));
            foreach (string secret in dialogue.Secrets)
            {
                string[] forms = [secret, Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))];
                found.AddRange(forms.Where(form => text.Contains(form, StringComparison.OrdinalIgnoreCase)).Select(form => $"seed {seed}: {form}"));
            }

            foreach (byte[] secret in dialogue.SecretBytes)
            {
                found.AddRange(records.Where(record => record.IsPacket && record.Bytes.AsSpan().IndexOf(secret) >= 0)
                    .Select(record => $"seed {seed}: {Convert.ToHexString(secret)} in {record.Kind} {Convert.ToHexString(record.Bytes)}"));
            }
        }

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("MD5", false)]
    [InlineData("MD5", true)]
    [InlineData("SHA-256", true)]
    [InlineData("SHA-512-256", true)]
    [InlineData("MD5-sess", true)]
    public void Digest_IsRightByTheFakePassword(string algorithm, bool hasQop)
    {
        const string Url = "rtsp://cam.example/garage/trackID=1";
        string challenge = $"Digest realm=\"Garage of Bob\", nonce=\"{new string('a', 32)}\", algorithm={algorithm}{(hasQop ? ", qop=\"auth\"" : "")}";
        AuthClient client = new("bob", "hunter2");
        Assert.True(client.Accept([challenge]));
        string header = client.Authorization("SETUP", Url)!;

        Fakes fakes = new();
        fakes.LearnPassword("bob", "hunter2");
        MessageFakes messages = new(fakes);
        messages.LogIns.PasswordOf = static user => user == "bob" ? "hunter2" : null;
        RtspMessage message = Parsed(messages.Of(Encoding.ASCII.GetBytes($"SETUP {Url} RTSP/1.0\r\nCSeq: 1\r\nAuthorization: {header}\r\n\r\n"), 0));
        string fake = message.Header("Authorization")!;

        Assert.DoesNotContain("bob", fake, StringComparison.OrdinalIgnoreCase);
        string nonce = fake.Split("nonce=\"")[1].Split('"')[0];
        DigestVerifier verifier = new("realm1");
        Assert.True(verifier.TryVerify(fake, "SETUP", nonce, static user => user == "user1" ? "password1" : null, out _), fake);
        Assert.False(verifier.TryVerify(fake, "SETUP", nonce, static _ => "hunter2", out _));
    }

    [Fact]
    public void Digest_ThatWasWrong_IsWrongStill()
    {
        AuthClient client = new("bob", "mistyped");
        Assert.True(client.Accept(["Digest realm=\"r\", nonce=\"0123456789abcdef\""]));
        Fakes fakes = new();
        MessageFakes messages = new(fakes);
        messages.LogIns.PasswordOf = static _ => "hunter2";

        string fake = messages.LogIns.Of(client.Authorization("PLAY", "rtsp://h/")!, "PLAY");

        string nonce = fake.Split("nonce=\"")[1].Split('"')[0];
        Assert.False(new DigestVerifier("realm1").TryVerify(fake, "PLAY", nonce, static _ => "password1", out _));
    }

    /// <summary>What a parser could stumble over is what a report is about: it stays.</summary>
    [Theory]
    [InlineData("RTSP/1.0 200 OK\nCSeq:1\nSession:  0A1b;timeout= 60\n\n", "RTSP/1.0 200 OK\nCSeq:1\nSession:  ")]
    [InlineData("RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nContent-Length: 999\r\n\r\n", "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nContent-Length: 999\r\n\r\n")]
    [InlineData("PLAY rtsp://192.0.2.1/live/ch00_0 RTSP/1.0\r\nRange: npt=0.000000-\r\n\r\n", "PLAY rtsp://192.0.2.1/live/ch00_0 RTSP/1.0\r\nRange: npt=0.000000-\r\n\r\n")]
    [InlineData("RTSP/1.0 200 OK\r\nPublic: OPTIONS, DESCRIBE,SETUP\r\n\r\n", "RTSP/1.0 200 OK\r\nPublic: OPTIONS, DESCRIBE,SETUP\r\n\r\n")]
    [InlineData(
        "RTSP/1.0 200 OK\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= 0000ABCD;mode=\"PLAY\"\r\n\r\n",
        "RTSP/1.0 200 OK\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= 5EED0001;mode=\"PLAY\"\r\n\r\n")]
    [InlineData("RTSP/1.0 200 OK\r\nRange: clock=20261126T173000.5Z-\r\n\r\n", "RTSP/1.0 200 OK\r\nRange: clock=20261126T173000.5Z-\r\n\r\n")]
    public void Message_KeepsItsMannerAndTheProtocolsWords(string message, string expected)
    {
        string fake = Encoding.Latin1.GetString(new MessageFakes(new Fakes()).Of(Encoding.Latin1.GetBytes(message), 0));

        Assert.StartsWith(expected, fake, StringComparison.Ordinal);
    }

    [Fact]
    public void Description_OfEachKnownCamera_IsReadAsBefore()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "testdata"), "*.sdp"))
        {
            byte[] sdp = File.ReadAllBytes(file);
            if (!FastRtspProxy.Protocol.Sdp.SdpDocument.TryParse(sdp, out var before, out _))
            {
                continue;
            }

            byte[] message = [.. Encoding.ASCII.GetBytes($"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: {sdp.Length}\r\n\r\n"), .. sdp];
            byte[] fake = new MessageFakes(new Fakes()).Of(message, sdp.Length);
            RtspMessage answer = Parsed(fake);

            Assert.True(FastRtspProxy.Protocol.Sdp.SdpDocument.TryParse(answer.Body, out var after, out _), file);
            Assert.Equal((file, before.Media.Count), (file, after.Media.Count));
            for (int i = 0; i < before.Media.Count; i++)
            {
                Assert.Equal(before.Media[i].PayloadTypes, after.Media[i].PayloadTypes);
                Assert.Equal((file, before.Media[i].ClockRate, before.Media[i].IsBackChannel), (file, after.Media[i].ClockRate, after.Media[i].IsBackChannel));
                Assert.Equal(MediaCodecs.FromEncodingName(before.Media[i].EncodingName), MediaCodecs.FromEncodingName(after.Media[i].EncodingName));
                Assert.Equal(before.Media[i].Control is null, after.Media[i].Control is null);
            }
        }
    }

    [Fact]
    public void Url_IsTheSameWhereverItStands()
    {
        Fakes fakes = new();
        MessageFakes messages = new(fakes);
        string url = messages.Url("rtsp://bob:hunter2@cam.bobs.house:8554/garage/left?x=12345678");

        Assert.Equal("rtsp://user1:password1@host1.invalid:8554/w1/w2?x=", url[..^8]);
        string answer = Encoding.ASCII.GetString(messages.Of(
            "RTSP/1.0 200 OK\r\nContent-Base: rtsp://cam.bobs.house:8554/garage/left?x=12345678\r\nX-Note: of CAM.BOBS.HOUSE, by bob's hunter2\r\n\r\n"u8, 0));
        Assert.Contains("Content-Base: " + url.Replace("user1:password1@", "", StringComparison.Ordinal), answer, StringComparison.Ordinal);
        Assert.Contains("host1.invalid", answer.Split("X-")[1], StringComparison.Ordinal);
        Assert.Contains("password1", answer.Split("X-")[1], StringComparison.Ordinal);
    }

    /// <summary>Cameras swap the channels of their tracks, or send what they have not described: of sound nothing stays, wherever it comes.</summary>
    [Fact]
    public void Sound_OnTheChannelOfThePictures_IsCutAsSound()
    {
        const string Sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n"
            + "m=audio 0 RTP/AVP 0\r\na=control:trackID=1\r\n";
        byte[] sound = [0x67, .. Enumerable.Repeat((byte)0x5A, 79)]; // as a parameter set begins
        byte[] slice = [0x65, .. Enumerable.Repeat((byte)0x5A, 79)];

        (_, List<CaptureRecord> records) = Record(
            recorder =>
            {
                recorder.OnStream(1, CaptureSide.Client, "DESCRIBE rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8, 1);
                recorder.OnStream(1, CaptureSide.Camera, Encoding.ASCII.GetBytes($"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: {Sdp.Length}\r\n\r\n{Sdp}"), 1);
                recorder.OnStream(1, CaptureSide.Client, "SETUP rtsp://h/trackID=0 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"u8, 1);
                recorder.OnStream(1, CaptureSide.Client, "SETUP rtsp://h/trackID=1 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n\r\n"u8, 1);
                recorder.OnStream(1, CaptureSide.Camera, Frame(0, 96, slice), 2);
                recorder.OnStream(1, CaptureSide.Camera, Frame(2, 96, slice), 2);
                recorder.OnStream(1, CaptureSide.Camera, Frame(2, 0, sound), 2);
                recorder.OnStream(1, CaptureSide.Camera, Frame(0, 0, sound), 2);
                recorder.OnStream(1, CaptureSide.Camera, Frame(0, 99, sound), 2);
            },
            knows: null);

        byte[][] payloads = [.. records.Where(static record => record.IsPacket).Select(static record => record.Bytes[12..])];
        Assert.Equal(5, payloads.Length);
        Assert.All(payloads[..2], payload => Assert.Equal(slice[..16], payload[..16]));
        Assert.All(payloads[2..], static payload => Assert.Equal(new byte[80], payload));

        static byte[] Frame(byte channel, byte payloadType, byte[] payload) =>
            [(byte)'$', channel, 0, (byte)(12 + payload.Length), 0x80, payloadType, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, .. payload];
    }

    private static RtspMessage Parsed(byte[] bytes)
    {
        RtspMessage message = new();
        Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(bytes, message, RtspLimits.Client, out _, out _));
        return message;
    }

    private static (string Text, List<CaptureRecord> Records) Record(Action<CaptureRecorder> say, PlantedDialogue? knows)
    {
        using MemoryStream file = new();
        Fakes fakes = new();
        using (CaptureWriter writer = new(file, new CaptureHeader(), long.MaxValue))
        {
            CaptureRecorder recorder = new(writer, fakes, withMedia: false);
            recorder.Messages.LogIns.PasswordOf = user => knows is not null && user == knows.User ? knows.Password : null;
            say(recorder);
            writer.End(20, "done");
        }

        using MemoryStream text = new();
        using GZipStream packed = new(new MemoryStream(file.ToArray()), CompressionMode.Decompress);
        packed.CopyTo(text);
        using CaptureReader reader = new(new MemoryStream(file.ToArray()));
        List<CaptureRecord> records = [];
        while (reader.TryRead(out CaptureRecord record))
        {
            records.Add(record);
        }

        return (Encoding.Latin1.GetString(text.ToArray()), records);
    }
}
