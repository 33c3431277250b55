using System.Diagnostics;
using FastRtspProxy.Simulator.Report;

namespace FastRtspProxy.Tests.Simulator.Report;

public sealed class ProcessFiguresTests
{
    private const int WorkMillis = 60;

    [Fact]
    public void CpuMicros_AThreadHasEnded_ItsTimeStays()
    {
        long before = ProcessFigures.CpuMicros(Environment.ProcessId);
        long ticksBefore = ProcessFigures.StatMicros(Environment.ProcessId);

        WorkOnAThread();

        Assert.True(ProcessFigures.CpuMicros(Environment.ProcessId) - before >= WorkMillis * 1000);

        // In ticks of 10 ms, of user and of system time.
        Assert.True(ProcessFigures.StatMicros(Environment.ProcessId) - ticksBefore >= (WorkMillis - 20) * 1000);
    }

    [Fact]
    public void CpuMicros_NoSuchProcess_Zero()
    {
        Assert.Equal(0, ProcessFigures.CpuMicros(int.MaxValue));
    }

    /// <summary>Until the thread itself has used so much processor time, however long that takes beside other work.</summary>
    private static void WorkOnAThread()
    {
        Thread worker = new(static () =>
        {
            while (Environment.CpuUsage.TotalTime is var used && s_begun + TimeSpan.FromMilliseconds(WorkMillis) > used)
            {
                Thread.SpinWait(1000);
            }
        });
        s_begun = Environment.CpuUsage.TotalTime;
        worker.Start();
        worker.Join();
    }

    private static TimeSpan s_begun;
}
