using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using FastRtspProxy.Captures;
using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Captures;

/// <summary>A dialogue with something secret in every field that RTSP, SDP, RTP and RTCP have, other ones for each seed.</summary>
internal sealed class PlantedDialogue
{
    private readonly Random _random;
    private readonly List<string> _secrets = [];
    private readonly List<byte[]> _secretBytes = [];

    public PlantedDialogue(int seed) => _random = new Random(seed);

    /// <summary>Texts that must not be found, in whatever encoding.</summary>
    public IReadOnlyList<string> Secrets => _secrets;

    /// <summary>Bytes that must not be found in a packet.</summary>
    public IReadOnlyList<byte[]> SecretBytes => _secretBytes;

    public string User { get; private set; } = "";

    public string Password { get; private set; } = "";

    public string Url { get; private set; } = "";

    /// <summary>Says it to the recorder, in pieces of any size.</summary>
    public void Say(CaptureRecorder recorder)
    {
        (User, Password) = (Word(), Word());
        string host = _random.Next(2) == 0 ? Word() + "." + Word() + ".example" : Address();
        string path = Word();
        Url = $"rtsp://{host}:554/{path}/stream?user={Word()}&password={Word()}&token={Word()}";
        string realm = Word() + " " + Word();
        string nonce = Hex(32);
        string session = Hex(16);
        uint[] ssrcs = [Ssrc(), Ssrc(), Ssrc()];
        string request = $"{Rare("x")}: {Word()}\r\n";
        Client(recorder, $"OPTIONS {Url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: {Word()}/1.0 ({Word()} {Address()})\r\nFrom: {Word()}@{Word()}.net\r\n{request}\r\n");
        Camera(recorder, $"RTSP/1.0 200 {Word()}\r\nCSeq: 1\r\nServer: {Word()} {Mac()}\r\nPublic: OPTIONS, {Word().ToUpperInvariant()}\r\n"
            + $"Date: Thu, 26 Nov 2026 18:09:51 GMT\r\nX-{Word()}: {Word()}\r\nVia: RTSP/1.0 {Word()}.lan\r\nLocation: http://{Word()}:{Word()}@{Address()}/{Word()}\r\n\r\n");
        Client(recorder, $"DESCRIBE {Url} RTSP/1.0\r\nCSeq: 2\r\nReferer: {Word()}\r\n\r\n");
        Camera(recorder, $"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm=\"{realm}\", nonce=\"{nonce}\", opaque=\"{Hex(32)}\", {Rare("p")}={Word()}\r\n"
            + $"WWW-Authenticate: Basic realm=\"{realm}\"\r\nWWW-Authenticate: Bearer {Word()}\r\n folded {Word()}\r\n\r\n");
        AuthClient auth = new(User, Password);
        Assert.True(auth.Accept([$"Digest realm=\"{realm}\", nonce=\"{nonce}\", qop=\"auth\""]));
        string digest = auth.Authorization("DESCRIBE", Url)!;
        foreach (string piece in digest.Split('"'))
        {
            if (piece.Length >= 16 && piece.All(char.IsAsciiHexDigit))
            {
                Keep(piece); // response and cnonce
            }
        }

        Client(recorder, $"DESCRIBE {Url} RTSP/1.0\r\nCSeq: 3\r\nAuthorization: {digest}\r\n\r\n");
        string sdp = Sdp(host, ssrcs);
        Camera(recorder, $"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Base: {Url}/\r\nContent-Type: application/sdp\r\nContent-Length: {sdp.Length}\r\n"
            + $"Authentication-Info: nextnonce=\"{Hex(32)}\", rspauth=\"{Hex(32)}\"\r\n\r\n{sdp}");
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        Keep(basic);
        Client(recorder, $"SETUP {Url}/trackID=1 RTSP/1.0\r\nCSeq: 4\r\nAuthorization: Basic {basic}\r\n"
            + $"KeyMgmt: prot=mikey; uri=\"{Url}/trackID=1\"; data=\"{Base64()}\"\r\n"
            + $"Transport: RTP/AVP;unicast;client_port=5000-5001;destination={Address()};{Rare("t")}={Word()}\r\n\r\n");
        Camera(recorder, $"RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: {session};timeout=60\r\n"
            + $"Transport: RTP/AVP;unicast;source={Address()};client_port=5000-5001;server_port=6000-6001;ssrc={ssrcs[0]:X8};mode=\"{Word()}\"\r\n\r\n");
        Client(recorder, $"PLAY {Url} RTSP/1.0\r\nCSeq: 5\r\nSession: {session}\r\nRange: npt=0.000-{Word()}\r\n\r\n");
        Camera(recorder, $"RTSP/1.0 200 OK\r\nCSeq: 5\r\nSession: {session}\r\n"
            + $"RTP-Info: url={Url}/trackID=1;seq=1;rtptime=2;ssrc={ssrcs[0]:x8},url=rtsp://{Address()}/{Word()};seq=3\r\n\r\n");
        string parameters = $"{Word()}: {Word()}\r\n";
        Client(recorder, $"SET_PARAMETER {Url} RTSP/1.0\r\nCSeq: 6\r\nContent-Type: text/parameters\r\nContent-Length: {parameters.Length}\r\n\r\n{parameters}");
        Camera(recorder, $"RTSP/1.0 451 {Word()}\r\nCSeq: 6\r\n\r\n{Word()} garbage \x01\x02\r\n\r\n");
        Packets(recorder, ssrcs);
    }

    /// <summary>Every line that RFC 4566 has, and attributes that nobody has thought of.</summary>
    private string Sdp(string host, uint[] ssrcs)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"v=0\r\no={Word()} {Number(15)} {Number(12)} IN IP4 {host}\r\ns={Word()} {Word()}\r\ni={Word()}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"u=http://{Word()}.com/{Word()}\r\ne={Word()}@{Word()}.org ({Word()})\r\np=+49 {Number(9)}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"c=IN IP4 {Address()}/127\r\nb={Word()}:100\r\nt=0 0\r\nz=0 -1h\r\nk=clear:{Word()}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"a=tool:{Word()}\r\na={Rare("a")}:{Word()}\r\na=control:{Url}\r\na=source-filter: incl IN IP4 * {Address()}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"a=range:npt=0-\r\na=etag:{Word()}\r\na=key-mgmt:mikey {Base64()}\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{Base64()}|2^20|1:4\r\n");
        text.Append(CultureInfo.InvariantCulture, $"m=video 0 RTP/AVP 96\r\nc=IN IP6 {Address6()}\r\na=rtpmap:96 H264/90000\r\n");
        text.Append(CultureInfo.InvariantCulture, $"a=fmtp:96 packetization-mode=1;{Word()}={Word()};sprop-parameter-sets={Convert.ToBase64String(Encoding.ASCII.GetBytes(Word()))}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"a=control:trackID=1\r\na=ssrc:{ssrcs[0]} cname:{Word()}\r\na=ssrc-group:FID {ssrcs[0]} {ssrcs[1]}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"m={Word()} 0 {Word()} 97\r\na=rtpmap:97 {Word()}/8000\r\n{Word()}\r\n{Word()}={Word()}\r\n");
        return text.ToString();
    }

    private void Packets(CaptureRecorder recorder, uint[] ssrcs)
    {
        // RTP with a contributing source, an extension of 8 words, a slice, and padding.
        byte[] slice = Secret(200);
        byte[] rtp = [0xB1, 0xE0, 0, 1, 0, 0, 0, 2, .. Bytes(ssrcs[0]), .. Bytes(ssrcs[1]), 0xAB, 0xAC, 0, 8, .. new byte[16], .. Secret(16), 0x65, .. new byte[15], .. slice, .. Secret(7), 8];
        recorder.OnDatagram(CaptureSide.Camera, 5000, rtp, 10);
        recorder.OnDatagram(CaptureSide.Camera, 5000, [0, 1, 0, 0, .. Secret(40)], 11); // STUN, or whatever
        string name = Word();
        string reason = Word();
        byte[] rtcp =
        [
            0x81, 200, 0, 12, .. Bytes(ssrcs[0]), .. new byte[20], .. Bytes(ssrcs[1]), .. new byte[20],
            0x81, 202, 0, (byte)(Item(ssrcs[0], 1, name).Length / 4), .. Item(ssrcs[0], 1, name),
            0x81, 203, 0, (byte)(1 + ((reason.Length + 4) / 4)), .. Bytes(ssrcs[0]), .. Padded([(byte)reason.Length, .. Encoding.ASCII.GetBytes(reason)]),
            0x80, 204, 0, 4, .. Bytes(ssrcs[2]), .. "NAME"u8, .. Secret(8),
            0x84, 206, 0, 4, .. Bytes(ssrcs[0]), 0, 0, 0, 0, .. Bytes(ssrcs[1]), 1, 0, 0, 0,
            0x8F, 206, 0, 4, .. Bytes(ssrcs[0]), .. Bytes(ssrcs[1]), .. Secret(8),
            0x80, 207, 0, 3, .. Bytes(ssrcs[0]), .. Secret(8),
        ];
        recorder.OnDatagram(CaptureSide.Camera, 5001, rtcp, 12);
        recorder.OnDatagram(CaptureSide.Client, 5001, [0x80, 201, 0, 1, .. Bytes(ssrcs[2]), .. Secret(30)], 13);
    }

    private static byte[] Item(uint ssrc, byte type, string text) => Padded([.. Bytes(ssrc), type, (byte)text.Length, .. Encoding.ASCII.GetBytes(text), 0]);

    private static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[(4 - (bytes.Length % 4)) % 4]];

    private static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private void Client(CaptureRecorder recorder, string text) => Send(recorder, CaptureSide.Client, text);

    private void Camera(CaptureRecorder recorder, string text) => Send(recorder, CaptureSide.Camera, text);

    private void Send(CaptureRecorder recorder, CaptureSide side, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int at = 0; at < bytes.Length;)
        {
            int piece = Math.Min(bytes.Length - at, 1 + _random.Next(400));
            recorder.OnStream(1, side, bytes.AsSpan(at, piece), 1);
            at += piece;
        }
    }

    private string Word()
    {
        const string Letters = "bcdfghjklmnpqrstvwxz";
        return Keep(string.Create(9 + _random.Next(8), _random, static (text, random) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = Letters[random.Next(Letters.Length)];
            }
        }));
    }

    /// <summary>A name of a field that nobody knows; it is somebody's own, too.</summary>
    private string Rare(string prefix) => prefix + Word();

    private string Hex(int digits) => Keep(string.Concat(Enumerable.Range(0, digits).Select(_ => "0123456789abcdef"[_random.Next(16)])));

    private string Base64()
    {
        byte[] bytes = new byte[45];
        _random.NextBytes(bytes);
        string text = Convert.ToBase64String(bytes);
        for (int i = 0; i + 12 <= text.Length; i += 12)
        {
            Keep(text.Substring(i, 12));
        }

        return text;
    }

    private string Number(int digits) => Keep(string.Concat(Enumerable.Range(0, digits).Select(_ => (char)('1' + _random.Next(9)))));

    private string Address() => Keep($"{_random.Next(11, 172)}.{_random.Next(100, 256)}.{_random.Next(100, 256)}.{_random.Next(100, 256)}");

    private string Address6() => Keep(new IPAddress([0xfd, .. Enumerable.Range(0, 15).Select(_ => (byte)_random.Next(0x11, 256))]).ToString());

    private string Mac() => Keep(string.Join(':', Enumerable.Range(0, 6).Select(_ => _random.Next(16, 256).ToString("x2", CultureInfo.InvariantCulture))));

    private uint Ssrc()
    {
        uint ssrc = (uint)_random.Next(0x1111_1111, int.MaxValue);
        _secretBytes.Add(Bytes(ssrc));
        Keep(ssrc.ToString("x8", CultureInfo.InvariantCulture));
        Keep(ssrc.ToString(CultureInfo.InvariantCulture));
        return ssrc;
    }

    private byte[] Secret(int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)_random.Next(1, 256);
        }

        for (int i = 0; i + 4 <= count; i += 4)
        {
            _secretBytes.Add(bytes[i..(i + 4)]);
        }

        return bytes;
    }

    private string Keep(string secret)
    {
        _secrets.Add(secret);
        return secret;
    }
}
