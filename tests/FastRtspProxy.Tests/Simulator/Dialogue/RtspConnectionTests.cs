using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Dialogue;

namespace FastRtspProxy.Tests.Simulator.Dialogue;

public sealed class RtspConnectionTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_AServerThatAnswers_TheAnswerIsRead(bool tls)
    {
        using DialoguePeer server = new(tls);
        using RtspConnection connection = await ConnectAsync(server);

        Task<RtspMessage> answer = connection.RequestAsync(RtspMethod.Options, server.Url, CancellationToken.None);
        string request = await server.ReadRequestAsync();
        await server.WriteAsync("RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: PLAY\r\n\r\n");

        Assert.StartsWith($"OPTIONS {server.Url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: rtspsim\r\n", request, StringComparison.Ordinal);
        Assert.Equal("PLAY", (await answer).Header("Public"));
        Assert.Equal(1, connection.LastCSeq);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 1000)]
    [InlineData(false, 1_000_000)]
    [InlineData(true, 7)]
    [InlineData(true, 1000)]
    [InlineData(true, 1_000_000)]
    public async Task Receive_FramesAndARequestBeforeTheAnswerInPieces_AllAreTakenInOrder(bool tls, int pieceBytes)
    {
        using DialoguePeer server = new(tls);
        using RtspConnection connection = await ConnectAsync(server);
        List<(byte Channel, int Bytes, byte Last)> frames = [];
        connection.OnFrame = (channel, payload) => frames.Add((channel, payload.Length, payload.IsEmpty ? (byte)0 : payload[^1]));
        int largest = pieceBytes == 1 ? 900 : InterleavedFrame.PayloadBytesMax;
        byte[] bytes =
        [
            .. Frame(0, 0, 0), .. Frame(1, 28, 0x11), .. "OPTIONS rtsp://here/ RTSP/1.0\r\nCSeq: 9\r\n\r\n"u8, .. Frame(2, largest, 0x22),
            .. "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nv=0"u8, .. Frame(3, 5, 0x33),
            .. "RTSP/1.0 404 Not Found\r\nCSeq: 2\r\n\r\n"u8,
        ];

        Task writing = WriteAsync(server, bytes, pieceBytes);
        RtspMessage first = await connection.ReceiveAsync(CancellationToken.None);
        string body = Encoding.ASCII.GetString(first.Body);
        int framesBefore = frames.Count;
        RtspMessage second = await connection.ReceiveAsync(CancellationToken.None);
        await writing;

        Assert.Equal("v=0", body);
        Assert.Equal(3, framesBefore);
        Assert.Equal(404, second.StatusCode);
        Assert.Equal([(0, 0, 0), (1, 28, 0x11), (2, largest, 0x22), (3, 5, 0x33)], frames);
        Assert.Equal(["OPTIONS"], connection.ServerRequests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Receive_TheServerClosesInTheMiddleOfAnAnswer_IsTheEnd(bool tls)
    {
        using DialoguePeer server = new(tls);
        using RtspConnection connection = await ConnectAsync(server);

        await server.WriteAsync("RTSP/1.0 200 OK\r\nCS");
        server.Close();

        await Assert.ThrowsAsync<EndOfStreamException>(() => connection.ReceiveAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Receive_AReset_IsTheSocketsError()
    {
        using DialoguePeer server = new(tls: false);
        using RtspConnection connection = await ConnectAsync(server);

        server.Close(reset: true);

        SocketException error = await Assert.ThrowsAsync<SocketException>(() => connection.ReceiveAsync(CancellationToken.None));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Receive_AnAnswerThatComesAfterTheTime_IsReadByTheNext(bool tls)
    {
        using DialoguePeer server = new(tls);
        using RtspConnection connection = await ConnectAsync(server);
        await server.WriteAsync("RTSP/1.0 200 OK\r\n");

        await Assert.ThrowsAsync<TimeoutException>(() => connection.ReceiveAsync(CancellationToken.None, TimeSpan.FromMilliseconds(50)));
        await server.WriteAsync("CSeq: 4\r\n\r\n");
        RtspMessage answer = await connection.ReceiveAsync(CancellationToken.None);

        Assert.Equal(4, answer.CSeq);
    }

    [Fact]
    public async Task Receive_WhatIsNoAnswer_SaysSo()
    {
        using DialoguePeer server = new(tls: false);
        using RtspConnection connection = await ConnectAsync(server);

        await server.WriteAsync("hello there, this is no RTSP\r\n");

        await Assert.ThrowsAsync<InvalidDataException>(() => connection.ReceiveAsync(CancellationToken.None));
    }

    [Fact]
    public async Task ReadFrames_UntilTheTimeIsOver_TheConnectionIsStillOpen()
    {
        using DialoguePeer server = new(tls: false);
        using RtspConnection connection = await ConnectAsync(server);
        using CancellationTokenSource until = new();
        connection.OnFrame = (_, _) => until.Cancel();

        await server.WriteAsync(Frame(0, 20, 1));

        Assert.True(await connection.ReadFramesAsync(until.Token));
        server.Close();
        Assert.False(await connection.ReadFramesAsync(CancellationToken.None));
    }

    private static async Task<RtspConnection> ConnectAsync(DialoguePeer server)
    {
        Assert.True(RtspUrl.TryParse(server.Url, out RtspUrl? url, out _));
        Task accepted = server.AcceptAsync();
        RtspConnection connection = await RtspConnection.ConnectAsync(url, s_limit, isInsecure: true, CancellationToken.None);
        await accepted;
        return connection;
    }

    private static async Task WriteAsync(DialoguePeer server, byte[] bytes, int pieceBytes)
    {
        for (int i = 0; i < bytes.Length; i += pieceBytes)
        {
            await server.WriteAsync(bytes.AsMemory(i, Math.Min(pieceBytes, bytes.Length - i)));
        }
    }

    private static byte[] Frame(byte channel, int payloadBytes, byte fill)
    {
        byte[] frame = new byte[InterleavedFrame.HeaderBytes + payloadBytes];
        InterleavedFrame.Write(frame, channel, payloadBytes);
        frame.AsSpan(InterleavedFrame.HeaderBytes).Fill(fill);
        return frame;
    }
}
