namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>A line that a program wrote, and when it arrived, counted from the program's start.</summary>
public readonly record struct OutputLine(bool IsError, string Text, TimeSpan At)
{
    public override string ToString() => $"{At.TotalSeconds,7:F3} {(IsError ? "err" : "out")} {Text}";
}
