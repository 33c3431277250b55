using BenchmarkDotNet.Attributes;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>Once per DESCRIBE: allowed to allocate, but not without a limit.</summary>
public class DescriptionBenchmarks
{
    private static readonly byte[] Camera = """
        v=0
        o=- 1001 1 IN IP4 192.0.2.61
        s=Live streaming
        t=0 0
        a=control:*
        a=range:npt=0-
        m=video 0 RTP/AVP 96
        c=IN IP4 0.0.0.0
        b=AS:5000
        a=rtpmap:96 H264/90000
        a=fmtp:96 packetization-mode=1;profile-level-id=640028;sprop-parameter-sets=Z2QAKK2EAQwgCGEAQwgCGEAQwgCEO1A8ARPyo=,aO48sA==
        a=framerate:25.000000
        a=control:trackID=1
        m=audio 0 RTP/AVP 8
        a=rtpmap:8 PCMA/8000
        a=control:trackID=2

        """u8.ToArray();

    private static readonly string[] Challenge = ["Digest realm=\"cam\", nonce=\"0123456789abcdef0123456789abcdef\", qop=\"auth\", algorithm=MD5"];

    private readonly SdpRewriteOptions _options = new() { SessionId = 1 };
    private readonly AuthClient _auth = new("admin", "secret");
    private SdpDocument _document = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _ = SdpDocument.TryParse(Camera, out SdpDocument? document, out _);
        _document = document!;
        _auth.Accept(Challenge);
    }

    [Benchmark]
    public bool Parse_Sdp_TwoTracks() => SdpDocument.TryParse(Camera, out _, out _);

    [Benchmark]
    public int Rewrite_Sdp_TwoTracks() => SdpRewriter.ForFrontend(_document, _options).Length;

    [Benchmark]
    public string? Authorize_Request_DigestMd5() => _auth.Authorization("PLAY", "rtsp://192.0.2.61/live/");
}
