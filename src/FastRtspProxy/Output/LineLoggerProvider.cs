using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Output;

/// <summary>Log messages as plain lines, as scripts around the LIVE555 Proxy Server read them: no time, no level, no category.</summary>
internal sealed class LineLoggerProvider(LineQueue lines) : ILoggerProvider
{
    private readonly LineLogger _logger = new(lines);

    public ILogger CreateLogger(string categoryName) => _logger;

    public void Dispose()
    {
    }

    /// <summary>A factory without dependency injection: it costs neither start-up time nor reflection in a native binary.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The factory disposes its providers.")]
    public static ILoggerFactory CreateFactory(LineQueue lines, LogLevel level)
    {
        return new LoggerFactory([new LineLoggerProvider(lines)], new LoggerFilterOptions { MinLevel = level });
    }

    private sealed class LineLogger(LineQueue lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            return null;
        }

        /// <summary>The factory's filter has decided already.</summary>
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string message = formatter(state, exception);

            // The dialogues of -V have lines of their own; everything else is one line whatever a peer put into it.
            message = logLevel == LogLevel.Trace ? Printable.Lines(message) : Printable.Line(message);
            if (exception is not null)
            {
                message += $" ({exception.GetType().Name}: {Printable.Line(exception.Message)})";
            }

            lines.Add(message.EndsWith('\n') ? message : message + "\n");
        }
    }
}
