using System.Net;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Protocol.Srtp;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Personalities;
using FastRtspProxy.SimulatedCamera.Talk;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>What a simulated camera serves, and how it behaves.</summary>
internal sealed record SimulatedCameraOptions
{
    /// <summary>The streams, found by path.</summary>
    public required IReadOnlyList<SimulatedCameraStreamOptions> Streams { get; init; }

    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The RTSP port, which also takes HTTP tunnels; 0: the kernel chooses.</summary>
    public int Port { get; init; }

    /// <summary>A second port for `rtsps`; 0: the kernel chooses; null: none.</summary>
    public int? TlsPort { get; init; }

    /// <summary>The certificate of the TLS port; null: one made at start, signed by itself.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The user name; null: everybody may watch.</summary>
    public string? User { get; init; }

    public string Password { get; init; } = "";

    /// <summary>The challenges of a 401, in this order; empty: the personality's.</summary>
    public IReadOnlyList<SimulatedCameraAuthScheme> AuthSchemes { get; init; } = [];

    public SimulatedCameraPersonality Personality { get; init; } = SimulatedCameraPersonality.Plain;

    public FaultSchedule Faults { get; init; } = FaultSchedule.None;

    /// <summary>Seed of everything that looks random: SSRCs, first sequence numbers, faults.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Put a <see cref="SimulatorSei"/> into each access unit.</summary>
    public bool EmbedSei { get; init; }

    /// <summary>SETUP for UDP is answered 461 when false.</summary>
    public bool OffersUdp { get; init; } = true;

    /// <summary>SETUP for interleaved TCP is answered 461 when false.</summary>
    public bool OffersTcp { get; init; } = true;

    /// <inheritdoc cref="SimulatedCameraSrtp"/>
    public SimulatedCameraSrtp Srtp { get; init; }

    /// <summary>With which suite it encrypts, where the keys are its own.</summary>
    public SrtpSuite SrtpSuite { get; init; } = SrtpSuite.AesCm128HmacSha1Tag80;

    /// <summary>The first multicast group; stream n uses the n-th address behind it. Null: no multicast.</summary>
    public IPAddress? MulticastGroup { get; init; }

    /// <summary>RTP port of the first track of a group; each further track two higher.</summary>
    public int MulticastPort { get; init; } = 5004;

    /// <summary>Send a picture's packets evenly over the time until the next one, and not in one burst as an encoder does.</summary>
    public bool Paced { get; init; }

    /// <summary>
    /// A session that joins a running stream gets its first packet at the next random access point; false: at once, as many cameras do.
    /// </summary>
    public bool StartsAtKeyFrame { get; init; } = true;

    /// <summary>The codecs that clients may talk in; empty: there is no back channel.</summary>
    public IReadOnlyList<BackChannel> BackChannels { get; init; } = [];

    /// <summary>Told of each second that was heard by a back channel, on the session's shard; null: nobody.</summary>
    public Action<HeardSecond>? Heard { get; init; }

    /// <summary>How often senders report; RFC 3550's minimum is 5 s.</summary>
    public TimeSpan SenderReportInterval { get; init; } = TimeSpan.FromSeconds(4);
}
