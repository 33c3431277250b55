using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Where a session's camera is at present, and the connections to it: the one that the camera made, through HTTP, over TLS, or plain TCP. What a
/// stream may connect to is the policy's.
/// </summary>
internal sealed class CameraConnector(BackendContext context)
{
    /// <summary>
    /// Who sent us to <see cref="Url"/>; null while the URL is the stream's own. With a redirect of the session it changes along with the URL.
    /// </summary>
    private IPAddress? _redirectedBy = context.Options.RedirectedBy;

    /// <summary>The connection that the options gave was asked for: it is used once.</summary>
    private bool _isGivenTaken;

    /// <summary>Where the camera is: the stream's own URL until a redirect.</summary>
    public RtspUrl Url { get; private set; } = context.Options.Url;

    /// <summary>
    /// True while the newest connection is the one that <see cref="BackendOptions.Connection"/> gave: there may be no other way to the camera.
    /// </summary>
    public bool IsGiven { get; private set; }

    /// <summary>
    /// Answers the challenges of the host that the newest connection goes to: made anew with each connection, by <see cref="CameraCredentials"/>.
    /// Null: there is nothing to answer with.
    /// </summary>
    public AuthClient? Auth { get; private set; }

    private BackendOptions Options => context.Options;

    /// <summary>The camera sends us elsewhere; the next connection goes there.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="camera">Who says so; null: as before.</param>
    public void Follow(RtspUrl target, IPAddress? camera)
    {
        Url = target;
        _redirectedBy = camera ?? _redirectedBy;
    }

    /// <summary>Makes a connection.</summary>
    /// <exception cref="ByteStreamException">There is none to be had, or the policy refuses it.</exception>
    public async Task<ByteStream> ConnectAsync()
    {
        IsGiven = false;

        // What another host challenged us with is no business of this one's.
        Auth = Options.Credentials.ClientForConnection(Url);
        if (Options.Connection is { } given && !_isGivenTaken)
        {
            _isGivenTaken = true;
            if (await given(context.Shard) is { } stream)
            {
                Auth = Options.Credentials.ClientFor(Url, stream.Remote.Address);
                IsGiven = true;
                return stream;
            }
        }

        TimeSpan limit = context.Timings.Connect;
        if (Options.Transport == BackendTransport.HttpTunnel)
        {
            int port = Options.TunnelPort > 0 ? Options.TunnelPort : Url.Port;
            HttpTunnelTarget target = new(Target(port), Url.PathAndQuery, Url.Tls, Options.InsecureTls, limit);

            // The HTTP server has challenges of its own; those of the RTSP server inside must not be taken for them when a POST is renewed.
            return Named(await HttpTunnelStream.ConnectAsync(context.Shard, target, Options.Credentials.ClientFor(Url)));
        }

        if (Url.Tls)
        {
            // The media must not leave the encryption: interleaved, always (WayOffer.IsFixed).
            return Named(await TlsByteStream.ConnectAsync(context.Shard, Target(Url.Port), limit, Options.InsecureTls));
        }

        return Named(await TcpByteStream.ConnectAsync(context.Shard, Target(Url.Port), limit));
    }

    /// <exception cref="ByteStreamException">The policy refuses the port.</exception>
    private ConnectTarget Target(int port)
    {
        if (Options.Targets.RefusesPort(port))
        {
            throw new ByteStreamException(
                ConnectFailure.NotAllowed,
                $"this machine must not connect to {AddressText.WithPort(Url.Host, port)}: a stream that was registered without a log-in (-U) may "
                + "name the ports 80, 322, 443, 554 and those from 1024 on");
        }

        IPAddress? camera = _redirectedBy;
        return new ConnectTarget(Url.Host, port)
        {
            Names = Options.Names,
            Dscp = Options.Dscp,
            CertificateFingerprint = Options.TlsFingerprint,
            Authorities = Options.Authorities,
            Refuses = address => Options.Targets.Refuses(address, camera),
            Refusal = Options.Targets.Refusal(camera),
            LastAddress = Options.Credentials.AddressOf(Url.Host),
        };
    }

    /// <summary>A connection that we made: the host of the URL has that address.</summary>
    private ByteStream Named(ByteStream stream)
    {
        Options.Credentials.OnConnected(Url.Host, stream.Remote.Address);
        return stream;
    }
}
