using System.Text;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Keeps what a session gives.</summary>
internal sealed class RecordingSink : IBackendSink
{
    private readonly Lock _lock = new();
    private readonly List<(int Track, ushort SequenceNumber, uint Timestamp, uint Ssrc)> _packets = [];
    private readonly List<(int Track, uint Ssrc, ulong Ntp, uint RtpTime)> _reports = [];
    private readonly List<uint> _sources = [];
    private readonly List<byte[]> _bytes = [];
    private readonly List<string> _names = [];
    private int _batches;
    private int _gaps;
    private int _leftOut;

    public IReadOnlyList<(int Track, ushort SequenceNumber, uint Timestamp, uint Ssrc)> Packets
    {
        get
        {
            lock (_lock)
            {
                return [.. _packets];
            }
        }
    }

    /// <summary>The stream of each packet, as the session tells them apart.</summary>
    public IReadOnlyList<uint> Sources
    {
        get
        {
            lock (_lock)
            {
                return [.. _sources];
            }
        }
    }

    /// <summary>Each packet, whole.</summary>
    public IReadOnlyList<byte[]> Bytes
    {
        get
        {
            lock (_lock)
            {
                return [.. _bytes];
            }
        }
    }

    public IReadOnlyList<(int Track, uint Ssrc, ulong Ntp, uint RtpTime)> Reports
    {
        get
        {
            lock (_lock)
            {
                return [.. _reports];
            }
        }
    }

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _names];
            }
        }
    }

    /// <summary>The longest packet.</summary>
    public int LongestBytes { get; private set; }

    public int Batches => Volatile.Read(ref _batches);

    /// <summary>Times that something was missing.</summary>
    public int Gaps => Volatile.Read(ref _gaps);

    /// <summary>Packets that nobody gets and nobody misses.</summary>
    public int LeftOut => Volatile.Read(ref _leftOut);

    public void OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros)
    {
        lock (_lock)
        {
            LongestBytes = Math.Max(LongestBytes, packet.Length);
            _sources.Add(source);
            _bytes.Add(packet.ToArray());
            _packets.Add((track, view.SequenceNumber, view.Timestamp, view.Ssrc));
        }
    }

    public void OnSenderReport(int track, uint source, ulong ntp, uint rtpTimestamp, long arrivalMicros)
    {
        lock (_lock)
        {
            _reports.Add((track, source, ntp, rtpTimestamp));
        }
    }

    public void OnCanonicalName(int track, ReadOnlySpan<byte> name)
    {
        lock (_lock)
        {
            _names.Add(Encoding.UTF8.GetString(name));
        }
    }

    public void OnGap(int track) => Interlocked.Increment(ref _gaps);

    public void OnLeftOut(int track, int packets) => Interlocked.Add(ref _leftOut, packets);

    public void OnBatchEnd() => Interlocked.Increment(ref _batches);

    public void OnMoved(BackendState to)
    {
    }

    public void OnSessionChanged()
    {
    }
}
