namespace FastRtspProxy.Simulator.Load;

/// <summary>Chooses the view: live on a terminal, lines elsewhere.</summary>
internal static class LoadView
{
    public static ILoadView Create(LoadOptions options, TextWriter output) =>
        !options.Plain && ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected ? new LiveView() : new LineView(output);
}
