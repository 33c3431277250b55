namespace FastRtspProxy.Simulator;

/// <summary>What the process answers to its caller.</summary>
internal static class ExitCode
{
    /// <summary>The run went through and every pass criterion holds.</summary>
    public const int Passed = 0;

    /// <summary>A criterion was missed, or nothing could be measured.</summary>
    public const int Failed = 1;

    /// <summary>The command line is not understood, or asks for what this machine cannot do.</summary>
    public const int BadOptions = 2;
}
