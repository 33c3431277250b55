using FastRtspProxy.Simulator.Receive;
using FastRtspProxy.Simulator.Report;
using HdrHistogram;

namespace FastRtspProxy.Simulator.Load;

/// <summary>The run second by second. A long run keeps every n-th point only, so that the report stays readable: about an hour of seconds.</summary>
internal sealed class LoadTimeline(int watchedProcess)
{
    private const int PointsMax = 3600;

    private readonly List<TimelinePoint> _points = [];
    private ReceiveCounters _last;
    private TimeSpan _lastTime;
    private TimeSpan _lastCpu;

    /// <summary>At the last point, at the beginning of the run before there is one.</summary>
    private long _lastWatchedCpuMicros = watchedProcess > 0 ? ProcessFigures.CpuMicros(watchedProcess) : 0;
    private int _keepEvery = 1;
    private int _turn;

    public IReadOnlyList<TimelinePoint> Points => _points;

    /// <summary>The most clients that played at the same time.</summary>
    public int PeakPlaying { get; private set; }

    /// <summary>A run's end is worth a point when the last one is older than half a second.</summary>
    public bool NeedsLast(TimeSpan now) => now - _lastTime > TimeSpan.FromSeconds(0.5);

    public TimelinePoint Add(LoadSnapshot snapshot, TimeSpan now, TimeSpan cpu)
    {
        ReceiveCounters all = snapshot.All;
        double seconds = Math.Max(0.001, (now - _lastTime).TotalSeconds);
        TimelinePoint point = new(
            Math.Round(now.TotalSeconds, 2),
            snapshot.Playing,
            snapshot.Starting,
            snapshot.Failed,
            Math.Round((all.Bytes - _last.Bytes) * 8 / seconds / 1e6, 2),
            Math.Round((all.Packets - _last.Packets) / seconds, 0),
            snapshot.Normal.Lost,
            snapshot.Latency.TotalCount == 0 ? 0 : snapshot.Latency.GetValueAtPercentile(50),
            snapshot.Latency.TotalCount == 0 ? 0 : snapshot.Latency.GetValueAtPercentile(90),
            snapshot.Latency.TotalCount == 0 ? 0 : snapshot.Latency.GetValueAtPercentile(99),
            snapshot.Latency.TotalCount == 0 ? 0 : snapshot.Latency.GetMaxValue(),
            Math.Round((cpu - _lastCpu).TotalSeconds / seconds * 100, 1),
            snapshot.TurnDelayMicrosMax,
            watchedProcess > 0 ? ProcessFigures.ResidentBytes(watchedProcess) : 0,
            watchedProcess > 0 ? ProcessFigures.Descriptors(watchedProcess) : 0,
            WatchedCpuPercent(seconds));
        _last = all;
        _lastTime = now;
        _lastCpu = cpu;
        PeakPlaying = Math.Max(PeakPlaying, snapshot.Playing);
        Keep(point);
        return point;
    }

    private double WatchedCpuPercent(double seconds)
    {
        if (watchedProcess == 0)
        {
            return 0;
        }

        // A process that has ended has no account any more.
        long micros = Math.Max(_lastWatchedCpuMicros, ProcessFigures.CpuMicros(watchedProcess));
        long used = micros - _lastWatchedCpuMicros;
        _lastWatchedCpuMicros = micros;
        return Math.Round(used / seconds / 1e6 * 100, 2);
    }

    private void Keep(TimelinePoint point)
    {
        if (_turn++ % _keepEvery != 0)
        {
            return;
        }

        _points.Add(point);
        if (_points.Count >= PointsMax)
        {
            for (int i = 0; i < _points.Count / 2; i++)
            {
                _points[i] = _points[i * 2];
            }

            _points.RemoveRange(_points.Count / 2, _points.Count - (_points.Count / 2));
            _keepEvery *= 2;
        }
    }
}
