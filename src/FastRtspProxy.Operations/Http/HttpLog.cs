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

    [LoggerMessage(EventId = 702, Level = LogLevel.Error, Message = "An address that was given up for another one could not be had again. {Why}")]
    public static partial void NotOpenedAgain(ILogger log, string why);

    [LoggerMessage(EventId = 703, Level = LogLevel.Information, Message = "HTTP is served at {Urls}")]
    public static partial void Served(ILogger log, string urls);

    [LoggerMessage(EventId = 704, Level = LogLevel.Information, Message = "HTTP is served no more; what was asked for before has {Seconds} s to end")]
    public static partial void ServedNoMore(ILogger log, double seconds);
}
