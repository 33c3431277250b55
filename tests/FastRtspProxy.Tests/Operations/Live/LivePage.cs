using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text.Json;

namespace FastRtspProxy.Tests.Operations.Live;

/// <summary>What a page hears of the live picture, message by message.</summary>
internal sealed class LivePage(ClientWebSocket socket) : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private byte[] _bytes = new byte[1024 * 1024];

    public ClientWebSocket Socket => socket;

    /// <summary>Of the last binary message.</summary>
    public byte Flags { get; private set; }

    /// <inheritdoc cref="Flags"/>
    public long Micros { get; private set; }

    /// <inheritdoc cref="Flags"/>
    public byte[] Unit { get; private set; } = [];

    /// <summary>Of the last text message.</summary>
    public JsonElement Description { get; private set; }

    /// <summary>The next message's type.</summary>
    public async Task<WebSocketMessageType> NextAsync()
    {
        using CancellationTokenSource limit = new(s_limit);
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult result = await socket.ReceiveAsync(_bytes.AsMemory(length), limit.Token);
            length += result.Count;
            if (!result.EndOfMessage)
            {
                Array.Resize(ref _bytes, Math.Max(_bytes.Length, 2 * length));
                continue;
            }

            if (result.MessageType == WebSocketMessageType.Text)
            {
                Description = JsonDocument.Parse(_bytes.AsMemory(0, length)).RootElement.Clone();
            }
            else if (result.MessageType == WebSocketMessageType.Binary)
            {
                Flags = _bytes[0];
                Micros = BinaryPrimitives.ReadInt64BigEndian(_bytes.AsSpan(1));
                Unit = _bytes[9..length];
            }

            return result.MessageType;
        }
    }

    /// <summary>The next picture, or sound.</summary>
    public async Task UnitAsync(bool isAudio)
    {
        do
        {
            Assert.NotEqual(WebSocketMessageType.Close, await NextAsync());
        }
        while (Unit.Length == 0 || (Flags & 2) != 0 != isAudio);
    }

    /// <summary>Reads until it is closed; why.</summary>
    public async Task<(int Code, string Reason)> ClosedAsync()
    {
        while (await NextAsync() != WebSocketMessageType.Close)
        {
        }

        using CancellationTokenSource limit = new(s_limit);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        return ((int)socket.CloseStatus!.Value, socket.CloseStatusDescription!);
    }

    public void Dispose() => socket.Dispose();
}
