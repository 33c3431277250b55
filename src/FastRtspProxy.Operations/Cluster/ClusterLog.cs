using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>What is said of a cluster: once for each change. No secrets in it.</summary>
internal static partial class ClusterLog
{
    [LoggerMessage(EventId = 650, Level = LogLevel.Information, Message = "Cluster: the engine answers ({Member})")]
    public static partial void EngineUp(ILogger log, string member);

    [LoggerMessage(EventId = 651, Level = LogLevel.Warning, Message =
        "Cluster: the engine does not answer ({Reason}). Who owns which stream stays as it is, and pictures go on; it is asked again")]
    public static partial void EngineDown(ILogger log, string reason);

    [LoggerMessage(EventId = 652, Level = LogLevel.Warning, Message =
        "Cluster: the engine holds a box for {Granted} s at the least, not {Wanted} s: a dead box is noticed that much later. Remedy: a shorter "
        + "--election-timeout of etcd")]
    public static partial void LongerTtl(ILogger log, long granted, double wanted);

    [LoggerMessage(EventId = 653, Level = LogLevel.Error, Message = "Cluster: an error of the proxy; please report it.")]
    public static partial void Broken(ILogger log, Exception error);

    [LoggerMessage(EventId = 654, Level = LogLevel.Debug, Message = "Cluster: a question was not answered ({Reason})")]
    public static partial void Unanswered(ILogger log, string reason);

    [LoggerMessage(EventId = 655, Level = LogLevel.Information, Message = "Cluster: the engine has forgotten what we had read; all is read again")]
    public static partial void Compacted(ILogger log);

    [LoggerMessage(EventId = 656, Level = LogLevel.Debug, Message = "Cluster: the watch goes on elsewhere ({Reason})")]
    public static partial void WatchEnded(ILogger log, string reason);

    [LoggerMessage(EventId = 657, Level = LogLevel.Information, Message = "Cluster: box {Node} is there ({Url})")]
    public static partial void MemberCame(ILogger log, string node, string url);

    [LoggerMessage(EventId = 658, Level = LogLevel.Warning, Message = "Cluster: box {Node} is gone; its streams are anybody's")]
    public static partial void MemberWent(ILogger log, string node);

    [LoggerMessage(EventId = 659, Level = LogLevel.Information, Message = "{Stream}: this box owns it now (epoch {Epoch}); before it {Previous}")]
    public static partial void Owned(ILogger log, string stream, long epoch, string previous);

    [LoggerMessage(EventId = 660, Level = LogLevel.Information, Message = "{Stream}: box {Node} owns it now (epoch {Epoch})")]
    public static partial void OwnedElsewhere(ILogger log, string stream, string node, long epoch);

    [LoggerMessage(EventId = 661, Level = LogLevel.Warning, Message =
        "Cluster: the engine has given up this box, which was not heard of in time: what it owns is claimed anew")]
    public static partial void Expired(ILogger log);

    [LoggerMessage(EventId = 662, Level = LogLevel.Warning, Message =
        "{Stream}: nobody owns it, and the engine does not answer: this box reads the camera without it")]
    public static partial void Alone(ILogger log, string stream);

    [LoggerMessage(EventId = 663, Level = LogLevel.Warning, Message =
        "Cluster: a request from {From} says that it is box {Node}, and {Problem}")]
    public static partial void Stranger(ILogger log, string from, string node, string problem);

    [LoggerMessage(EventId = 664, Level = LogLevel.Warning, Message =
        "Cluster: the clock of box {Node} differs by {Seconds:0} s. Remedy: set the clocks of all boxes (NTP)")]
    public static partial void ClockDiffers(ILogger log, string node, double seconds);

    [LoggerMessage(EventId = 665, Level = LogLevel.Warning, Message =
        "Cluster: the engine does not answer, and the other boxes say the same: streams that may have one owner only go on")]
    public static partial void Frozen(ILogger log);

    [LoggerMessage(EventId = 666, Level = LogLevel.Warning, Message =
        "Cluster: this box may be cut off from the others: it stops reading the cameras that allow one session")]
    public static partial void Fenced(ILogger log);

    [LoggerMessage(EventId = 668, Level = LogLevel.Warning, Message =
        "Cluster: the stream \"{Stream}\" of another box cannot be read: it was encrypted by another secret, or it is damaged. Remedy: the same "
        + "cluster.secret on all boxes, and the stream made anew")]
    public static partial void Unreadable(ILogger log, string stream);

    [LoggerMessage(EventId = 670, Level = LogLevel.Warning, Message =
        "Cluster: the streams in the hand-written configuration of box {Node} differ from those of this box, and each box keeps its own. "
        + "Remedy: the same streams in the files of all boxes, or by the API, which tells all of them")]
    public static partial void WrittenDiffers(ILogger log, string node);

    [LoggerMessage(EventId = 669, Level = LogLevel.Warning, Message =
        "Cluster: the stream \"{Stream}\" of another box cannot be had here: {Problem}")]
    public static partial void NotHad(ILogger log, string stream, string problem);

    [LoggerMessage(EventId = 667, Level = LogLevel.Information, Message = "Cluster: this box moves its streams to the others ({Streams} of them)")]
    public static partial void Draining(ILogger log, int streams);

    [LoggerMessage(EventId = 672, Level = LogLevel.Warning, Message =
        "Cluster: the engine says no to a claim or a release ({Reason}): streams do not find another owner until it says yes. It is asked again")]
    public static partial void Refused(ILogger log, string reason);

    [LoggerMessage(EventId = 671, Level = LogLevel.Error, Message =
        "Cluster: this box is kept out, and reads its cameras by itself where they allow more than one session: {Problem}")]
    public static partial void NameTaken(ILogger log, string problem);
}
