using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Reload;

/// <summary>What is said of reloads: once each, in the words of whoever wrote the file.</summary>
internal static partial class ReloadLog
{
    [LoggerMessage(EventId = 600, Level = LogLevel.Information, Message = "The configuration was read again ({Cause}): {Changes} changes")]
    public static partial void Taken(ILogger log, string cause, int changes);

    [LoggerMessage(EventId = 601, Level = LogLevel.Information, Message = "Changed: {Change}")]
    public static partial void Changed(ILogger log, string change);

    [LoggerMessage(EventId = 602, Level = LogLevel.Warning, Message = "Not changed: {Change}")]
    public static partial void NeedsRestart(ILogger log, string change);

    [LoggerMessage(
        EventId = 603,
        Level = LogLevel.Error,
        Message = "The configuration was read again ({Cause}) and cannot be used; the one before goes on (errors: {Errors})")]
    public static partial void Refused(ILogger log, string cause, int errors);

    [LoggerMessage(EventId = 604, Level = LogLevel.Error, Message = "{Error}")]
    public static partial void RefusedFor(ILogger log, string error);

    [LoggerMessage(EventId = 605, Level = LogLevel.Warning, Message = "{Warning}")]
    public static partial void Warned(ILogger log, string warning);

    [LoggerMessage(EventId = 606, Level = LogLevel.Error, Message = "Not changed: {Failure}")]
    public static partial void Failed(ILogger log, string failure);

    [LoggerMessage(
        EventId = 607,
        Level = LogLevel.Error,
        Message = "The configuration could not be read again by an error of the proxy; please report it.")]
    public static partial void Broken(ILogger log, Exception error);

    [LoggerMessage(EventId = 609, Level = LogLevel.Information, Message = "Changed by a request: {Change}")]
    public static partial void ChangedByApi(ILogger log, string change);

    [LoggerMessage(
        EventId = 608,
        Level = LogLevel.Error,
        Message = "The certificates for viewers stay as they were: {Problem}. It is tried again when a file changes, and every ten seconds.")]
    public static partial void CertificatesKept(ILogger log, string problem);
}
