using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Streams;

/// <summary>What is said of streams that requests made. No secret is in it.</summary>
internal static partial class StreamsLog
{
    [LoggerMessage(EventId = 800, Level = LogLevel.Error, Message = "The stream {Stream} cannot be kept for the next start: {Problem}")]
    public static partial void NotKept(ILogger log, string stream, string problem);
}
