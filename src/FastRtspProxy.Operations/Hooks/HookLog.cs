using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Hooks;

/// <summary>What is said of hooks: once when one fails, once when it is back, and once a minute that one refuses.</summary>
internal static partial class HookLog
{
    [LoggerMessage(
        EventId = 950,
        Level = LogLevel.Warning,
        Message = "The hook {Url} does not take what it is told ({Reason}); it is tried again, and up to {Queue} deliveries wait")]
    public static partial void Down(ILogger log, string url, string reason, int queue);

    [LoggerMessage(EventId = 951, Level = LogLevel.Information, Message = "The hook {Url} takes deliveries again; {Missed} were left out meanwhile")]
    public static partial void Back(ILogger log, string url, long missed);

    [LoggerMessage(EventId = 952, Level = LogLevel.Warning, Message = "The hook {Url} refused {Type}: {Reason}. It is not tried again{More}.")]
    public static partial void Refused(ILogger log, string url, string type, string reason, string more);

    [LoggerMessage(EventId = 953, Level = LogLevel.Error, Message = "A hook failed by an error of the proxy; please report it.")]
    public static partial void Broken(ILogger log, Exception error);
}
