using System.Net;
using FastRtspProxy.Net.Tls;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Says who did not get as far as a first request, each kind at once and then once a minute, with how many there were: port scans come by the
/// thousand. Any thread.
/// </summary>
internal sealed class DoorRefusals(ILogger log)
{
    private const long PauseMillis = 60_000;

    private readonly long[] _counts = new long[3];

    /// <summary>By kind, when it was last said; 0: it was not yet.</summary>
    private readonly long[] _saidMillis = new long[3];

    private enum Kind
    {
        PlainText,
        Handshake,
        TlsInTheClear,
    }

    /// <summary>A connection to a port of rtsps came to nothing.</summary>
    public void OnHandshake(TlsRefusal refusal, IPEndPoint client, string why)
    {
        switch (refusal)
        {
            case TlsRefusal.PlainText when IsTimeToSay(Kind.PlainText, out long count):
                FrontendLog.PlainTextToTls(log, client, count);
                break;
            case TlsRefusal.Failed when IsTimeToSay(Kind.Handshake, out long count):
                FrontendLog.HandshakeFailed(log, client, why, count);
                break;
            case TlsRefusal.TimedOut when IsTimeToSay(Kind.Handshake, out long count):
                FrontendLog.HandshakeFailed(log, client, $"not done within {FrontendLimits.TlsHandshake.TotalSeconds:0} s", count);
                break;
        }
    }

    /// <summary>A connection to a port in the clear began with a TLS handshake.</summary>
    public void OnTlsInTheClear(IPEndPoint client)
    {
        if (IsTimeToSay(Kind.TlsInTheClear, out long count))
        {
            FrontendLog.TlsToPlainText(log, client, count);
        }
    }

    private bool IsTimeToSay(Kind kind, out long count)
    {
        count = Interlocked.Increment(ref _counts[(int)kind]);
        ref long said = ref _saidMillis[(int)kind];
        long now = Math.Max(1, Environment.TickCount64);
        long last = Volatile.Read(ref said);
        return (last == 0 || now - last > PauseMillis) && Interlocked.CompareExchange(ref said, now, last) == last;
    }
}
