using System.Net;
using FastRtspProxy.Engine.Delivery;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The front-end's log lines: the life of clients at Debug (`-v`), what an operator must know above.</summary>
internal static partial class FrontendLog
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Debug, Message = "Viewer {Client} opened session {Session} on {Mount}")]
    public static partial void SessionBegan(ILogger log, string session, string mount, IPEndPoint client);

    [LoggerMessage(
        EventId = 401,
        Level = LogLevel.Debug,
        Message = "Viewer {Client} plays {Mount} (session {Session}, {Tracks} tracks, {Transport})")]
    public static partial void SessionPlays(ILogger log, string session, string mount, IPAddress client, int tracks, string transport);

    [LoggerMessage(
        EventId = 402,
        Level = LogLevel.Debug,
        Message = "Session {Session} on {Mount}: RTP goes to {Address}, where the viewer's datagrams come from (a NAT changes its ports)")]
    public static partial void RtpMoved(ILogger log, string session, string mount, Net.PeerAddress address);

    [LoggerMessage(
        EventId = 403,
        Level = LogLevel.Debug,
        Message = "{Cause}: session {Session} on {Mount} of viewer {Client} ended; {Dropped} packets dropped, {Lost} reported lost")]
    public static partial void SessionEnded(ILogger log, SessionEnd cause, string session, string mount, IPAddress client, long dropped, long lost);

    [LoggerMessage(
        EventId = 404,
        Level = LogLevel.Debug,
        Message = "Session {Session} on {Mount}: viewer {Client} reads too slowly, {Packets} packets were left out (video up to the next key frame). "
            + "Remedy: a faster link or player, or a stream of a lower bit rate")]
    public static partial void ClientTooSlow(ILogger log, string session, string mount, IPAddress client, long packets);

    [LoggerMessage(
        EventId = 405,
        Level = LogLevel.Debug,
        Message = "Session {Session} on {Mount}: {Packets} packets for viewer {Client} were left out (video up to the next key frame), "
            + "because the network refused them, or this machine had no room in its queue or no time. "
            + "Remedy: fewer viewers or streams here, or a faster network card")]
    public static partial void MachineTooSlow(ILogger log, string session, string mount, IPAddress client, long packets);

    [LoggerMessage(
        EventId = 406,
        Level = LogLevel.Debug,
        Message = "Session {Session} on {Mount}: viewer {Client} reports {Packets} packets lost on the way to it. "
            + "Remedy: RTP over TCP in the player, a larger receive buffer there, or a better link")]
    public static partial void ClientReportsLoss(ILogger log, string session, string mount, IPAddress client, long packets);

    [LoggerMessage(EventId = 407, Level = LogLevel.Warning, Message = "A viewer of {Mount} from {Client} was refused: {Reason}")]
    public static partial void ClientRefused(ILogger log, string mount, IPAddress client, string reason);

    [LoggerMessage(EventId = 418, Level = LogLevel.Debug, Message = "Viewer {Client} asked for \"{Stream}\", and no stream has that name")]
    public static partial void UnknownStream(ILogger log, IPAddress client, string stream);

    [LoggerMessage(EventId = 408, Level = LogLevel.Warning, Message = "A connection from {Client} was refused: {Reason}")]
    public static partial void ConnectionRefused(ILogger log, IPAddress client, string reason);

    [LoggerMessage(
        EventId = 419,
        Level = LogLevel.Warning,
        Message = "A page of \"{Origin}\" at {Client} may not speak RTSP over WebSocket. Remedy, if it should: rtsp.webSocket.allowOrigins")]
    public static partial void OriginRefused(ILogger log, IPAddress client, string origin);

    [LoggerMessage(EventId = 409, Level = LogLevel.Debug, Message = "{Cause}{Error}: connection of viewer {Client} closed")]
    public static partial void ConnectionEnded(ILogger log, ConnectionEnd cause, string error, IPEndPoint client);

    [LoggerMessage(
        EventId = 410,
        Level = LogLevel.Error,
        Message = "The connection of viewer {Client} was closed by an error of the proxy; please report it.")]
    public static partial void ConnectionFailed(ILogger log, IPEndPoint client, Exception error);

    [LoggerMessage(
        EventId = 411,
        Level = LogLevel.Warning,
        Message = "No free pair of UDP ports between {First} and {Last}: event loop {Shard} serves its viewers over TCP only. Remedy: --udp-ports")]
    public static partial void NoUdpPorts(ILogger log, int first, int last, int shard);

    [LoggerMessage(EventId = 416, Level = LogLevel.Debug, Message = "Viewer {Client} shows {Mount} in a page ({Id})")]
    public static partial void LiveBegan(ILogger log, IPAddress client, string mount, string id);

    [LoggerMessage(
        EventId = 417,
        Level = LogLevel.Debug,
        Message = "{Cause}: {Id} on {Mount} in a page of viewer {Client} ended; {Dropped} packets dropped")]
    public static partial void LiveEnded(ILogger log, SessionEnd cause, string id, string mount, IPAddress client, long dropped);

    /// <summary>Its form is promised by docs/log-ins.md, for fail2ban: what a client can choose stands behind its address.</summary>
    [LoggerMessage(EventId = 412, Level = LogLevel.Warning, Message = "Failed log-in from {Client} as \"{User}\" to \"{Stream}\"{More}")]
    public static partial void LogInFailed(ILogger log, string client, string user, string stream, string more);

    /// <summary>As <see cref="LogInFailed"/>: docs/log-ins.md promises its form.</summary>
    [LoggerMessage(EventId = 415, Level = LogLevel.Warning, Message = "Refused {Client} as \"{User}\" to \"{Stream}\": {Reason}")]
    public static partial void AccessRefused(ILogger log, string client, string user, string stream, string reason);

    [LoggerMessage(EventId = 413, Level = LogLevel.Debug, Message = "{Method} of {Url} by {Client} was refused: {Reason}")]
    public static partial void RegistrationRefused(ILogger log, string method, string url, IPAddress client, string reason);

    [LoggerMessage(
        EventId = 414,
        Level = LogLevel.Warning,
        Message = "Requests and answers of viewers take all of their {LimitMiB} MiB of memory: "
            + "the connection of {Client}, which holds most ({HeldKiB} KiB), is closed ({Closed} so far; said once a minute). "
            + "Remedy, if these are viewers: --memory")]
    public static partial void InputOverBudget(ILogger log, long limitMiB, IPEndPoint client, long heldKiB, long closed);

    [LoggerMessage(
        EventId = 430,
        Level = LogLevel.Warning,
        Message = "A connection from {Client} was closed: {Reason} ({Count} so far; said once a minute). Remedy: {Remedy}")]
    public static partial void DoorRefused(ILogger log, IPAddress client, string reason, long count, string remedy);

    [LoggerMessage(EventId = 431, Level = LogLevel.Debug, Message = "{Mount} goes to the multicast group {Group}, port {Port}")]
    public static partial void GroupBegan(ILogger logger, string mount, IPAddress group, int port);

    [LoggerMessage(EventId = 432, Level = LogLevel.Debug, Message = "{Mount} goes to the multicast group {Group} no longer, after {Packets} packets")]
    public static partial void GroupEnded(ILogger logger, string mount, IPAddress group, long packets);

    [LoggerMessage(EventId = 433, Level = LogLevel.Warning, Message = "{Mount} cannot be sent to the multicast group {Group}: {Reason}")]
    public static partial void NoWayToGroup(ILogger logger, string mount, IPAddress group, string reason);

    [LoggerMessage(
        EventId = 434,
        Level = LogLevel.Warning,
        Message = "{Mount} cannot be sent to the multicast group {Group}: there is no UDP socket left for it (see LimitNOFILE, ulimit -n)")]
    public static partial void NoGroupSockets(ILogger logger, string mount, IPAddress group);
}
