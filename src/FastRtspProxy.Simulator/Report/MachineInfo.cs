namespace FastRtspProxy.Simulator.Report;

/// <summary>Where it ran.</summary>
internal sealed record MachineInfo(string System, string Processor, int Cores, string Runtime);
