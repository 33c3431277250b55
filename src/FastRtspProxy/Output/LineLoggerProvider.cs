using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Output;

/// <summary>Log messages as lines of standard error, in a style that can change while the program runs.</summary>
internal sealed class LineLoggerProvider(LineQueue lines, LogStyle style, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, lines, style, time);

    public void Dispose()
    {
    }

    /// <summary>
    /// A factory without dependency injection: it costs neither start-up time nor reflection in a native binary. What is logged is for the style to
    /// say, at any moment.
    /// </summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The factory disposes its providers.")]
    public static ILoggerFactory CreateFactory(LineQueue lines, LogStyle style, TimeProvider? time = null)
    {
        LineLoggerProvider provider = new(lines, style, time ?? TimeProvider.System);
        return new LoggerFactory([provider], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
    }

    private sealed class LineLogger(string category, LineQueue lines, LogStyle style, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => logLevel >= style.Level;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            IReadOnlyList<KeyValuePair<string, object?>> values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            LogLine line = new(logLevel, category, eventId, values, formatter(state, exception), exception);
            DateTimeOffset now = time.GetUtcNow();
            string text = line.Text(style.Format, style.Addresses, now);
            lines.Add(text);
            style.History?.Add(
                logLevel, now, category, style.Format == LogFormat.Text ? text : line.Text(LogFormat.Text, style.Addresses, now));
        }
    }
}
