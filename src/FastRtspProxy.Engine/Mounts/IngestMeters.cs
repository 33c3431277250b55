using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The rates of what a camera sends, in all and by track. Looked at while it plays, every few seconds and when asked. On the mount's shard.
/// </summary>
internal sealed class IngestMeters(Shard shard, MountIngest ingest)
{
    private RateMeter _all;

    /// <summary>Of the tracks of <see cref="_tracks"/>, by index.</summary>
    private RateMeter[] _bits = [];
    private FrameMeter[] _frames = [];
    private IReadOnlyList<IngestTrack> _tracks = [];

    /// <summary>Of all tracks, in bits a second.</summary>
    public long BitsPerSecond => _all.BitsPerSecond;

    /// <summary>Of one track, in bits a second.</summary>
    public long BitsOf(int track) => track < _bits.Length ? _bits[track].BitsPerSecond : 0;

    /// <summary>Of one track; null: not known.</summary>
    public double? FramesOf(int track) => track < _frames.Length ? _frames[track].PerSecond : null;

    /// <summary>The camera plays, from now on.</summary>
    public void BeginSession()
    {
        TakeTracks();
        _all.Begin(ingest.Counters.Bytes, shard.NowMicros);
        for (int i = 0; i < _tracks.Count; i++)
        {
            _bits[i].Begin(_tracks[i].Bytes, shard.NowMicros);
            _frames[i].Forget();
        }
    }

    /// <summary>Looks at the counts.</summary>
    public void Note()
    {
        TakeTracks();
        _all.Note(ingest.Counters.Bytes, shard.NowMicros);
        for (int i = 0; i < _tracks.Count; i++)
        {
            IngestTrack track = _tracks[i];
            _bits[i].Note(track.Bytes, shard.NowMicros);
            _frames[i].Note(track.Frames, track.FrameTicks, track.ClockRate, shard.NowMicros);
        }
    }

    private void TakeTracks()
    {
        if (!ReferenceEquals(_tracks, ingest.Tracks))
        {
            _tracks = ingest.Tracks;
            _bits = new RateMeter[_tracks.Count];
            _frames = new FrameMeter[_tracks.Count];
        }
    }
}
