using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.SimulatedCamera.Talk;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>A description as read; clients that got the same bytes share one.</summary>
internal sealed class StreamDescription
{
    private readonly byte[] _sdp;
    private readonly string _base;

    private StreamDescription(byte[] sdp, string baseUrl, string aggregateUrl, TrackPlan[] tracks)
    {
        _sdp = sdp;
        _base = baseUrl;
        AggregateUrl = aggregateUrl;
        Tracks = tracks;
    }

    /// <summary>Where PLAY and TEARDOWN go.</summary>
    public string AggregateUrl { get; }

    /// <summary>The tracks that are wanted.</summary>
    public IReadOnlyList<TrackPlan> Tracks { get; }

    /// <summary>The first back channel in a codec that we speak, and that codec; null: there is none.</summary>
    public (string Control, BackChannel Codec)? Back { get; private init; }

    /// <summary>Reads the answer of a DESCRIBE; null with the reason when nothing in it can be played.</summary>
    public static StreamDescription? Read(RtspMessage answer, string requestUrl, TrackChoice choice, StreamDescription? known, out string? error)
    {
        error = null;
        string baseUrl = ControlUrl.Base(requestUrl, answer.Header("Content-Base"), answer.Header("Content-Location"));
        if (known is not null && known._base == baseUrl && answer.Body.SequenceEqual(known._sdp))
        {
            return known;
        }

        if (!SdpDocument.TryParse(answer.Body, out SdpDocument? sdp, out SdpDefect defect))
        {
            error = "DESCRIBE: the SDP cannot be read (" + defect + ")";
            return null;
        }

        string aggregate = ControlUrl.Resolve(baseUrl, sdp.Control);
        List<TrackPlan> tracks = [];
        foreach (SdpMedia media in sdp.Media)
        {
            if (!media.IsBackChannel && media.PayloadTypes.Count > 0 && choice.Wants(media, media.Index + 1))
            {
                tracks.Add(
                    new TrackPlan(media.Index, ControlUrl.Resolve(baseUrl, media.Control), media, MediaCodecs.FromEncodingName(media.EncodingName)));
            }
        }

        if (tracks.Count == 0)
        {
            error = sdp.Media.Count == 0 ? "DESCRIBE: the SDP has no media" : "DESCRIBE: none of the wanted tracks (--tracks) is there";
            return null;
        }

        return new StreamDescription(answer.Body.ToArray(), baseUrl, aggregate, [.. tracks])
        {
            Back = sdp.Media
                .Where(static media => media.IsBackChannel && BackChannel.Of(media.EncodingName) is not null)
                .Select(media => ((string, BackChannel)?)(ControlUrl.Resolve(baseUrl, media.Control), BackChannel.Of(media.EncodingName)!))
                .FirstOrDefault(),
        };
    }
}
