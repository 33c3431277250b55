using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Stats;

/// <summary>What is said of the history of streams.</summary>
internal static partial class StatsLog
{
    [LoggerMessage(EventId = 900, Level = LogLevel.Error, Message = "The history of streams has a gap by an error of the proxy; please report it.")]
    public static partial void LookFailed(ILogger log, Exception error);
}
