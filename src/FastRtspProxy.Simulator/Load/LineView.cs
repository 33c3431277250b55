using FastRtspProxy.Simulator.Report;

namespace FastRtspProxy.Simulator.Load;

/// <summary>A line a second at first, then more rarely: about sixty in the whole run.</summary>
internal sealed class LineView(TextWriter output) : ILoadView
{
    private const int Lines = 60;

    private double _nextSecond;
    private int _errors;

    /// <inheritdoc/>
    public void Show(RunProgress progress, TimelinePoint now, LoadSnapshot snapshot)
    {
        int errors = snapshot.Errors.Values.Sum();
        if (now.Second < _nextSecond && errors == _errors)
        {
            return;
        }

        _nextSecond = now.Second + Math.Max(0.5, progress.Total.TotalSeconds / Lines);
        string latency = now.LatencyP50 == 0 ? "" : $", latency p50 {Units.Millis(now.LatencyP50)} p99 {Units.Millis(now.LatencyP99)}";
        output.WriteLine(
            $"{now.Second,7:0.0} s  playing {now.Playing} of {progress.Clients}, starting {now.Starting}, {now.MegabitsPerSecond:0.0} Mbit/s, "
            + $"{Units.Count(now.PacketsPerSecond)} packets/s, lost {Units.Count(now.Lost)}{latency}, tool CPU {now.ToolCpuPercent:0} %");
        if (errors != _errors)
        {
            _errors = errors;
            foreach ((string kind, int count) in snapshot.Errors)
            {
                output.WriteLine($"           {count} x {kind}");
            }
        }
    }

    public void Dispose()
    {
    }
}
