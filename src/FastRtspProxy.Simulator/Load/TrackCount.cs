using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Dialogue;

namespace FastRtspProxy.Simulator.Load;

/// <summary>Asks a server once how many of the wanted tracks a stream has, because the descriptors that a crowd needs depend on it.</summary>
internal static class TrackCount
{
    /// <summary>Null: it does not say; the run will say why.</summary>
    public static async Task<int?> AskAsync(LoadTarget target, LoadOptions options, CancellationToken cancel)
    {
        try
        {
            using RtspConnection connection = await RtspConnection.ConnectAsync(target.Url, options.Timeout, options.InsecureTls, cancel);
            RtspMessage answer = await connection.RequestAsync(
                RtspMethod.Describe, target.Url.RequestUri, cancel, new RtspHeader("Accept", "application/sdp"));
            return answer.StatusCode == RtspStatus.Ok
                ? StreamDescription.Read(answer, target.Url.RequestUri, options.Tracks, null, out _)?.Tracks.Count
                : null;
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidDataException or TimeoutException or OperationCanceledException)
        {
            return null;
        }
    }
}
