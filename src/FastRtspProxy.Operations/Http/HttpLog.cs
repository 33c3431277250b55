using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Http;

/// <summary>What the HTTP server says.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(EventId = 700, Level = LogLevel.Error, Message = "A {Method} request by HTTP failed by an error of the proxy; please report it.")]
    public static partial void Failed(ILogger log, string method, Exception error);

    [LoggerMessage(
        EventId = 701,
        Level = LogLevel.Warning,
        Message = "HTTP connections are being refused, one of {Client}: {Open} are open; no more may be, or none from there. Said once a minute.")]
    public static partial void Full(ILogger log, int open, string client);
}
