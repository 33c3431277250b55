using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A POST's body on its way into its tunnel. Never answered. On the tunnel's shard.</summary>
internal static class TunnelPost
{
    /// <summary>Feeds what comes into the tunnel until either is closed. False: what came is no base64.</summary>
    public static async Task<bool> PumpAsync(PeerInput body, HttpTunnel tunnel)
    {
        TunnelDecoder decoder = default;
        while (await body.WaitAsync())
        {
            // One piece at a time: the next is decoded when the tunnel's reader has had this one.
            while (!tunnel.Requests.IsWanted && !tunnel.IsOver)
            {
                await tunnel.Requests.WhenWantedAsync();
            }

            ReadOnlySpan<byte> text = body.Unread;
            bool isValid = tunnel.Requests.TryAppend(text, ref decoder);
            body.Consume(text.Length);
            if (tunnel.IsOver)
            {
                break;
            }

            if (!isValid)
            {
                return false;
            }
        }

        return true;
    }
}
