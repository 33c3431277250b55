using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>What each request of a viewer costs beside its parsing: which stream it names, and whether its user may see it.</summary>
public class FrontendBenchmarks
{
    private const string Nonce = "0123456789abcdef0123456789abcdef";

    private static readonly byte[] Setup = """
        SETUP rtsp://192.0.2.1:8554/proxyStream-1/track1 RTSP/1.0
        CSeq: 4
        Transport: RTP/AVP;unicast;client_port=50000-50001


        """u8.ToArray();

    private readonly RtspMessage _message = new();
    private readonly OneMount _mounts = new();
    private readonly DigestVerifier _verifier = new("LIVE555 Streaming Media");
    private string _authorization = string.Empty;

    [GlobalSetup]
    public void Prepare()
    {
        AuthClient viewer = new("viewer", "secret");
        viewer.Accept([_verifier.Challenge(Nonce)]);
        _authorization = viewer.Authorization("SETUP", "rtsp://192.0.2.1:8554/proxyStream-1/")!;
    }

    /// <summary>From the bytes of a request to the track that it names.</summary>
    [Benchmark]
    public int Resolve_SetupRequest_TrackOfAStream()
    {
        _ = RtspMessageParser.TryParse(Setup, _message, RtspLimits.Server, out _, out _);
        return RequestTarget.Resolve(_message.Uri, _mounts).Control!.Length;
    }

    [Benchmark]
    public bool Verify_Request_DigestMd5() =>
        _verifier.TryVerify(_authorization, "SETUP", Nonce, static user => user == "viewer" ? "secret" : null, out _);

    /// <summary>A directory of one stream that nobody plays.</summary>
    private sealed class OneMount : IMountDirectory, IMount
    {
        public string Name => "proxyStream-1";

        public Shard Shard => throw new NotSupportedException();

        public PacketRing Ring => throw new NotSupportedException();

        public StreamCounters Counters => throw new NotSupportedException();

        public long BitsPerSecond => throw new NotSupportedException();

        public IMount? Find(string path) => path == Name ? this : null;

        public Task<MountDescription?> DescribeAsync(TimeSpan limit) => throw new NotSupportedException();

        public void Prepare() => throw new NotSupportedException();

        public Task<PlayGrant> JoinAsync(MountClient client, PlayWish wish) => throw new NotSupportedException();

        public Task<ImmutableArray<TrackStart>> LiveEdgeAsync() => throw new NotSupportedException();

        public void AskForKeyFrame() => throw new NotSupportedException();

        public void Leave(MountClient client) => throw new NotSupportedException();
    }
}
