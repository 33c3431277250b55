using FastRtspProxy.Tests.Engine.Mounts;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>Every line that the engine says, at every level.</summary>
internal sealed class CollectedLog : ILoggerFactory
{
    private readonly RecordingLogger _logger = new();

    public IReadOnlyList<string> Texts => [.. _logger.Lines.Select(l => l.Text)];

    public IReadOnlyList<string> Loud => _logger.Loud;

    public ILogger CreateLogger(string categoryName) => _logger;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
