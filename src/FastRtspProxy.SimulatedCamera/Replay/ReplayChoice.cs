using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>
/// Which recorded answer a request gets: that of the same request, in the recorded order; and where nobody asked that, the answer to the nearest
/// one. One for each connection.
/// </summary>
internal sealed class ReplayChoice(Recording recording)
{
    private static readonly string[] s_keepAlives = [RtspMethod.GetParameter, RtspMethod.SetParameter, RtspMethod.Options];

    private readonly HashSet<int> _used = [];

    /// <summary>The exchange whose answer is given; null: no answer of the recording fits.</summary>
    /// <param name="request">Asked now.</param>
    /// <param name="difference">How it differs from what was recorded, for the user; null: it does not.</param>
    public RecordedExchange? Choose(RtspMessage request, out string? difference)
    {
        RecordedWay way = request.Method == RtspMethod.Setup ? RecordedExchange.WayOf(request.Header("Transport")) : RecordedWay.None;
        bool hasLogIn = request.Header("Authorization") is not null;
        string path = RecordedExchange.PathOf(request.Uri);
        bool isKeepAlive = Array.IndexOf(s_keepAlives, request.Method) >= 0;
        RecordedExchange? best = null;
        int bestScore = -1;
        foreach (RecordedExchange exchange in recording.Exchanges)
        {
            bool isSame = exchange.Method == request.Method;
            if (!isSame && !(isKeepAlive && Array.IndexOf(s_keepAlives, exchange.Method) >= 0))
            {
                continue;
            }

            int score = (isSame ? 64 : 0) + (RecordedExchange.PathOf(exchange.Uri).TrimEnd('/') == path.TrimEnd('/') ? 32 : 0)
                + (exchange.HasLogIn == hasLogIn ? 16 : 0) + (exchange.Way == way ? 8 : 0) + (exchange.Status is >= 200 and < 300 ? 1 : 0)
                + (_used.Contains(exchange.Index) ? 0 : 2);
            if (exchange.HasLogIn == hasLogIn && !_used.Contains(exchange.Index))
            {
                score += exchange.Status is >= 200 and < 300 ? -1 : 0; // in the recorded order, whatever the answer was
            }

            if (score > bestScore)
            {
                (best, bestScore) = (exchange, score);
            }
        }

        difference = best is null ? $"{request.Method} was not recorded, and is answered 501"
            : bestScore < 64 + 32 ? $"{request.Method} {path} was not recorded, and is answered as {best.Method} {RecordedExchange.PathOf(best.Uri)}"
            : best.Way != way ? $"{request.Method} {path} was recorded with another transport ({best.Way}), and is answered likewise"
            : null;
        if (best is not null)
        {
            _used.Add(best.Index);
        }

        return best;
    }
}
