using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What is said of a stream's sources, where it has several. No credentials in it.</summary>
internal static partial class SourceLog
{
    [LoggerMessage(EventId = 330, Message = "{Stream} ({Url}): {Problem}; trying source {Next} of {Count}{Clients}")]
    public static partial void TryOther(ILogger log, LogLevel level, string stream, string url, string problem, int next, int count, string clients);

    [LoggerMessage(EventId = 331, Message = "{Stream} ({Url}): source {Number} of {Count} is in use: {Why}")]
    public static partial void InUse(ILogger log, LogLevel level, string stream, string url, int number, int count, string why);

    [LoggerMessage(EventId = 332, Level = LogLevel.Debug, Message = "{Stream} ({Url}): looking whether source {Number} delivers again")]
    public static partial void Probes(ILogger log, string stream, string url, int number);

    [LoggerMessage(EventId = 333, Level = LogLevel.Debug, Message = "{Stream} ({Url}): source {Number} cannot be used yet: {Problem}")]
    public static partial void ProbeFailed(ILogger log, string stream, string url, int number, string problem);

    [LoggerMessage(EventId = 335, Level = LogLevel.Debug, Message = "{Stream} ({Url}): source {Number} is used from its next key frame on")]
    public static partial void Armed(ILogger log, string stream, string url, int number);

    [LoggerMessage(EventId = 334, Level = LogLevel.Information, Message =
        "{Stream} ({Url}): source {Number} delivers again; it is used when it has done so for {Seconds:0} s")]
    public static partial void Delivers(ILogger log, string stream, string url, int number, double seconds);
}
