using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Log lines of the dialogue with cameras. No credentials, in none of them.</summary>
internal static partial class BackEndLog
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Trace, Message = "{Stream}: message {Direction} the back-end:\n{Text}")]
    public static partial void Message(ILogger log, string stream, string direction, string text);

    [LoggerMessage(EventId = 101, Level = LogLevel.Debug, Message = "{Stream}: back-end session {From} -> {To}")]
    public static partial void Moved(ILogger log, string stream, BackEndState from, BackEndState to);

    [LoggerMessage(EventId = 102, Level = LogLevel.Debug, Message = "{Stream}: redirected to {Url}")]
    public static partial void Redirected(ILogger log, string stream, string url);

    [LoggerMessage(EventId = 103, Level = LogLevel.Debug, Message = "{Stream}: {Method} as keep-alive was refused ({Status}); {Next}")]
    public static partial void KeepAliveChanged(ILogger log, string stream, string method, int status, string next);

    [LoggerMessage(EventId = 105, Level = LogLevel.Debug, Message = "{Stream}: the back-end sent {Method} and got {Status}")]
    public static partial void ServerRequest(ILogger log, string stream, string method, int status);

    [LoggerMessage(EventId = 106, Level = LogLevel.Debug, Message = "{Stream}: track {Track}: {Packets} packets, {Missing} missing, {Late} late, {Duplicates} repeated, {Unknown} of unknown type, {Malformed} malformed")]
    public static partial void TrackSummary(ILogger log, string stream, int track, long packets, long missing, long late, long duplicates, long unknown, long malformed);
}
