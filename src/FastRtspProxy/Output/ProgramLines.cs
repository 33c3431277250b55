using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Output;

/// <summary>What the program itself says, beside its log: as it stands, or each line as a message where the log is one JSON object a line.</summary>
internal sealed class ProgramLines(LineQueue lines, LogStyle style, TimeProvider time)
{
    private const string Category = "Program";

    /// <summary>One line or several that stay together, each with its line end.</summary>
    public void Say(string text)
    {
        if (style.Format == LogFormat.Text)
        {
            lines.AddLines(text);
            return;
        }

        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            lines.Add(Json(LogLevel.Information, line));
        }
    }

    /// <summary>A line that tells of lost ones, its end included, as the log is written now. Any thread.</summary>
    public string Styled(string line) => style.Format == LogFormat.Text ? line : Json(LogLevel.Warning, line);

    private string Json(LogLevel level, string line) =>
        new LogLine(level, Category, default, [], line, null).Text(LogFormat.Json, style.Addresses, time.GetUtcNow());
}
