using System.Net;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>What a session with a camera needs to know.</summary>
internal sealed record BackendOptions
{
    /// <summary>The name that messages carry.</summary>
    public required string StreamName { get; init; }

    /// <summary>The URL, its credentials taken apart.</summary>
    public required RtspUrl Url { get; init; }

    /// <inheritdoc cref="CameraCredentials"/>
    public required CameraCredentials Credentials { get; init; }

    /// <inheritdoc cref="BackendTransport"/>
    public BackendTransport Transport { get; init; }

    /// <summary>The port of the RTSP-over-HTTP tunnel.</summary>
    public int TunnelPort { get; init; }

    /// <summary>The class of our packets to the camera (DSCP); null: as the system does.</summary>
    public int? Dscp { get; init; }

    /// <summary>The camera is asked for key frames; null: if it says that it can be.</summary>
    public bool? AsksForKeyFrames { get; init; }

    /// <summary>What the sessions have learnt of the camera's back channel; null: it is never asked for it.</summary>
    public BackChannelRecord? BackChannel { get; init; }

    /// <summary>Do not check the camera's certificate.</summary>
    public bool InsecureTls { get; init; }

    /// <inheritdoc cref="ConnectTarget.CertificateFingerprint"/>
    public string? TlsFingerprint { get; init; }

    /// <inheritdoc cref="ConnectTarget.Authorities"/>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <inheritdoc cref="TargetPolicy"/>
    public TargetPolicy Targets { get; init; } = TargetPolicy.Given;

    /// <summary>Who looks up the names of this camera: strangers' names wait for each other only.</summary>
    public NameLookup Names { get; init; } = NameLookup.Cameras;

    /// <summary>The camera whose REDIRECT named <see cref="Url"/>; null: the URL is the stream's own.</summary>
    public IPAddress? RedirectedBy { get; init; }

    /// <summary>
    /// Gives an existing connection for the first connect (REGISTER with reuse_connection), or null when it is gone; null altogether: none.
    /// </summary>
    public Func<Shard, Task<ByteStream?>>? Connection { get; init; }

    /// <summary>
    /// The camera is another box of the cluster: gives what proves in a request of that method that we are one of them
    /// (<see cref="HopHeader.Name"/>); null: it is a camera.
    /// </summary>
    public Func<string, string>? Hop { get; init; }

    /// <summary>False from the moment on at which another box may read the camera: nothing is asked any more but TEARDOWN. Null: always.</summary>
    public Func<bool>? MayAsk { get; init; }

    /// <summary>
    /// What the sessions have learnt of tracks that the camera does not give: made with the options of a mount, so it outlives each session.
    /// </summary>
    public MissingTracks Missing { get; } = new();

    /// <summary>What the sessions have learnt of pictures that stay away; outlives each session, too.</summary>
    public VideoSilence VideoSilence { get; } = new();

    /// <summary>
    /// What is known of the ways by which this camera's media can come; all sessions of a mount share it, by sharing these options.
    /// </summary>
    public TransportChoice Ways { get; init; } = new();

    /// <inheritdoc cref="ProfileChoice"/>
    public ProfileChoice Profiles { get; init; } = new();

    /// <inheritdoc cref="StandInsSaid"/>
    public StandInsSaid StandIns { get; init; } = new();

    /// <inheritdoc cref="ProtectionSaid"/>
    public ProtectionSaid ProtectionSaid { get; init; } = new();

    /// <summary>
    /// What the sessions have learnt of keeping the camera's session alive: made with the options of a mount, so it outlives each session.
    /// </summary>
    public KeepAliveChoice KeepAlives { get; } = new();

    /// <summary>
    /// The same camera for a session beside those of the mount: it learns for itself, so that what goes wrong with it teaches the mount nothing.
    /// </summary>
    public BackendOptions Beside(ICameraTap? tap) => new()
    {
        StreamName = StreamName,
        Url = Url,
        Credentials = Credentials.Beside(),
        Transport = Transport,
        TunnelPort = TunnelPort,
        Dscp = Dscp,
        AsksForKeyFrames = AsksForKeyFrames,
        InsecureTls = InsecureTls,
        TlsFingerprint = TlsFingerprint,
        Authorities = Authorities,
        Targets = Targets,
        Names = Names,
        RedirectedBy = RedirectedBy,
        Timings = Timings,
        Hop = Hop,
        MayAsk = MayAsk,
        Tap = tap,
    };

    /// <summary>Hears everything of this camera's sessions; null, as ever: nobody captures.</summary>
    public ICameraTap? Tap { get; init; }

    /// <inheritdoc cref="OverrunLength"/>
    public OverrunLength Overrun { get; } = new();

    /// <inheritdoc cref="BackendTimings"/>
    public BackendTimings Timings { get; init; } = BackendTimings.Default;
}
