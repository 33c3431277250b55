using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Log lines of the dialogue with cameras. No credentials, in none of them.</summary>
internal static partial class BackendLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Trace, Message = "{Stream}: message {Direction} the camera:\n{Text}")]
    public static partial void Message(ILogger log, string stream, string direction, string text);

    [LoggerMessage(EventId = 201, Level = LogLevel.Debug, Message = "{Stream}: session with the camera {From} -> {To}")]
    public static partial void Moved(ILogger log, string stream, BackendState from, BackendState to);

    [LoggerMessage(EventId = 202, Level = LogLevel.Debug, Message = "{Stream}: redirected to {Url}")]
    public static partial void Redirected(ILogger log, string stream, string url);

    [LoggerMessage(EventId = 203, Level = LogLevel.Debug, Message = "{Stream}: {Why}; {Next}")]
    public static partial void KeepAliveChanged(ILogger log, string stream, string why, string next);

    [LoggerMessage(EventId = 204, Level = LogLevel.Debug, Message = "{Stream}: the camera sent {Method} and got {Status}")]
    public static partial void ServerRequest(ILogger log, string stream, string method, int status);

    [LoggerMessage(EventId = 205, Level = LogLevel.Debug,
        Message = "{Stream}: the camera numbers its answers wrongly (CSeq {Answered} for {Asked}); from now on they are taken in their order")]
    public static partial void ForeignNumber(ILogger log, string stream, long? answered, int? asked);

    [LoggerMessage(EventId = 206, Level = LogLevel.Debug,
        Message = "{Stream}: {Track}: {Packets} packets are missing in the camera's own numbers although nothing can be lost over TCP: the camera, "
            + "or its link, is overloaded. Remedy: a lower bit rate, or fewer viewers of the camera itself")]
    public static partial void CameraGaps(ILogger log, string stream, string track, long packets);

    [LoggerMessage(EventId = 207, Level = LogLevel.Debug,
        Message = "{Stream}: {Track}: this machine's kernel dropped {Packets} packets, the receive buffer of {Bytes} bytes was full. Remedy: sysctl "
            + "-w net.core.rmem_max={Wanted}, or a less busy machine")]
    public static partial void KernelDrops(ILogger log, string stream, string track, long packets, int bytes, int wanted);

    [LoggerMessage(EventId = 208, Level = LogLevel.Debug,
        Message = "{Stream}: {Track}: {Lost} packets were lost between the camera and this machine, {Late} came too late, {Repeated} came twice. "
            + "Remedy: -t (TCP), or a better link")]
    public static partial void LostOnTheWay(ILogger log, string stream, string track, long lost, long late, long repeated);

    [LoggerMessage(EventId = 209, Message = "{Stream}: {Problem} ({Way}); trying {Next} on the same connection")]
    public static partial void TriesWay(ILogger log, LogLevel level, string stream, string problem, string way, string next);

    [LoggerMessage(EventId = 210, Level = LogLevel.Information,
        Message = "{Stream}: {Track}: the media comes from {Address}, not from the camera at {Camera}; it is taken, for want of any from there")]
    public static partial void StandIn(ILogger log, string stream, string track, System.Net.IPAddress address, System.Net.IPAddress camera);

    [LoggerMessage(EventId = 211, Level = LogLevel.Warning, Message = "{Stream}: {Problem}; the stream is served without this track{Again}")]
    public static partial void TrackLeftOut(ILogger log, string stream, string problem, string again);

    [LoggerMessage(EventId = 212, Level = LogLevel.Debug, Message = "{Stream}: still without a track: {Problem}")]
    public static partial void TrackStillLeftOut(ILogger log, string stream, string problem);

    [LoggerMessage(EventId = 213, Level = LogLevel.Information, Message = "{Stream}: {Track} is there now; the stream is served with it")]
    public static partial void TrackIsThere(ILogger log, string stream, string track);

    [LoggerMessage(EventId = 214, Level = LogLevel.Debug, Message = "{Stream}: {Track} has ended (RTCP BYE); the other tracks go on")]
    public static partial void TrackEnded(ILogger log, string stream, string track);

    [LoggerMessage(EventId = 215, Level = LogLevel.Information,
        Message = "{Stream}: {Track}: two sources send by turns; SSRC {Kept:X8} is passed on, {Other:X8} is left out. Remedy: restart the camera, or "
            + "let nobody else send to its group or port")]
    public static partial void TwoSources(ILogger log, string stream, string track, uint other, uint kept);

    [LoggerMessage(EventId = 216, Level = LogLevel.Information,
        Message = "{Stream}: {Track} has changed its source {Times} in this session, and plays on with SSRC {Ssrc:X8}; an encoder that begins anew "
            + "looks like that")]
    public static partial void SourceChanged(ILogger log, string stream, string track, string times, uint ssrc);

    [LoggerMessage(EventId = 217, Level = LogLevel.Debug, Message = "{Stream}: {Track}: {Packets} packets of other sources were left out")]
    public static partial void OtherSources(ILogger log, string stream, string track, long packets);

    [LoggerMessage(EventId = 218, Level = LogLevel.Debug,
        Message = "{Stream}: {Track}: {Packets} packets, {Missing} missing, {Late} late, {Duplicates} repeated, {Unknown} of unknown type, "
            + "{Malformed} malformed")]
    public static partial void TrackSummary(
        ILogger log, string stream, string track, long packets, long missing, long late, long duplicates, long unknown, long malformed);

    [LoggerMessage(EventId = 219, Level = LogLevel.Warning, Message =
        "{Stream}: the camera's back channel cannot be used: {Why}; the stream is served without it. Remedy, where it has none: backChannel: false")]
    public static partial void NoBackChannel(ILogger log, string stream, string why);

    [LoggerMessage(EventId = 220, Level = LogLevel.Information,
        Message = "{Stream}: the camera's back channel is set up ({Codec}/{Rate}, over {Way})")]
    public static partial void BackChannelSetUp(ILogger log, string stream, string codec, int rate, string way);

    [LoggerMessage(EventId = 221, Level = LogLevel.Debug,
        Message = "{Stream}: the camera's media is encrypted (SRTP: {How}); it is decrypted here, and viewers that do not come by TLS get it in the "
            + "clear unless the stream has allow.secureOnly")]
    public static partial void Encrypted(ILogger log, string stream, string how);

    [LoggerMessage(EventId = 222, Level = LogLevel.Information,
        Message = "{Stream}: the camera's media is encrypted (SRTP), but its keys go over a connection that anybody on the way can read, so that it "
            + "is not protected. Remedy: rtsps:// for this camera")]
    public static partial void KeysReadable(ILogger log, string stream);

    [LoggerMessage(EventId = 223, Level = LogLevel.Warning, Message = "{Stream}: {Problem}; the other tracks go on")]
    public static partial void TrackOfOtherKeys(ILogger log, string stream, string problem);
}
