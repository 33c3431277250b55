namespace FastRtspProxy.Simulator.Report;

/// <summary>What was asked for.</summary>
internal sealed record RunSettings(
    int Clients, IReadOnlyList<string> Transports, double RampPerSecond, double DurationSeconds, double ChurnPerSecond, double SlowShare, double StoppedShare, double VanishShare, bool Verify);
