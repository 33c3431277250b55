using System.Collections.Concurrent;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>
/// What a camera has seen and sent, for tests and for the simulator's report. Any thread may read: figures on their own, without partners.
/// </summary>
internal sealed class SimulatedCameraCounters
{
    private readonly ConcurrentDictionary<string, int> _requests = new();
    private int _connections;
    private int _sessions;
    private int _sessionsOpened;
    private int _sessionsPlaying;
    private long _rtpPackets;
    private long _rtpBytes;
    private long _dropped;

    /// <summary>RTSP connections open now.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Sessions open now.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    /// <summary>Sessions ever opened.</summary>
    public int SessionsOpened => Volatile.Read(ref _sessionsOpened);

    /// <summary>Sessions between PLAY and PAUSE now.</summary>
    public int SessionsPlaying => Volatile.Read(ref _sessionsPlaying);

    public long RtpPackets => Volatile.Read(ref _rtpPackets);

    /// <summary>RTP headers and payloads.</summary>
    public long RtpBytes => Volatile.Read(ref _rtpBytes);

    /// <summary>Packets that the network layer did not take.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Requests of a method so far.</summary>
    public int Requests(string method) => _requests.GetValueOrDefault(method);

    public void OnRequest(string method) => _requests.AddOrUpdate(method, 1, static (_, n) => n + 1);

    public void OnConnection(int change) => Interlocked.Add(ref _connections, change);

    public void OnSession(int change)
    {
        Interlocked.Add(ref _sessions, change);
        if (change > 0)
        {
            Interlocked.Increment(ref _sessionsOpened);
        }
    }

    public void OnPlaying(int change) => Interlocked.Add(ref _sessionsPlaying, change);

    public void OnSent(int packets, long bytes, int dropped)
    {
        Interlocked.Add(ref _rtpPackets, packets);
        Interlocked.Add(ref _rtpBytes, bytes);
        if (dropped > 0)
        {
            Interlocked.Add(ref _dropped, dropped);
        }
    }
}
