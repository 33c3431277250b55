using System.Diagnostics;
using FastRtspProxy.Simulator.Receive;
using FastRtspProxy.Simulator.Report;
using HdrHistogram;

namespace FastRtspProxy.Simulator.Load;

/// <summary>What the tool itself takes, from its making on.</summary>
internal sealed class ToolMeter
{
    private readonly Process _self = Process.GetCurrentProcess();
    private readonly TimeSpan _cpuBefore;
    private readonly long _allocatedBefore = GC.GetTotalAllocatedBytes();

    public ToolMeter() => _cpuBefore = _self.TotalProcessorTime;

    /// <summary>CPU time so far.</summary>
    public TimeSpan CpuNow()
    {
        _self.Refresh();
        return _self.TotalProcessorTime - _cpuBefore;
    }

    public ToolCost Cost(in ReceiveCounters received, TimeSpan elapsed, LongHistogram turnDelay, int threads)
    {
        double cpu = CpuNow().TotalSeconds;
        return new ToolCost(
            Math.Round(cpu, 3),
            Math.Round(cpu / Math.Max(0.001, elapsed.TotalSeconds) * 100, 1),
            received.Packets == 0 ? 0 : Math.Round(cpu * 1e6 / received.Packets, 3),
            received.KernelDrops,
            LatencySummary.Of(turnDelay),
            ProcessFigures.PeakResidentBytes(Environment.ProcessId),
            GC.GetTotalAllocatedBytes() - _allocatedBefore,
            threads);
    }
}
