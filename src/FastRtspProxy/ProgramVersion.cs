namespace FastRtspProxy;

/// <summary>The version that the build was given.</summary>
internal static class ProgramVersion
{
    /// <summary>Three numbers, <c>0.1.0</c>.</summary>
    public static string Text { get; } = typeof(ProgramVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
