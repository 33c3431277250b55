using FastRtspProxy.Simulator.Report;

namespace FastRtspProxy.Simulator.Load;

/// <summary>Shows a run while it runs.</summary>
internal interface ILoadView : IDisposable
{
    /// <summary>Once a second.</summary>
    void Show(RunProgress progress, TimelinePoint now, LoadSnapshot snapshot);
}
