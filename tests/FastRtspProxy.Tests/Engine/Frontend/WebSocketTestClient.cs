using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.WebSocket;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A WebSocket of which a test decides each frame.</summary>
internal sealed class WebSocketTestClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[1024 * 1024];
    private int _end;

    private WebSocketTestClient(Socket socket) => _socket = socket;

    public Socket Socket => _socket;

    /// <summary>The bytes of the header of the frame that was read last.</summary>
    public byte[] LastHeader { get; private set; } = [];

    public static async Task<WebSocketTestClient> OpenAsync(FrontendHost host, string headers = "")
    {
        RtspTestClient client = await host.ConnectAsync();
        await client.UpgradeAsync(headers);
        return new WebSocketTestClient(client.Socket);
    }

    /// <summary>Sends a frame; its payload masked, as clients have to.</summary>
    public async Task SendAsync(WebSocketOpcode opcode, ReadOnlyMemory<byte> payload, bool isFinal = true, bool isMasked = true)
    {
        byte[] header = new byte[4 + 4];
        header[0] = (byte)((isFinal ? 0x80 : 0) | (int)opcode);
        header[1] = (byte)((isMasked ? 0x80 : 0) | Math.Min(payload.Length, 126));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)payload.Length);
        int headerBytes = payload.Length < 126 ? 2 : 4;
        byte[] key = isMasked ? [1, 2, 3, 4] : [];
        byte[] masked = [.. header[..headerBytes], .. key, .. payload.ToArray().Select((value, i) => isMasked ? (byte)(value ^ key[i % 4]) : value)];
        await _socket.SendAsync(masked);
    }

    public Task SendAsync(string text) => SendAsync(WebSocketOpcode.Binary, Encoding.ASCII.GetBytes(text));

    /// <summary>The next frame; null: the connection was closed.</summary>
    public async Task<(WebSocketOpcode Opcode, byte[] Payload)?> ReadAsync()
    {
        while (true)
        {
            if (WebSocketFrameHeader.TryParse(_buffer.AsSpan(0, _end), out WebSocketFrameHeader header) == ParseStatus.Complete
                && _end >= header.HeaderBytes + header.PayloadBytes)
            {
                Assert.True(header is { IsFinal: true, IsMasked: false });
                int frameBytes = header.HeaderBytes + (int)header.PayloadBytes;
                byte[] payload = _buffer[header.HeaderBytes..frameBytes];
                LastHeader = _buffer[..header.HeaderBytes];
                _buffer.AsSpan(frameBytes, _end - frameBytes).CopyTo(_buffer);
                _end -= frameBytes;
                return (header.Opcode, payload);
            }

            int count = await ReceiveAsync();
            if (count == 0)
            {
                return null;
            }

            _end += count;
        }
    }

    /// <summary>The next frame is our word that we close, and the connection's end follows: its code.</summary>
    public async Task<int> ReadCloseAsync()
    {
        (WebSocketOpcode opcode, byte[] payload) = (await ReadAsync())!.Value;
        Assert.Equal(WebSocketOpcode.Close, opcode);
        _socket.Shutdown(SocketShutdown.Send);
        Assert.Null(await ReadAsync());
        return BinaryPrimitives.ReadUInt16BigEndian(payload);
    }

    public void Dispose() => _socket.Dispose();

    private async Task<int> ReceiveAsync()
    {
        try
        {
            return await _socket.ReceiveAsync(_buffer.AsMemory(_end)).AsTask().WaitAsync(RtspTestClient.Limit);
        }
        catch (SocketException)
        {
            return 0; // a reset is an end as well
        }
    }
}
