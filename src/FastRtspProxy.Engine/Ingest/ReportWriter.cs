using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Ingest;

/// <summary>Our sender reports: into the ring for those who are there, and alone for who joins.</summary>
internal sealed class ReportWriter(Shard shard, PacketRing ring)
{
    /// <summary>The largest SR with SDES: 28 + 8 + 2 + 255 and padding.</summary>
    private const int ReportBytesMax = 300;

    /// <summary>Reports stand before a random access point, unless there were some so shortly before (RFC 3550 section 6.2: not too many).</summary>
    private const long JoinReportMicros = 1_000_000;

    /// <summary>When reports were last appended.</summary>
    private long _writtenMicros;

    /// <summary>A random access point is about to be appended: whoever waits for it begins with it.</summary>
    public void OnRandomAccess(ReadOnlySpan<IngestTrack> tracks, long arrivalMicros)
    {
        if (arrivalMicros - _writtenMicros > JoinReportMicros)
        {
            Write(tracks, arrivalMicros);
        }
    }

    /// <summary>Appends one for each track that plays, and of which something true can be told.</summary>
    public void Write(ReadOnlySpan<IngestTrack> tracks, long nowMicros)
    {
        _writtenMicros = nowMicros;
        Span<byte> report = stackalloc byte[ReportBytesMax];
        foreach (IngestTrack track in tracks)
        {
            int length = track.WriteSenderReport(report, nowMicros, IngestTrack.NameOf(tracks));
            if (length > 0)
            {
                track.Reports.NoteOut();
                _ = ring.Append(track.Index, EntryFlags.Rtcp, 0, track.Timeline.TimestampAt(nowMicros), nowMicros, report[..length]);
            }
        }
    }

    /// <summary>The report for a client that joins now; null: none yet.</summary>
    public byte[]? For(IngestTrack track, ReadOnlySpan<IngestTrack> tracks)
    {
        Span<byte> report = stackalloc byte[ReportBytesMax];
        int length = track.WriteSenderReport(report, shard.NowMicros, IngestTrack.NameOf(tracks));
        return length > 0 ? report[..length].ToArray() : null;
    }
}
