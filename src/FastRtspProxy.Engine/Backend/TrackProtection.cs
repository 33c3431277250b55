using System.Globalization;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// SRTP of one track (RFC 3711): what comes is checked and decrypted before anything else looks at it, and our reports go out encrypted. The keys are
/// those of the description; where it names none that can be used we invent them, and say them in SETUP (RFC 4567 section 3.2). All begins anew with
/// each session, rollover counters too. A track that is not encrypted has none of this. On the session's shard.
/// </summary>
internal sealed class TrackProtection : IDisposable
{
    /// <summary>
    /// So long nothing but packets of other keys: a camera that has changed its keys is described anew, or the user is told. Longer than what is on
    /// its way when keys change, and shorter than the silence after which a camera counts as dead.
    /// </summary>
    public static readonly TimeSpan FailingMax = TimeSpan.FromSeconds(5);

    /// <summary>Fewer packets say nothing.</summary>
    private const int FailuresMin = 8;

    /// <summary>As long as the identifiers that Axis' cameras and LIVE555 have.</summary>
    private const int OwnMkiBytes = 4;

    /// <summary>Room for the packets of an Ethernet; longer ones make it grow, to the length of a datagram.</summary>
    private const int PacketBytes = 2048;

    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly ReceiveTracks _tracks;
    private readonly SrtpOffer _offer;
    private readonly BackendTrack _track;
    private readonly uint _ownSsrc;
    private readonly SrtpPolicy? _policy;

    /// <summary>Null: it cannot be received, or the session is over.</summary>
    private SrtpReceiver? _receiver;

    /// <summary>Made by the first report.</summary>
    private SrtpSender? _sender;

    /// <summary>The packet in hand, decrypted; the next one takes its place.</summary>
    private byte[] _clear = [];

    /// <summary>Since when none was genuine; of no meaning while <see cref="_failures"/> is 0.</summary>
    private long _failingSinceMicros;
    private int _failures;
    private bool _saidFailing;

    private TrackProtection(SrtpOffer offer, BackendTrack track, BackendContext context, BackendLife life, ReceiveTracks tracks, uint ownSsrc)
    {
        _context = context;
        _life = life;
        _tracks = tracks;
        _offer = offer;
        _track = track;
        _ownSsrc = ownSsrc;
        if (offer.Problem is null)
        {
            SrtpSuite suite = offer.Suite ?? SrtpSuite.AesCm128HmacSha1Tag80;
            _policy = offer.Policy ?? new SrtpPolicy(suite, [SrtpKey.Invent(suite, OwnMkiBytes)]);
            _receiver = new SrtpReceiver(_policy);
        }
    }

    /// <summary>That of a track; null: it is not encrypted.</summary>
    /// <param name="document">The camera's description.</param>
    /// <param name="track">One of it.</param>
    /// <param name="context">The session's.</param>
    /// <param name="life">The session's.</param>
    /// <param name="tracks">The session's.</param>
    /// <param name="ownSsrc">That of our reports about the track.</param>
    public static TrackProtection? Of(
        SdpDocument document, BackendTrack track, BackendContext context, BackendLife life, ReceiveTracks tracks, uint ownSsrc) =>
        SrtpOffer.Of(document, track.Media) is { } offer ? new TrackProtection(offer, track, context, life, tracks, ownSsrc) : null;

    /// <summary>Why the track cannot be received; null: it can.</summary>
    public string? Problem => _offer.Problem;

    /// <inheritdoc cref="SrtpOffer.Doubt"/>
    public string? Doubt => _offer.Doubt;

    /// <summary>Packets that were dropped: of other keys, or of no track of the camera.</summary>
    public long Unauthentic { get; private set; }

    /// <summary>Packets that were dropped: they had come before.</summary>
    public long Replayed { get; private set; }

    /// <summary>How it is encrypted, for the log; no key.</summary>
    public string Words => (_policy?.Suite.Name ?? "none that is known") + _offer.Source switch
    {
        SrtpKeySource.Mikey => ", keys by MIKEY in its description",
        SrtpKeySource.Crypto => ", keys by a=crypto in its description",
        _ => ", keys of ours by MIKEY in SETUP" + (Doubt is null ? string.Empty : $", because {Doubt}"),
    };

    /// <summary>
    /// What SETUP says besides: the keys of our reports, and where the camera has named none, those of its media. GStreamer's server takes no report
    /// whose source it was not told of.
    /// </summary>
    /// <param name="url">That of the request.</param>
    public RtspHeader[] SetUpHeaders(string url)
    {
        if (_policy is null || _offer.Source == SrtpKeySource.Crypto)
        {
            return [];
        }

        byte[] message = MikeyMessage.Write(_policy, new SrtpSource(_ownSsrc, 0), _context.Shard.UtcNow);
        return [new RtspHeader(KeyManagement.HeaderName, KeyManagement.Header(url, message))];
    }

    /// <summary>
    /// SETUP was answered: a camera may say there how its own numbers stand, or its keys; not that what was to be encrypted comes in the clear.
    /// </summary>
    public void Take(RtspMessage answer)
    {
        if (_receiver is not null && answer.Header(KeyManagement.HeaderName) is { } header
            && KeyManagement.TryParseHeader(header, out SrtpPolicy? policy, out _) && (policy!.EncryptsRtp || !_policy!.EncryptsRtp))
        {
            _receiver.Dispose();
            _receiver = new SrtpReceiver(policy!);
        }
    }

    /// <summary>Checks and decrypts an RTP packet. False: it is to be dropped.</summary>
    /// <param name="packet">As it came; then the RTP packet, until the next one.</param>
    /// <param name="nowMicros">The shard's clock.</param>
    public bool TryOpenRtp(ref ReadOnlySpan<byte> packet, long nowMicros)
    {
        if (_receiver is not { } receiver)
        {
            return false;
        }

        Span<byte> clear = Room(packet.Length);
        SrtpVerdict verdict = receiver.OpenRtp(packet, clear, out int length);
        packet = clear[..length];
        if (verdict == SrtpVerdict.Genuine)
        {
            _failures = 0;
            return true;
        }

        OnRefused(verdict, nowMicros);
        return false;
    }

    /// <summary>Checks and decrypts an RTCP compound. False: it is to be dropped.</summary>
    /// <param name="compound">As it came; then the RTCP compound, until the next packet.</param>
    public bool TryOpenRtcp(ref ReadOnlySpan<byte> compound)
    {
        if (_receiver is not { } receiver)
        {
            return false;
        }

        Span<byte> clear = Room(compound.Length);
        SrtpVerdict verdict = receiver.OpenRtcp(compound, clear, out int length);
        compound = clear[..length];
        return verdict == SrtpVerdict.Genuine || Count(verdict);
    }

    /// <summary>Protects a compound of ours where it lies, and gives its new length; 0: nothing can be sent.</summary>
    /// <param name="buffer">The compound, and room behind it (<see cref="ReceiverReports"/>).</param>
    /// <param name="length">Of the compound.</param>
    public int SealRtcp(Span<byte> buffer, int length)
    {
        if (_receiver is not { } receiver || _policy is null)
        {
            return 0;
        }

        SrtpSender sender = _sender ??= new SrtpSender(_policy);
        sender.HasIdentifiers = receiver.HasIdentifiers && _policy.MkiBytes > 0;
        sender.RtcpTagBytes = receiver.RtcpTagBytes;
        return buffer.Length < length + sender.BytesMore ? 0 : sender.SealRtcp(buffer, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _receiver?.Dispose();
        _sender?.Dispose();
        _receiver = null;
        _sender = null;
    }

    private Span<byte> Room(int bytes)
    {
        bytes += SrtpReceiver.OutputBytesMore;
        if (_clear.Length < bytes)
        {
            _clear = new byte[Math.Max(PacketBytes, Math.Min(2 * bytes, ushort.MaxValue + SrtpReceiver.OutputBytesMore))];
        }

        return _clear;
    }

    private bool Count(SrtpVerdict verdict)
    {
        Unauthentic += verdict == SrtpVerdict.Replayed ? 0 : 1;
        Replayed += verdict == SrtpVerdict.Replayed ? 1 : 0;
        return false;
    }

    /// <summary>
    /// A track whose packets all have other keys ends the session, because a new description may bring the right ones; but not while another track
    /// plays: what is wrong with one must not cost the others.
    /// </summary>
    private void OnRefused(SrtpVerdict verdict, long nowMicros)
    {
        Count(verdict);
        if (verdict is SrtpVerdict.Replayed or SrtpVerdict.Malformed)
        {
            return;
        }

        _tracks.Unused.CountForged();
        if (_failures++ == 0)
        {
            _failingSinceMicros = nowMicros;
        }

        if (_failures < FailuresMin || nowMicros - _failingSinceMicros < (long)FailingMax.TotalMicroseconds || _life.HasEnded)
        {
            return;
        }

        string problem = string.Create(CultureInfo.InvariantCulture,
            $"{ProblemOf(_offer)} ({_failures} packets of {_track.Name} in {FailingMax.TotalSeconds:0} s)");
        if (!_tracks.Flow(nowMicros))
        {
            _life.Lose(BackendFailureKind.OtherKeys, problem);
        }
        else if (!_saidFailing)
        {
            _saidFailing = true;
            BackendLog.TrackOfOtherKeys(_context.Log, _context.StreamName, problem);
        }
    }

    private static string ProblemOf(SrtpOffer offer) => offer.Source == SrtpKeySource.Receiver
        ? "the camera encrypts its media (SRTP) with other keys than we have sent it in SETUP, and "
            + $"{offer.Doubt ?? "names none itself"}: switch SRTP off in it"
        : "the camera encrypts its media (SRTP) with other keys than its description names: restart the camera, or switch SRTP off in it";
}
