using FastRtspProxy.Engine.Status;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What is said about a stream: once per change of state, with what is tried next and when. No credentials in it.</summary>
internal static partial class MountLog
{
    [LoggerMessage(EventId = 300, Level = LogLevel.Warning, Message = "{Stream} ({Url}): {Problem}; trying again in {Seconds:0.#} s{Clients}")]
    public static partial void Down(ILogger log, string stream, string url, string problem, double seconds, string clients);

    [LoggerMessage(EventId = 301, Level = LogLevel.Debug, Message = "{Stream} ({Url}): still {Problem}; trying again in {Seconds:0.#} s")]
    public static partial void StillDown(ILogger log, string stream, string url, string problem, double seconds);

    [LoggerMessage(EventId = 302, Level = LogLevel.Information, Message = "{Stream} ({Url}): the camera is back")]
    public static partial void Back(ILogger log, string stream, string url);

    [LoggerMessage(EventId = 303, Level = LogLevel.Information, Message = "{Stream} ({Url}): the camera answers again; nobody watches")]
    public static partial void Answers(ILogger log, string stream, string url);

    [LoggerMessage(EventId = 304, Level = LogLevel.Information, Message = "{Stream} ({Url}): {Problem}; {Clients} viewer(s) ended, {Next}")]
    public static partial void ProgrammeEnded(ILogger log, string stream, string url, string problem, int clients, string next);

    [LoggerMessage(EventId = 305, Message = "{Stream} ({Url}): {Problem}; trying {Way}")]
    public static partial void TryWay(ILogger log, LogLevel level, string stream, string url, string problem, string way);

    [LoggerMessage(EventId = 306, Level = LogLevel.Warning, Message =
        "{Stream} ({Url}): {Problem}; the session is made anew. If that brings no picture either, the other tracks are served and the "
        + "next attempt comes after {Seconds:0} s, then ever later, up to 300 s")]
    public static partial void VideoSilent(ILogger log, string stream, string url, string problem, double seconds);

    [LoggerMessage(EventId = 307, Level = LogLevel.Debug, Message =
        "{Stream} ({Url}): still {Problem}; the session is made anew, and without a picture again after {Seconds:0} s")]
    public static partial void VideoStillSilent(ILogger log, string stream, string url, string problem, double seconds);

    [LoggerMessage(EventId = 308, Level = LogLevel.Information, Message = "{Stream} ({Url}): the picture is back")]
    public static partial void VideoIsBack(ILogger log, string stream, string url);

    [LoggerMessage(EventId = 309, Level = LogLevel.Warning, Message =
        "{Stream}: the camera did not return within {Seconds:0.#} s; {Clients} viewer(s) ended")]
    public static partial void HoldExpired(ILogger log, string stream, double seconds, int clients);

    [LoggerMessage(EventId = 310, Level = LogLevel.Warning, Message =
        "{Stream}: the camera came back with another description; {Clients} viewer(s) ended")]
    public static partial void DescriptionChanged(ILogger log, string stream, int clients);

    [LoggerMessage(EventId = 311, Level = LogLevel.Debug, Message = "{Stream}: {From} -> {To}, {Clients} viewer(s)")]
    public static partial void Moved(ILogger log, string stream, StreamState from, StreamState to, int clients);

    [LoggerMessage(EventId = 312, Level = LogLevel.Information, Message = "{Stream} ({Url}): {Problem}; going there")]
    public static partial void Following(ILogger log, string stream, string url, string problem);

    [LoggerMessage(EventId = 313, Level = LogLevel.Debug, Message = "{Stream} ({Url}): {Problem}; answering it on a new connection")]
    public static partial void AnswersNext(ILogger log, string stream, string url, string problem);

    [LoggerMessage(EventId = 314, Level = LogLevel.Information, Message =
        "{Stream}: its groups of pictures do not fit the cache; joining viewers wait for the next key frame. Remedy: a larger "
        + "--gop-cache, or a shorter key-frame interval in the camera")]
    public static partial void GroupTooLong(ILogger log, string stream);

    [LoggerMessage(EventId = 315, Level = LogLevel.Error, Message =
        "{Stream} ({Url}): an error of the proxy; please report it. The stream begins anew.")]
    public static partial void Failed(ILogger log, string stream, string url, Exception error);

    [LoggerMessage(EventId = 316, Level = LogLevel.Warning, Message =
        "{Stream}: packets are dropped because the memory budget is used up. Remedy: a larger --memory, or a smaller --gop-cache")]
    public static partial void NoMemory(ILogger log, string stream);

    [LoggerMessage(EventId = 318, Level = LogLevel.Information, Message =
        "{Stream} ({Url}): {Why}; the session is made anew, {Clients} viewer(s) are held meanwhile")]
    public static partial void CameraChanged(ILogger log, string stream, string url, string why, int clients);

    [LoggerMessage(EventId = 319, Level = LogLevel.Information, Message = "{Stream}: made by the wildcard stream {Wildcard} for a viewer")]
    public static partial void Made(ILogger log, string stream, string wildcard);

    [LoggerMessage(EventId = 320, Level = LogLevel.Information, Message = "{Stream}: nobody needs it, and the wildcard stream {Wildcard} lets it go")]
    public static partial void Gone(ILogger log, string stream, string wildcard);

    [LoggerMessage(EventId = 321, Level = LogLevel.Warning, Message =
        "{Wildcard}: a viewer asked for one more of its streams and was refused: there are {Instances}. Remedy: a larger maxInstances")]
    public static partial void WildcardFull(ILogger log, string wildcard, int instances);

    [LoggerMessage(EventId = 322, Level = LogLevel.Warning, Message =
        "{Stream}: the registered stream of that name ends: the stream {Configured} was added, which has the name, or cannot stand beside it")]
    public static partial void RegisteredGivesWay(ILogger log, string stream, string configured);

    [LoggerMessage(EventId = 323, Level = LogLevel.Warning, Message =
        "{Stream}: a viewer was refused: the stream has {Mbits:0.0} Mbit/s, it would be the {Viewers}. viewer, and the limit of egress ({Which}) is "
        + "{Limit:0.#} Mbit/s")]
    public static partial void EgressRefused(ILogger log, string stream, double mbits, int viewers, double limit, EgressRefusal which);

    [LoggerMessage(EventId = 325, Level = LogLevel.Debug, Message = "{Stream}: the camera is asked for a key frame, because {Cause}")]
    public static partial void AsksForKeyFrame(ILogger log, string stream, string cause);

    [LoggerMessage(EventId = 326, Level = LogLevel.Information, Message =
        "{Stream}: the last {Seconds:0.0} s are kept, in {Megabytes:0.0} MB, for viewers that begin in the past")]
    public static partial void Keeps(ILogger log, string stream, double seconds, double megabytes);

    [LoggerMessage(EventId = 327, Level = LogLevel.Warning, Message =
        "{Stream}: only the last {Seconds:0.0} s are kept of {Wanted:0.#} s (keep.time), in {Megabytes:0.0} MB: it may have {Limit:0.0} MB. "
        + "Remedy: larger keep.bytes, or a larger --memory, half of which all streams share")]
    public static partial void KeepsLess(ILogger log, string stream, double seconds, double wanted, double megabytes, double limit);

    [LoggerMessage(EventId = 324, Level = LogLevel.Warning, Message =
        "{Stream}: a viewer was refused: {Viewers} are there, and its maxViewers allows no more")]
    public static partial void ViewerRefused(ILogger log, string stream, int viewers);

    [LoggerMessage(EventId = 317, Level = LogLevel.Debug, Message = "{Stream} ({Url}): {Tracks} track(s): {Codecs}")]
    public static partial void Described(ILogger log, string stream, string url, int tracks, string codecs);

    [LoggerMessage(EventId = 340, Level = LogLevel.Information, Message = "{Stream}: {Client}{User} talks to the camera{More}")]
    public static partial void Talks(ILogger log, string stream, System.Net.IPAddress client, string user, string more);

    [LoggerMessage(EventId = 341, Level = LogLevel.Information, Message =
        "{Stream}: {Client} talks no more: {Packets} packets went to the camera ({Dropped} of all talkers were dropped so far)")]
    public static partial void TalkEnded(ILogger log, string stream, System.Net.IPAddress client, long packets, long dropped);

    [LoggerMessage(EventId = 342, Level = LogLevel.Information, Message =
        "{Stream}: {Client} talks by another of the camera's back channels than the one that is set up; the session is made anew with that one")]
    public static partial void TalksOtherwise(ILogger log, string stream, System.Net.IPAddress client);

    [LoggerMessage(EventId = 343, Level = LogLevel.Warning, Message =
        "{Stream} ({Url}): a viewer asked for a replay, and the recorder is of no use: {Why}")]
    public static partial void RecorderFails(ILogger log, string stream, string url, string why);

    [LoggerMessage(EventId = 344, Level = LogLevel.Information, Message =
        "{Stream}: a viewer would take more of its recording than {Mbits:0.#} Mbit/s, the limit of egress, and gets it at that pace")]
    public static partial void ReplayPaced(ILogger log, string stream, double mbits);
}
