using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Takes what the session with a better source sends: nobody sees it, until it is told to look for a random access point, and from there on it goes
/// to the viewers. On the mount's shard.
/// </summary>
/// <param name="shard">The mount's.</param>
/// <param name="signal">Set when something has changed that its owner waits for.</param>
/// <param name="onPoint">Called at the point; true: from this packet on it is live.</param>
internal sealed class StandbySink(Shard shard, ShardSignal signal, Func<bool> onPoint) : IBackendSink
{
    /// <summary>A source whose key frames are further apart, or that has none, is used from the beginning of any picture on.</summary>
    private const long PointWaitMicros = 60_000_000;

    /// <summary>
    /// A source of which nothing has come for so long does not deliver now: viewers are not left to it for as long as a session waits for its media.
    /// One that sends a picture every few seconds is given three times as long as its last one took.
    /// </summary>
    private const long SilentMicros = 1_500_000;
    private const int SilentPictures = 3;

    /// <summary>Where everything goes once it is live; null before that.</summary>
    private CameraSink? _live;

    /// <summary>There while a random access point is looked for.</summary>
    private LeadPackets? _lead;
    private long _leadSinceMicros;

    /// <summary>The newest report of each track, and the name that its camera has told.</summary>
    private readonly SortedDictionary<int, (uint Source, ulong Ntp, uint RtpTimestamp, long ArrivalMicros)> _reports = [];
    private readonly SortedDictionary<int, byte[]> _names = [];

    /// <summary>When the newest packet that counts came; of no meaning before the first.</summary>
    private long _newestMediaMicros;

    /// <summary>When the newest picture began, its timestamp, and how long after the one before it; 0: it is the first one.</summary>
    private long _pictureMicros;
    private uint _pictureTimestamp;
    private long _distanceMicros;

    /// <summary>Packets of tracks that count: pictures, where the source has any.</summary>
    public uint TracksThatCount { get; set; } = uint.MaxValue;

    /// <summary>When the first such packet came; null: none has.</summary>
    public long? FirstMediaMicros { get; private set; }

    /// <summary>No point came for so long that it is live from the beginning of any picture on.</summary>
    public bool IsLate { get; private set; }

    /// <summary>It looks for a point.</summary>
    public bool IsArmed => _lead is not null;

    /// <summary>The source has delivered for long enough: it is used from its next random access point on.</summary>
    /// <param name="codecs">Of its tracks, by index.</param>
    public void Arm(IReadOnlyList<MediaCodec> codecs)
    {
        _lead = new LeadPackets(codecs);
        _leadSinceMicros = shard.NowMicros;
    }

    /// <summary>Nothing that counts has come for longer than this source takes; of no meaning before the first packet.</summary>
    public bool IsSilent(long nowMicros) => nowMicros - _newestMediaMicros >= Math.Max(SilentMicros, SilentPictures * _distanceMicros);

    /// <summary>From now on it goes there: the reports that came, what leads the point, and everything that follows.</summary>
    public void GoLive(CameraSink live)
    {
        _live = live;
        foreach ((int track, (uint source, ulong ntp, uint timestamp, long arrivalMicros)) in _reports)
        {
            live.OnSenderReport(track, source, ntp, timestamp, arrivalMicros);
        }

        foreach ((int track, byte[] name) in _names)
        {
            live.OnCanonicalName(track, name);
        }

        foreach (LeadPacket packet in _lead?.All ?? [])
        {
            if (RtpPacketView.TryParse(packet.Bytes, out RtpPacketView view, out _))
            {
                live.OnRtp(packet.Track, packet.Source, view, packet.Bytes, packet.ArrivalMicros);
            }
        }

        _lead = null;
    }

    /// <inheritdoc/>
    public void OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros)
    {
        if (_live is null && !BecomesLive(track, source, view, arrivalMicros))
        {
            return;
        }

        _live?.OnRtp(track, source, view, packet, arrivalMicros);
    }

    /// <inheritdoc/>
    public void OnSenderReport(int track, uint source, ulong ntp, uint rtpTimestamp, long arrivalMicros)
    {
        if (_live is null)
        {
            _reports[track] = (source, ntp, rtpTimestamp, arrivalMicros);
        }

        _live?.OnSenderReport(track, source, ntp, rtpTimestamp, arrivalMicros);
    }

    /// <inheritdoc/>
    public void OnCanonicalName(int track, ReadOnlySpan<byte> name)
    {
        if (_live is { } live)
        {
            live.OnCanonicalName(track, name);
        }
        else if (!_names.TryGetValue(track, out byte[]? known) || !name.SequenceEqual(known))
        {
            _names[track] = name.ToArray();
        }
    }

    /// <inheritdoc/>
    public void OnGap(int track) => _live?.OnGap(track);

    /// <inheritdoc/>
    public void OnLeftOut(int track, int packets) => _live?.OnLeftOut(track, packets);

    /// <inheritdoc/>
    public void OnBatchEnd() => _live?.OnBatchEnd();

    /// <inheritdoc/>
    public void OnMoved(BackendState to) => _live?.OnMoved(to);

    /// <inheritdoc/>
    public void OnSessionChanged()
    {
        signal.Set();
        _live?.OnSessionChanged();
    }

    private bool BecomesLive(int track, uint source, in RtpPacketView view, long arrivalMicros)
    {
        if ((TracksThatCount & (1u << track)) != 0)
        {
            _newestMediaMicros = arrivalMicros;
            if (FirstMediaMicros is null)
            {
                FirstMediaMicros = arrivalMicros;
                BeginPicture(view.Timestamp, arrivalMicros);
                signal.Set();
            }
            else if (view.Timestamp != _pictureTimestamp)
            {
                _distanceMicros = arrivalMicros - _pictureMicros;
                BeginPicture(view.Timestamp, arrivalMicros);
            }
        }

        IsLate = _lead is not null && arrivalMicros - _leadSinceMicros > PointWaitMicros;
        return _lead is { } lead && lead.IsPoint(track, source, view, arrivalMicros, IsLate) && onPoint();
    }

    private void BeginPicture(uint timestamp, long arrivalMicros) => (_pictureTimestamp, _pictureMicros) = (timestamp, arrivalMicros);
}
