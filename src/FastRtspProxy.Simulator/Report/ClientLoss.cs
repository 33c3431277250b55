namespace FastRtspProxy.Simulator.Report;

/// <summary>One client's loss.</summary>
internal sealed record ClientLoss(int Client, string Transport, string Manner, long Packets, long Lost, double LossPercent);
