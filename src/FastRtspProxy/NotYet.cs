using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;

namespace FastRtspProxy;

/// <summary>
/// What the command line knows and the engine does not do in this version. Refused, because an option that is silently ignored is found
/// out at the worst time; whatever the engine learns is taken off here.
/// </summary>
internal static class NotYet
{
    /// <summary>The line for the user, or null.</summary>
    public static string? Find(ProxyOptions options)
    {
        string? what = options switch
        {
            { Streams: var streams } when streams.Any(s => s.Transport == BackEndTransport.HttpTunnel) => "option -T (RTSP over HTTP to the cameras)",
            { Streams: var streams } when streams.Any(s => s.Url.StartsWith("rtsps://", StringComparison.Ordinal)) => "an rtsps:// camera",
            { AcceptRegister: true } => "option -R (REGISTER and DEREGISTER)",
            _ => null,
        };
        return what is null ? null : what + " is not in this version yet: leave it out";
    }
}
