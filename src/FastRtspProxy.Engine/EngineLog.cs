using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine;

/// <summary>Log lines of the engine as a whole: events 100 to 199.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(
        EventId = 100,
        Level = LogLevel.Debug,
        Message = "Limits: {Descriptors} descriptors (ulimit -n), of which {Cameras} are kept for cameras and multicast groups, and {Connections} are"
            + " for connections of viewers (one each, over UDP too); {MemoryMiB} MiB of memory (--memory), {InputMiB} MiB of them for what viewers"
            + " send or do not take, the rest for streams")]
    public static partial void Limits(ILogger log, long descriptors, int cameras, int connections, long memoryMiB, long inputMiB);

    [LoggerMessage(
        EventId = 101,
        Level = LogLevel.Warning,
        Message = "{Descriptors} descriptors are few for {Streams} streams: viewers get {Connections} connections, and cameras that are lost may find"
            + " none. Remedy: raise the limit (ulimit -n, LimitNOFILE=), or lower --max-registered.")]
    public static partial void FewDescriptors(ILogger log, long descriptors, long streams, int connections);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "Nobody new is let in, by a request; {Viewers} viewers watch on")]
    public static partial void Drains(ILogger log, int viewers);

    [LoggerMessage(EventId = 103, Level = LogLevel.Information, Message = "Viewers are let in again, by a request")]
    public static partial void DrainsNoMore(ILogger log);
}
