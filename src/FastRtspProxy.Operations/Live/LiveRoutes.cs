using System.Net.WebSockets;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Live;

/// <summary>
/// The live picture of a stream, as a WebSocket: a text message says what it holds (<see cref="LiveDescription"/>), and again where that changes
/// or there is nothing else to say; binary ones are flags (<see cref="LiveFlags"/>), the presentation time in microseconds (eight bytes, big endian)
/// and an access unit: of H.264 and H.265 a byte stream (Annex B), of sound the codec's own. The first picture is a key picture. How it closes:
/// <see cref="LiveClose"/>.
/// </summary>
internal sealed class LiveRoutes(LiveDoor door)
{
    private const int AgentCharsMax = 200;

    /// <summary>
    /// Pages that show a picture at once. What each holds of it is in <c>--memory</c> but for 64 KiB, and what the web server holds of a message.
    /// </summary>
    private const int PagesMax = 100;

    private int _pages;

    /// <inheritdoc cref="LiveSocket.Quiet"/>
    public TimeSpan Quiet { get; init; } = LiveSocket.QuietMax;

    public IEnumerable<HttpRoute> Routes =>
        [new HttpRoute("GET", "/api/v1/streams/{name}/live", AccessRights.Read, ShowAsync) { LooksAtOrigin = true }];

    private async Task ShowAsync(HttpExchange exchange)
    {
        HttpContext context = exchange.Context;
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            HttpProblem problem = new(StatusCodes.Status426UpgradeRequired, "upgrade required") { Detail = "The live picture is a WebSocket." };
            await problem.WriteAsync(context);
            return;
        }

        string name = exchange.Name!;
        string? agent = exchange.Request.Headers.UserAgent;
        LiveRequest request = new(name, exchange.Address)
        {
            Agent = agent is { Length: > AgentCharsMax } ? agent[..AgentCharsMax] : agent,
            User = exchange.Identity.User?.Name,
        };
        if (Interlocked.Increment(ref _pages) > PagesMax)
        {
            Interlocked.Decrement(ref _pages);
            context.Response.Headers.RetryAfter = "10";
            HttpProblem problem = new(StatusCodes.Status503ServiceUnavailable, "too many pages show a picture")
            {
                Detail = $"{PagesMax} do so already; players come by RTSP.",
            };
            await problem.WriteAsync(context);
            return;
        }

        try
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            LiveSocket live = new(socket, door, request, () => exchange.MayRead(name, door.Knows(name))) { Quiet = Quiet };
            await live.RunAsync(exchange.Ended);
        }
        finally
        {
            Interlocked.Decrement(ref _pages);
        }
    }
}
