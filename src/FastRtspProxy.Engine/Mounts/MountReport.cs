using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Puts together what is known of a mount, when somebody asks. On the mount's shard.</summary>
internal sealed class MountReport(
    Shard shard,
    MountSettings settings,
    MountStatus status,
    MountClients clients,
    MountOffer offer,
    MountIngest ingest,
    IngestMeters meters,
    CameraRecord record,
    SourceRecord sources,
    CameraLoop camera,
    PacketRing ring,
    StreamCounters counters)
{
    /// <summary>There where a source may have a back channel. The mount's shard writes it, any thread reads it.</summary>
    public TalkDesk? Talk { get; set; }

    /// <summary>There for a recorder.</summary>
    public ReplayDesk? Replay { get; init; }

    /// <summary>How far back what is kept goes, behind the newest packet.</summary>
    private long KeptMicros => ring.Kept.FromMicros is > 0 and long from ? Math.Max(0, counters.Ingest.NewestPacketMicros - from) : 0;

    /// <inheritdoc cref="MountReport"/>
    public StreamStatus Make(StreamOrigin origin)
    {
        camera.NoteSession();
        if (status.Serves)
        {
            meters.Note();
        }

        BackendSession? session = camera.Session;
        return new StreamStatus
        {
            Name = settings.Name,
            Origin = origin,
            State = StreamStates.ToldOf(status.State),
            Since = status.Since,
            IsUp = record.IsUp && !offer.IsOfOtherCamera,
            Source = settings.Backend.Url.Redacted,
            SourceIndex = settings.Order.Current,
            SourceSince = sources.Since,
            SourceCause = sources.Since is null ? null : SourceCauses.NameOf(sources.Cause),
            SourceReason = sources.Why,
            Sources = Sources(),
            Peer = session?.Remote?.ToString(),
            Way = session?.Way is { } way ? WayOf(way) : null,
            WayReason = session?.Way is null ? null : settings.Backend.Ways.Reason,
            LastError = record.LastError,
            Attempts = record.Attempts,
            NextAttempt = record.NextAttempt,
            Reconnects = record.SessionsLost,
            Tracks = TrackReports.Of(offer.Media, ingest, meters, status.Serves),
            Ingest = Ingest(),
            KeptBytes = ring.Kept.Bytes,
            KeptSeconds = KeptMicros / 1e6,
            Viewers = Viewers(),
            ReplaySessions = Replay?.Sessions,
            BackChannel = Talk is not { IsOpen: true } desk ? null : desk.Describe(offer.Description is { Talk: not null }),
        };
    }

    /// <inheritdoc cref="Mount.Read"/>
    public void Read(Span<long> row, in ShardTime time)
    {
        row.Clear();
        StreamState state = status.State;
        row[StreamFigure.State + (int)StreamStates.ToldOf(state)] = 1;
        row[StreamFigure.Up] = record.IsUp && !offer.IsOfOtherCamera && state != StreamState.Stopped ? 1 : 0;
        row[StreamFigure.KeptBytes] = ring.Kept.Bytes;
        row[StreamFigure.Kept] = KeptMicros;
        row[StreamFigure.Held] = state == StreamState.Holding ? clients.Count : 0;
        for (ViewerWay way = ViewerWay.Udp; way <= ViewerWay.Multicast; way++)
        {
            row[StreamFigure.Viewers + (int)way] = counters.Viewers(way);
            row[StreamFigure.SentBytes + (int)way] = counters.SentBytes(way);
            row[StreamFigure.SentPackets + (int)way] = counters.SentPackets(way);
        }

        for (DropCause cause = DropCause.SlowClient; cause <= DropCause.NotKeyFrame; cause++)
        {
            row[StreamFigure.Dropped + (int)cause] = counters.Dropped(cause);
        }

        row[StreamFigure.ReportedLost] = counters.ReportedLost();
        IngestCounters ingested = counters.Ingest;
        row[StreamFigure.DroppedForMemory] = ingested.DroppedForMemory;
        row[StreamFigure.IngestBytes] = ingested.Bytes;
        ingested.Packets.CopyTo(row[StreamFigure.IngestPackets..]);
        row[StreamFigure.LostInNetwork] = ingested.LostInNetwork;
        row[StreamFigure.LostInKernel] = ingested.LostInKernel;
        row[StreamFigure.Reordered] = ingested.Reordered;
        row[StreamFigure.ReplaySessions] = Replay?.Sessions ?? 0;
        row[StreamFigure.Unauthentic] = ingested.Unauthentic;
        row[StreamFigure.Replayed] = ingested.Replayed;
        row[StreamFigure.Talked] = Talk?.Sent ?? 0;
        row[StreamFigure.TalkDropped] = Talk?.Dropped ?? 0;
        ingested.Failures.CopyTo(row[StreamFigure.Failures..]);
        ingested.LastJitterMicros.CopyTo(row[StreamFigure.Jitter..]);
        row[StreamFigure.Latency] = ingested.LastLatencyMicros;
        ingested.SourceSwitches.CopyTo(row[StreamFigure.SourceSwitches..]);
        row[StreamFigure.SourceInUse] = ingested.SourceInUse;
        row[StreamFigure.SourceSince] = ingested.SourceSinceMicros;
        row[StreamFigure.KeyFrameInterval] = ingested.LastKeyFrameIntervalMicros;
        row[StreamFigure.NewestPacket] = time.UnixOf(ingested.NewestPacketMicros);
        row[StreamFigure.NewestKeyFrame] = time.UnixOf(ingested.NewestKeyFrameMicros);
    }

    private SourceStatus[] Sources()
    {
        int inUse = sources.InUse;
        return
        [
            .. settings.Sources.Select((source, i) => new SourceStatus
            {
                Url = source.Backend.Url.Redacted,
                IsInUse = i == inUse,
                IsProbed = source.State.IsProbed,
                DeliversSince = source.State.DeliversSince,
                LastError = source.State.LastError,
            }),
        ];
    }

    private string WayOf(MediaWay way) => way switch
    {
        MediaWay.Multicast => "multicast",
        MediaWay.Udp => "udp",
        _ => settings.Backend.Transport == BackendTransport.HttpTunnel ? "http" : "tcp",
    };

    private IngestStatus Ingest()
    {
        IngestCounters counts = counters.Ingest;
        long packets = 0;
        foreach (long ofKind in counts.Packets)
        {
            packets += ofKind;
        }

        return new IngestStatus
        {
            Bytes = counts.Bytes,
            Packets = packets,
            LostInNetwork = counts.LostInNetwork,
            LostInKernel = counts.LostInKernel,
            DroppedByUs = counts.DroppedForMemory,
            Reordered = counts.Reordered,
            Unauthentic = counts.Unauthentic,
            Replayed = counts.Replayed,
            Bitrate = status.Serves ? meters.BitsPerSecond : 0,
            LastPacket = counts.NewestPacketMicros > 0
                ? shard.UtcNow - TimeSpan.FromMicroseconds(Math.Max(0, shard.NowMicros - counts.NewestPacketMicros))
                : null,
            LatencyMicros = counts.LatencyMicros,
            LatencyCount = counts.LatencyCount,
            LatencyMax = status.Serves && counts.LatencyCount > 0 ? counts.LastLatencyMicros / 1e6 : null,
            ClockOffset = ingest.CameraClockOffsetMicros / 1e6,
        };
    }

    private StreamViewers Viewers()
    {
        StreamViewers viewers = new()
        {
            Udp = (int)counters.Viewers(ViewerWay.Udp),
            Tcp = (int)counters.Viewers(ViewerWay.Tcp),
            Http = (int)counters.Viewers(ViewerWay.Http),
            Tls = (int)counters.Viewers(ViewerWay.Tls),
            WebSocket = (int)counters.Viewers(ViewerWay.WebSocket),
            Live = (int)counters.Viewers(ViewerWay.Live),
            Multicast = (int)counters.Viewers(ViewerWay.Multicast),
            Held = status.State == StreamState.Holding ? clients.Count : 0,
            DroppedPackets = counters.Dropped(DropCause.SlowClient) + counters.Dropped(DropCause.Socket) + counters.Dropped(DropCause.NotKeyFrame),
            ReportedLostPackets = counters.ReportedLost(),
        };
        long bytes = 0;
        long packets = 0;
        for (ViewerWay way = ViewerWay.Udp; way <= ViewerWay.Multicast; way++)
        {
            bytes += counters.SentBytes(way);
            packets += counters.SentPackets(way);
        }

        return viewers with { SentBytes = bytes, SentPackets = packets };
    }
}
