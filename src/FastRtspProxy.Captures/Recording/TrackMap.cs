using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Captures.Recording;

/// <summary>
/// Which track a channel or a port belongs to, learnt from the dialogue alone: the same for a capture that is being made, one that is read, and the
/// packets of a network. Bounded. One thread.
/// </summary>
internal sealed class TrackMap
{
    private const int AskedMax = 256;
    private const int PlacesMax = 1024;

    private readonly List<CapturedTrack> _tracks = [];
    private readonly Dictionary<(int Connection, long CSeq), (string Method, string Url)> _asked = [];
    private readonly Dictionary<(int Connection, int Place), (CapturedTrack Track, bool IsRtcp)> _places = [];
    private SdpDocument? _description;
    private string _base = string.Empty;

    /// <summary>In the order of their first SETUPs.</summary>
    public IReadOnlyList<CapturedTrack> Tracks => _tracks;

    /// <summary>The newest description; null: none was read.</summary>
    public SdpDocument? Description => _description;

    /// <summary>A request to the camera: what it asks for may be used before it is answered (RFC 2326 section 10.12).</summary>
    public void OnRequest(int connection, RtspMessage request)
    {
        if (request.CSeq is not { } cseq || request.Method is not (RtspMethod.Setup or RtspMethod.Describe))
        {
            return;
        }

        if (_asked.Count >= AskedMax)
        {
            _asked.Clear();
        }

        _asked[(connection, cseq)] = (request.Method, request.Uri);
        if (request.Method == RtspMethod.Setup && TrackOf(request.Uri) is { } track)
        {
            foreach (TransportSpec spec in TransportHeader.Parse(request.Header("Transport") ?? ""))
            {
                Take(connection, track, spec, spec.ClientPort);
            }
        }
    }

    /// <summary>An answer of the camera.</summary>
    public void OnAnswer(int connection, RtspMessage answer)
    {
        if (answer.CSeq is not { } cseq || answer.StatusCode is < 200 or >= 300
            || !_asked.Remove((connection, cseq), out (string Method, string Url) asked))
        {
            return;
        }

        if (asked.Method == RtspMethod.Describe)
        {
            if (SdpDocument.TryParse(answer.Body, out SdpDocument? document, out _))
            {
                _description = document;
                _base = ControlUrl.Base(asked.Url, answer.Header("Content-Base"), answer.Header("Content-Location"));
            }
        }
        else if (TrackOf(asked.Url) is { } track && TransportHeader.Parse(answer.Header("Transport") ?? "") is [{ } spec, ..])
        {
            Take(connection, track, spec, spec.ClientPort ?? spec.Port);
        }
    }

    /// <summary>Whose interleaved channel that is; null: nobody's.</summary>
    public CapturedTrack? OfChannel(int connection, byte channel, out bool isRtcp)
    {
        bool isKnown = _places.TryGetValue((connection, channel), out (CapturedTrack Track, bool IsRtcp) place);
        isRtcp = isKnown && place.IsRtcp;
        return isKnown ? place.Track : null;
    }

    /// <summary>Whose port that is, of the side that plays or of the group; null: nobody's.</summary>
    public CapturedTrack? OfPort(int port, out bool isRtcp)
    {
        bool isKnown = _places.TryGetValue((0, port), out (CapturedTrack Track, bool IsRtcp) place);
        isRtcp = isKnown && place.IsRtcp;
        return isKnown ? place.Track : null;
    }

    /// <summary>
    /// Whose packet that is; null: nobody's. Quirk: cameras swap the channels of their tracks, or put all on one, so where the track of the channel
    /// or port has no such payload type, it is the only one that has.
    /// </summary>
    /// <param name="track">The track of the channel or port; null: it is nobody's.</param>
    /// <param name="payloadType">Of the packet.</param>
    public CapturedTrack? OfPayloadType(CapturedTrack? track, int payloadType)
    {
        if (track?.Media is not { } media || media.PayloadTypes.Contains(payloadType))
        {
            return track;
        }

        CapturedTrack[] others = [.. _tracks.Where(other => other.Media?.PayloadTypes.Contains(payloadType) == true)];
        return others is [var only] ? only : null;
    }

    /// <summary>The track of a URL that is set up; null: there are too many.</summary>
    private CapturedTrack? TrackOf(string url)
    {
        foreach (CapturedTrack known in _tracks)
        {
            if (known.Url == url)
            {
                return known;
            }
        }

        if (_tracks.Count >= CaptureLimits.Tracks)
        {
            return null;
        }

        CapturedTrack track = new(_tracks.Count, url, MediaOf(url));
        _tracks.Add(track);
        return track;
    }

    private SdpMedia? MediaOf(string url)
    {
        if (_description is not { } description)
        {
            return null;
        }

        foreach (SdpMedia media in description.Media)
        {
            foreach (string control in ControlUrl.Candidates(_base, description.Control, media.Control))
            {
                if (control == url)
                {
                    return media;
                }
            }
        }

        foreach (SdpMedia media in description.Media)
        {
            if (media.Control is { Length: > 0 } control && url.EndsWith(control, StringComparison.Ordinal))
            {
                return media;
            }
        }

        return _tracks.Count < description.Media.Count ? description.Media[_tracks.Count] : null;
    }

    private void Take(int connection, CapturedTrack track, TransportSpec spec, PortPair? ports)
    {
        if (_places.Count >= PlacesMax)
        {
            return;
        }

        if (spec.Tcp && spec.Interleaved is { } channels)
        {
            _places[(connection, channels.Rtcp)] = (track, true);
            _places[(connection, channels.Rtp)] = (track, false);
        }
        else if (!spec.Tcp && ports is { } pair)
        {
            _places[(0, pair.Rtcp)] = (track, true);
            _places[(0, pair.Rtp)] = (track, false);
        }
    }
}
