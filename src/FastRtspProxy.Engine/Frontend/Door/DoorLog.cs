using System.Net;
using FastRtspProxy.Protocol.ProxyProtocol;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Counts and says what was refused in the door: at once for each cause, then once a minute, however many there are. Any thread.</summary>
internal sealed class DoorLog(ILogger log, FrontendCounters counters)
{
    private const long PauseMicros = 60_000_000;

    /// <summary>By cause, when it was last said; 0: it was not yet.</summary>
    private readonly long[] _saidMicros = new long[Enum.GetValues<DoorRefusal>().Length];

    /// <summary>By cause, how many there were.</summary>
    private readonly long[] _count = new long[Enum.GetValues<DoorRefusal>().Length];

    /// <summary>How many were refused for that cause since the start.</summary>
    public long CountOf(DoorRefusal refusal) => Volatile.Read(ref _count[(int)refusal]);

    /// <summary>A connection was refused.</summary>
    /// <param name="refusal">The cause.</param>
    /// <param name="defect">What is wrong with its header, where that is the cause.</param>
    /// <param name="peer">Whose it is.</param>
    /// <param name="nowMicros">Now.</param>
    /// <param name="why">What the TLS code says, where that is the cause.</param>
    public void Refused(DoorRefusal refusal, ProxyHeaderDefect defect, IPAddress peer, long nowMicros, string why = "")
    {
        long count = Interlocked.Increment(ref _count[(int)refusal]);
        if (refusal is DoorRefusal.Silent or DoorRefusal.MadeRoom or DoorRefusal.Stopping)
        {
            return;
        }

        counters.OnConnectionRefused(PlaceLimit.None);
        if (IsTimeToSay(refusal, nowMicros))
        {
            FrontendLog.DoorRefused(log, peer, ReasonOf(refusal, defect, why), count, RemedyOf(refusal));
        }
    }

    private static string ReasonOf(DoorRefusal refusal, ProxyHeaderDefect defect, string why) => refusal switch
    {
        DoorRefusal.NoHeader => "rtsp.proxyProtocol.from names this address, and it does not begin with a PROXY header",
        DoorRefusal.BadHeader => $"its PROXY header is malformed ({WordsOf(defect)})",
        DoorRefusal.CutHeader => "it ended in the middle of its PROXY header",
        DoorRefusal.LateHeader =>
            $"rtsp.proxyProtocol.from names this address, and its PROXY header was not there after {FrontendLimits.ProxyHeader.TotalSeconds:0} s",
        DoorRefusal.Crowded => "as many connections wait for their PROXY header as may, and it was the oldest",
        DoorRefusal.SecondHeader => "a second PROXY header follows the first",
        DoorRefusal.PlainText => "it speaks in the clear to the port of rtsps",
        DoorRefusal.TlsInTheClear => "it speaks TLS to a port without it",
        DoorRefusal.BadHandshake => $"its TLS handshake failed ({why})",
        DoorRefusal.LateHandshake => $"its TLS handshake was not done after {FrontendLimits.TlsHandshake.TotalSeconds:0} s",
        _ => "it begins with a PROXY header, and rtsp.proxyProtocol.from does not name this address",
    };

    private static string RemedyOf(DoorRefusal refusal) => refusal switch
    {
        DoorRefusal.NoHeader or DoorRefusal.LateHeader =>
            "let the balancer send the header (HAProxy: send-proxy-v2), or take the address out of rtsp.proxyProtocol.from",
        DoorRefusal.Crowded => "a higher limit of descriptors (ulimit -n, LimitNOFILE=), or a look at what connects to the balancer",
        DoorRefusal.SecondHeader => "let the balancer take the header of the one before it (HAProxy: accept-proxy)",
        DoorRefusal.PlainText => "rtsps:// in its URL if it is a viewer, or the port of rtsp",
        DoorRefusal.TlsInTheClear => "rtsp:// in its URL if it is a viewer, or the port of rtsps",
        DoorRefusal.BadHandshake => "see what the viewer trusts and which TLS it has; a scan of the port looks like this as well",
        DoorRefusal.LateHandshake => "a look at what connects there; a scan of the port looks like this",
        DoorRefusal.StrangeHeader => "name it there if it is your balancer; nobody else is believed",
        _ => "see what the balancer sends; PROXY v1 and v2 over TCP are understood",
    };

    private static string WordsOf(ProxyHeaderDefect defect) => defect switch
    {
        ProxyHeaderDefect.TooLong => $"longer than {ProxyHeader.TextBytesMax} bytes in version 1, or {ProxyHeader.BytesMax} in version 2",
        ProxyHeaderDefect.BadLine => "not one line of words with single spaces and CRLF",
        ProxyHeaderDefect.BadFamily => "neither TCP4, TCP6 nor UNKNOWN",
        ProxyHeaderDefect.BadAddress => "an address that is none, or is not of its family",
        ProxyHeaderDefect.BadPort => "a port that is none",
        ProxyHeaderDefect.BadVersion => "neither LOCAL nor PROXY of version 2",
        ProxyHeaderDefect.BadValues => "its values do not add up to its length",
        ProxyHeaderDefect.BadChecksum => "its checksum is wrong",
        _ => "no header",
    };

    private bool IsTimeToSay(DoorRefusal refusal, long nowMicros)
    {
        ref long said = ref _saidMicros[(int)refusal];
        long last = Volatile.Read(ref said);
        return (last == 0 || nowMicros - last > PauseMicros) && Interlocked.CompareExchange(ref said, Math.Max(1, nowMicros), last) == last;
    }
}
