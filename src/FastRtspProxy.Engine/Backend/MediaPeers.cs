using System.Diagnostics;
using System.Globalization;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Who may send a track's datagrams: the camera, the address that it named as its source, and while nothing comes from those a neighbour that stands
/// in for them (<see cref="MediaNeighbours"/>). Both ports of a track share one. It judges addresses alone; whether a packet fits the track is judged
/// before it is asked.
/// </summary>
internal sealed class MediaPeers
{
    /// <summary>A stand-in keeps its place for so long after its last packet: else two relays would take turns by the packet.</summary>
    public const long StandInSilenceMicros = 2_000_000;

    /// <summary>The other end of the RTSP connection.</summary>
    private readonly PeerAddress _camera;

    /// <summary>The source that the camera named; itself while it has named none.</summary>
    private PeerAddress _media;

    /// <summary>The neighbour whose RTP is taken; empty: none. Always empty once <see cref="_hasExpected"/>.</summary>
    private PeerAddress _standIn;

    /// <summary>Its last RTP packet.</summary>
    private long _standInMicros;

    /// <summary>RTP came from an expected address: from then on there are no stand-ins.</summary>
    private bool _hasExpected;

    /// <summary>The first sender that was refused since <see cref="ForgetRefused"/>; empty: none was.</summary>
    private PeerAddress _refused;

    /// <summary>Datagrams of <see cref="_refused"/>, and of others that were refused.</summary>
    private long _refusedCount;
    private long _refusedOthers;

    /// <summary>Those that were refused before <see cref="ForgetRefused"/>.</summary>
    private long _refusedBefore;

    public MediaPeers(in PeerAddress camera) => _camera = _media = camera;

    /// <summary>The neighbour whose RTP is taken; empty: none.</summary>
    public PeerAddress StandIn => _standIn;

    /// <summary>RTP came from an expected address.</summary>
    public bool HasExpected => _hasExpected;

    /// <summary>Datagrams that were refused for their sender.</summary>
    public long Refused => _refusedBefore + _refusedCount + _refusedOthers;

    /// <summary>The camera's answer named this source.</summary>
    public void Name(in PeerAddress media) => _media = media;

    /// <summary>The camera, or its named source, whatever the port.</summary>
    public bool IsExpected(in PeerAddress from) => from.SameAddress(_media) || from.SameAddress(_camera);

    /// <summary>The neighbour whose RTP is taken.</summary>
    public bool IsStandIn(in PeerAddress from) => !_standIn.IsEmpty && from.SameAddress(_standIn);

    /// <summary>RTP of the track came from an expected address. True when a stand-in has to go.</summary>
    public bool OnExpected()
    {
        _hasExpected = true;
        bool hadStandIn = !_standIn.IsEmpty;
        _standIn = default;
        return hadStandIn;
    }

    /// <summary>True where RTP of the track from that address may be taken from now on.</summary>
    public bool MayStandIn(in PeerAddress from, long nowMicros) =>
        !_hasExpected
        && (_standIn.IsEmpty || nowMicros - _standInMicros >= StandInSilenceMicros)
        && (MediaNeighbours.MayStandIn(_camera, from) || MediaNeighbours.MayStandIn(_media, from));

    /// <summary>RTP of the track came from the stand-in, be it a new one.</summary>
    public void OnStandIn(in PeerAddress from, long nowMicros)
    {
        Debug.Assert(!_hasExpected, "Where the camera itself sends, nobody stands in.");
        _standIn = from;
        _standInMicros = nowMicros;
    }

    /// <summary>A datagram is dropped for its sender.</summary>
    public void Refuse(in PeerAddress from)
    {
        if (_refused.IsEmpty)
        {
            _refused = from;
        }

        if (from.SameAddress(_refused))
        {
            _refusedCount++;
        }
        else
        {
            _refusedOthers++;
        }
    }

    /// <summary>Media has come meanwhile: who was refused beside it explains no silence.</summary>
    public void ForgetRefused()
    {
        _refusedBefore = Refused;
        _refused = default;
        _refusedCount = _refusedOthers = 0;
    }

    /// <summary>For a failure's message: who was refused and how often; null: nobody.</summary>
    public string? RefusedText()
    {
        if (_refused.IsEmpty)
        {
            return null;
        }

        string others = _refusedOthers > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {_refusedOthers} from others") : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_refusedCount} datagrams from {_refused.ToEndPoint().Address}{others} were not taken for those of the camera at "
            + $"{_camera.ToEndPoint().Address}");
    }
}
