using System.Security.Cryptography;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Ingest;

/// <summary>One track of a mount: its own SSRC and timeline, its counts, and its sender reports. It outlives the sessions with the camera.</summary>
internal sealed class IngestTrack
{
    private const int NameBytesMax = 255;

    /// <summary>The camera's canonical name in its first <see cref="_nameBytes"/> bytes; 0: it has told none.</summary>
    private readonly byte[] _name = new byte[NameBytesMax];
    private int _nameBytes;

    /// <summary>Packets and octets of payload that went out, over all sessions; they wrap as in a sender report (RFC 3550 section 6.4.1).</summary>
    private uint _packets;
    private uint _octets;

    /// <summary>Of the newest picture, or piece of sound; of no meaning while <see cref="Frames"/> is 0.</summary>
    private uint _frameTimestamp;

    /// <summary>Of the newest random access point; of no meaning while <see cref="_hasKeyFrame"/> is false.</summary>
    private uint _keyFrameTimestamp;

    /// <summary>False from the beginning of a session until its first random access point.</summary>
    private bool _hasKeyFrame;

    public IngestTrack(int index, SdpMedia media, MediaClock clock, WallMapping wall)
    {
        Index = index;
        ClockRate = media.ClockRate;
        Kind = MediaKinds.Of(media.Type);
        Codec = MediaCodecs.FromEncodingName(media.EncodingName);
        PayloadType = (byte)media.PayloadTypes[0];
        Span<byte> random = stackalloc byte[10];
        RandomNumberGenerator.Fill(random);
        Ssrc = BitConverter.ToUInt32(random);

        // RFC 3550 section 5.1: sequence number and timestamp start at random.
        bool mayReorder = MediaCodecs.MayReorder(Codec, media.Type);
        Timeline = new TrackTimeline(clock, media.ClockRate, BitConverter.ToUInt16(random[4..]), BitConverter.ToUInt32(random[6..]), mayReorder);
        Reports = new ReportClock(wall);
        Points = new RandomAccessFinder(Codec);
        HasPoints = MediaCodecs.HasRandomAccessPoints(Codec);
        ParameterSets = new ParameterSetCollector(Codec);
    }

    /// <summary>Its place in the mount, from 0.</summary>
    public int Index { get; }

    /// <summary>What it carries.</summary>
    public MediaCodec Codec { get; }

    /// <inheritdoc cref="MediaKind"/>
    public MediaKind Kind { get; }

    /// <summary>RTP clock ticks a second.</summary>
    public int ClockRate { get; }

    /// <summary>Ours, for as long as the mount offers this description.</summary>
    public uint Ssrc { get; }

    /// <inheritdoc cref="TrackTimeline"/>
    public TrackTimeline Timeline { get; }

    /// <inheritdoc cref="ReportClock"/>
    public ReportClock Reports { get; }

    /// <summary>A report that came before the first packet of the session, which tells what its timestamp means; null: none.</summary>
    public EarlyReport? Early { get; set; }

    /// <summary>Its packets tell where it can be joined.</summary>
    public bool HasPoints { get; }

    /// <inheritdoc cref="RandomAccessFinder"/>
    public RandomAccessFinder Points { get; }

    /// <summary>Parameter sets that were seen in the stream, or that another source has described.</summary>
    public ParameterSetCollector ParameterSets { get; private set; }

    /// <summary>As it was described to viewers.</summary>
    public byte PayloadType { get; }

    /// <summary>There from the moment that another source than the described one is played; null: none was.</summary>
    public TrackSeam? Seam { get; private set; }

    /// <summary>Another source of the same shape is about to play, or one that was played before.</summary>
    /// <param name="media">As it describes the track.</param>
    /// <param name="size">The pictures have to be of that size; null: of any.</param>
    public void TakeSource(SdpMedia media, (int Width, int Height)? size)
    {
        byte payloadType = (byte)media.PayloadTypes[0];
        ParameterSets = DescribedSets.Of(media);
        Seam ??= new TrackSeam();
        Seam.BeginSession(payloadType == PayloadType ? null : payloadType, size);
    }

    /// <summary>Counts a packet that went out; padding and header are not octets of a sender report (RFC 3550 section 6.4.1).</summary>
    public void Count(int payloadBytes)
    {
        _packets++;
        _octets += (uint)payloadBytes;
    }

    /// <summary>Packets of the camera that went out, since the track was described.</summary>
    public long Packets { get; private set; }

    /// <summary>Their bytes, headers included.</summary>
    public long Bytes { get; private set; }

    /// <summary>Timestamps that are not the one before: pictures, of a video.</summary>
    public long Frames { get; private set; }

    /// <summary>How far they have gone on, in ticks.</summary>
    public long FrameTicks { get; private set; }

    /// <summary>Media time between the last two random access points; 0: not known.</summary>
    public long KeyFrameIntervalMicros { get; private set; }

    /// <summary>Of the newest picture, by the newest of its packets; null: none has come in this session.</summary>
    private long? _latencyMicros;

    /// <summary>As the session's receiver measures it; set when somebody looks.</summary>
    public long JitterMicros { get; set; }

    /// <summary>The next picture, and the next random access point, is the first one of a session.</summary>
    public void BeginSession()
    {
        _hasKeyFrame = false;
        _latencyMicros = null;
    }

    /// <summary>
    /// How far a packet is behind the fastest ones; before <see cref="CountIn"/>. Gives that of the picture before, which this packet shows to be
    /// whole; null: it is of the same one, or the first.
    /// </summary>
    public long? TakeLatency(long micros, uint timestamp)
    {
        long? before = timestamp != _frameTimestamp ? _latencyMicros : null;
        _latencyMicros = micros;
        return before;
    }

    /// <summary>Counts a packet for those who ask from outside.</summary>
    /// <param name="bytes">The whole packet's.</param>
    /// <param name="timestamp">On the mount's timeline.</param>
    public void CountIn(int bytes, uint timestamp)
    {
        Packets++;
        Bytes += bytes;
        if (timestamp != _frameTimestamp || Frames == 0)
        {
            FrameTicks += Frames == 0 ? 0 : (int)(timestamp - _frameTimestamp);
            Frames++;
            _frameTimestamp = timestamp;
        }
    }

    /// <summary>A packet of a random access point came. True: the first one of it.</summary>
    public bool NoteKeyFrame(uint timestamp)
    {
        if (_hasKeyFrame && timestamp == _keyFrameTimestamp)
        {
            return false;
        }

        if (_hasKeyFrame && (int)(timestamp - _keyFrameTimestamp) is > 0 and int ticks)
        {
            KeyFrameIntervalMicros = ticks * 1_000_000L / ClockRate;
        }

        _hasKeyFrame = true;
        _keyFrameTimestamp = timestamp;
        return true;
    }

    /// <summary>The camera's canonical name goes on to the clients (RFC 3550 section 7.2).</summary>
    public void SetName(ReadOnlySpan<byte> name)
    {
        name = name[..Math.Min(name.Length, NameBytesMax)];
        name.CopyTo(_name);
        _nameBytes = name.Length;
    }

    /// <summary>
    /// The name of a track for which the camera has told none: that of another track, by which players line the two up, else our own. Many cameras
    /// report on their pictures alone.
    /// </summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<IngestTrack> tracks)
    {
        foreach (IngestTrack track in tracks)
        {
            if (track._nameBytes > 0)
            {
                return track._name.AsSpan(0, track._nameBytes);
            }
        }

        return "fastrtspproxy"u8;
    }

    /// <summary>Writes SR and SDES for that moment; 0: nothing true can be told yet.</summary>
    public int WriteSenderReport(Span<byte> output, long nowMicros, ReadOnlySpan<byte> defaultName)
    {
        if (!Timeline.InSession)
        {
            return 0;
        }

        long media = Timeline.MediaMicros + (nowMicros - Timeline.LastArrivalMicros);
        if (!Reports.TryTell(media, out long toldMicros))
        {
            return 0;
        }

        ulong ntp = NtpTime.FromUnix(DateTimeOffset.UnixEpoch.AddTicks(toldMicros * TimeSpan.TicksPerMicrosecond));
        int written = RtcpWriter.WriteSenderReport(output, Ssrc, ntp, Timeline.TimestampOf(media), _packets, _octets);
        return written + RtcpWriter.WriteSdesCname(output[written..], Ssrc, _nameBytes > 0 ? _name.AsSpan(0, _nameBytes) : defaultName);
    }
}
