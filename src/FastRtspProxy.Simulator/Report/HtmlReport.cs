namespace FastRtspProxy.Simulator.Report;

/// <summary>x</summary>
internal static class HtmlReport { public static string Write(LoadReport report) => report.Tool; }
