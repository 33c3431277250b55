using System.Net.WebSockets;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Operations.Live;

/// <summary>
/// One page's live picture: opens the viewer, sends what it gives, opens it anew where the camera came back with other tracks, and closes with the
/// reason. On the thread pool.
/// </summary>
/// <param name="socket">The page's.</param>
/// <param name="door">Where the viewer is opened.</param>
/// <param name="request">Who, and which stream.</param>
/// <param name="mayWatch">Whether it still may; asked once a second.</param>
internal sealed class LiveSocket(WebSocket socket, LiveDoor door, LiveRequest request, Func<bool> mayWatch)
{
    /// <summary>A page that hears nothing for three times as long knows that the connection is lost, which no browser tells it.</summary>
    public static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(10);

    /// <summary>Messages are put together up to so much before they are sent.</summary>
    private const int BatchBytes = 256 * 1024;

    /// <summary>A page has nothing to say. A few messages are passed over, for those that come later.</summary>
    private const int MessagesMax = 16;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>A page that takes nothing for so long is gone; as <c>--slow-timeout</c> is by default.</summary>
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(20);

    /// <summary>The other side answers a close so soon, or not at all.</summary>
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(2);

    /// <summary>Over when the page has closed, has gone, or floods.</summary>
    private readonly TaskCompletionSource<LiveClose?> _page = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>After so long, in whole seconds, in which there was nothing to send the description is sent again.</summary>
    public TimeSpan Quiet { get; init; } = QuietMax;

    /// <summary>Serves it to its end.</summary>
    public async Task RunAsync(CancellationToken aborted)
    {
        Task listening = ListenAsync(aborted);
        try
        {
            LiveClose? close;
            do
            {
                close = await ShowAsync(aborted);
            }
            while (close is null && !_page.Task.IsCompleted);

            await CloseAsync(close ?? await _page.Task, listening);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The page has gone in the middle of a message.
        }
        finally
        {
            socket.Abort();
            await listening;
        }
    }

    /// <summary>One viewer. Null: it is to be opened anew, or the page has gone.</summary>
    private async Task<LiveClose?> ShowAsync(CancellationToken aborted)
    {
        if (!mayWatch())
        {
            return LiveClose.Revoked;
        }

        (LiveViewer? viewer, LiveRefusal refusal) = await door.OpenAsync(request);
        if (viewer is null)
        {
            return LiveClose.Of(refusal);
        }

        try
        {
            using LiveMemory memory = viewer.Memory;
            using LiveMedia media = new(viewer);
            using LiveBatch batch = new(memory);
            media.WriteDescription(batch);
            return await SendAsync(viewer, media, batch, aborted);
        }
        finally
        {
            await viewer.CloseAsync();
        }
    }

    private async Task<LiveClose?> SendAsync(LiveViewer viewer, LiveMedia media, LiveBatch batch, CancellationToken aborted)
    {
        using CancellationTokenSource stuck = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Task tick = Task.Delay(s_second, aborted);
        int quietSeconds = 0;
        while (!_page.Task.IsCompleted)
        {
            while (batch.Bytes < BatchBytes && viewer.TryRead(out LivePacket packet))
            {
                media.Take(packet, batch);
            }

            if (batch.Count > 0)
            {
                stuck.CancelAfter(s_stuck);
                for (int i = 0; i < batch.Count; i++)
                {
                    (ReadOnlyMemory<byte> bytes, bool isText) = batch[i];
                    await socket.SendAsync(bytes, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, stuck.Token);
                }

                stuck.CancelAfter(Timeout.InfiniteTimeSpan);
                batch.Clear();
                quietSeconds = 0;
            }
            else if (viewer.EndCause is not SessionEnd.None and var end)
            {
                return end == SessionEnd.MountChanged ? null : LiveClose.Of(end);
            }
            else
            {
                await Task.WhenAny(viewer.WaitAsync(), tick, _page.Task);
            }

            if (tick.IsCompleted)
            {
                aborted.ThrowIfCancellationRequested();
                tick = Task.Delay(s_second, aborted);
                if (!mayWatch())
                {
                    return LiveClose.Revoked;
                }

                if (++quietSeconds >= Quiet.TotalSeconds)
                {
                    media.WriteDescription(batch);
                }
            }
        }

        return await _page.Task;
    }

    /// <summary>Hears the page out, which says nothing but that it closes.</summary>
    private async Task ListenAsync(CancellationToken aborted)
    {
        byte[] heard = new byte[128];
        try
        {
            for (int messages = 0; ; messages++)
            {
                if (messages == MessagesMax)
                {
                    _page.TrySetResult(LiveClose.Flood);
                }

                ValueWebSocketReceiveResult result = await socket.ReceiveAsync(heard.AsMemory(), aborted);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    _page.TrySetResult(new LiveClose((int)WebSocketCloseStatus.NormalClosure, string.Empty));
                    return;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            _page.TrySetResult(null);
        }
    }

    private async Task CloseAsync(LiveClose? close, Task listening)
    {
        if (close is { } told && socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using CancellationTokenSource limit = new(s_closing);
            await socket.CloseOutputAsync((WebSocketCloseStatus)told.Code, told.Reason, limit.Token);

            // The page's answer, so that the reason is not lost with a reset.
            await Task.WhenAny(listening, Task.Delay(s_closing, limit.Token));
        }
    }
}
