using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.WebSocket;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

[Collection(nameof(Allocations))]
public sealed class WebSocketOutputTests : IDisposable
{
    private readonly ShardGroup _shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);

    private Shard Shard => _shards.Shards[0];

    public void Dispose() => _shards.Dispose();

    /// <summary>Frames that stand one behind the other in memory, and frames with a header of their own before each, and an empty piece behind.</summary>
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(500, 1400, 1)]
    [InlineData(500, 1400, 2)]
    [InlineData(5, 60_000, 1)]
    [InlineData(5, 65_535, 2)]
    [InlineData(2000, 20, 2)]
    [InlineData(500, 12, 3)]
    [InlineData(500, 1400, 3)]
    public async Task TrySendVectors_FramesOfAnySize_ComeInMessagesOfWholeFrames(int frames, int payloadBytes, int vectorsPerFrame)
    {
        using Pair pair = await Pair.ConnectAsync(Shard);
        byte[] sent = Frames(frames, payloadBytes);
        Task<byte[]> reading = pair.ReadMessagesAsync(sent.Length);
        int taken = 0;
        await Until.TrueAsync(() => Shard.RunAsync(() =>
        {
            if (!pair.Stream.IsParked && taken < sent.Length)
            {
                taken += SendVectors(pair.Stream, sent, taken, 4 + payloadBytes, vectorsPerFrame);
            }

            return Task.FromResult(taken == sent.Length);
        }));

        Assert.Equal(sent, await reading);
    }

    /// <summary>A peer that takes nothing: no more is parked than a message, and answers, frames and pings go on behind it, each whole.</summary>
    [Fact]
    public async Task TrySendMedia_ToAPeerThatTakesNothing_ParksAMessageAndGoesOnWhole()
    {
        using Pair pair = await Pair.ConnectAsync(Shard, bufferBytes: 8 * 1024);
        byte[] sent = Frames(600, 1000);
        int taken = await Shard.RunAsync(() => Task.FromResult(SendVectors(pair.Stream, sent, 0, 1004, 1)));
        (bool isParked, long heldBytes) = await Shard.RunAsync(() => Task.FromResult((pair.Stream.IsParked, pair.Stream.Account.HeldBytes)));

        Assert.True(isParked || taken % 1004 == 0);
        Assert.Equal(0, taken % 1004);
        Assert.InRange(taken, 1, sent.Length - 1);
        Assert.InRange(heldBytes, isParked ? 1 : 0, 16 * 1024);
        byte[] next = sent[taken..(taken + 1004)];
        await Shard.RunAsync(() =>
        {
            pair.Output.SendControl(WebSocketOpcode.Ping, "p"u8);
            pair.Stream.ParkRest(next);
            return Task.FromResult(pair.Stream.Send(sent.AsSpan(0, 1004)));
        });
        byte[] all = [.. sent[..taken], .. next, .. sent[..1004]];
        Assert.Equal(all, await pair.ReadMessagesAsync(taken + 2008));
        Assert.Equal(1, pair.Pings);
    }

    [Fact]
    public async Task SendClose_OfAnOpenOne_IsTheLastThingThatIsSent()
    {
        using Pair pair = await Pair.ConnectAsync(Shard);

        (bool isSent, int media) = await Shard.RunAsync(() =>
        {
            pair.Output.SendClose(WebSocketCloseCode.ProtocolError);
            bool sent = pair.Stream.Send("late"u8);
            int taken = pair.Stream.TrySendMedia(Frames(1, 10));
            pair.Stream.Close();
            return Task.FromResult((sent, taken));
        });

        Assert.Equal((false, -1), (isSent, media));
        byte[] came = new byte[100];
        int count = 0;
        for (int last = -1; last != 0; count += last)
        {
            last = await pair.Far.ReceiveAsync(came.AsMemory(count)).AsTask().WaitAsync(RtspTestClient.Limit);
        }

        Assert.Equal([0x88, 2, 0x03, 0xEA], came[..count]);
    }

    [Fact]
    public async Task TrySendVectors_Frames_AllocatesNothing()
    {
        using Pair pair = await Pair.ConnectAsync(Shard);
        byte[] sent = Frames(20, 1000);
        byte[] room = new byte[64 * 1024];

        long bytes = await Shard.RunAsync(() => Task.FromResult(AllocationMeter.SteadyBytes(
            () =>
            {
                int left = SendVectors(pair.Stream, sent, 0, 1004, 2) + 8; // two messages, with a header of four bytes each
                while (left > 0)
                {
                    left -= pair.Far.Receive(room, SocketFlags.None);
                }
            },
            rounds: 200)));

        Assert.Equal(0, bytes);
    }

    private static byte[] Frames(int count, int payloadBytes)
    {
        byte[] bytes = new byte[count * (4 + payloadBytes)];
        new Random(count).NextBytes(bytes);
        for (int i = 0; i < count; i++)
        {
            InterleavedFrame.Write(bytes.AsSpan(i * (4 + payloadBytes)), 0, payloadBytes);
        }

        return bytes;
    }

    private static unsafe int SendVectors(ControlStream stream, byte[] bytes, int from, int frameBytes, int vectorsPerFrame)
    {
        fixed (byte* data = bytes)
        {
            const int VectorsMax = 1024;
            IoVector* vectors = stackalloc IoVector[VectorsMax];
            int count = 0;
            for (int at = from; at < bytes.Length && count + 3 <= VectorsMax; at += frameBytes)
            {
                if (vectorsPerFrame == 1)
                {
                    count = 1;
                    vectors[0] = new IoVector { Base = data + from, Length = at + frameBytes - from };
                    continue;
                }

                vectors[count++] = new IoVector { Base = data + at, Length = 4 };
                vectors[count++] = new IoVector { Base = data + at + 4, Length = frameBytes - 4 };
                if (vectorsPerFrame == 3)
                {
                    vectors[count++] = new IoVector { Base = data + at + frameBytes, Length = 0 };
                }
            }

            return stream.TrySendVectors(vectors, count);
        }
    }

    /// <summary>A WebSocket on a shard, and its far end.</summary>
    private sealed class Pair(Socket far, ControlStream stream, WebSocketOutput output) : IDisposable
    {
        public Socket Far => far;

        public ControlStream Stream => stream;

        public WebSocketOutput Output => output;

        public int Pings { get; private set; }

        public static async Task<Pair> ConnectAsync(Shard shard, int bufferBytes = 0)
        {
            using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (bufferBytes > 0)
            {
                far.ReceiveBufferSize = bufferBytes;
            }

            await far.ConnectAsync(listener.LocalEndPoint!);
            Socket near = await listener.AcceptAsync();
            if (bufferBytes > 0)
            {
                near.SendBufferSize = bufferBytes;
            }

            return await shard.RunAsync(() =>
            {
                ControlStream stream = new(shard, near);
                stream.Start();
                return Task.FromResult(new Pair(far, stream, stream.BeginWebSocket()));
            });
        }

        /// <summary>What is in the binary messages, one behind the other; each of them has whole frames.</summary>
        public async Task<byte[]> ReadMessagesAsync(int payloadBytes)
        {
            List<byte> payload = [];
            byte[] buffer = new byte[1024 * 1024];
            int end = 0;
            while (payload.Count < payloadBytes)
            {
                end += await far.ReceiveAsync(buffer.AsMemory(end)).AsTask().WaitAsync(RtspTestClient.Limit);
                int start = 0;
                while (WebSocketFrameHeader.TryParse(buffer.AsSpan(start..end), out WebSocketFrameHeader header) == ParseStatus.Complete
                    && end - start >= header.HeaderBytes + header.PayloadBytes)
                {
                    byte[] message = buffer[(start + header.HeaderBytes)..(start + header.HeaderBytes + (int)header.PayloadBytes)];
                    start += header.HeaderBytes + message.Length;
                    if (header.Opcode == WebSocketOpcode.Ping)
                    {
                        Pings++;
                        continue;
                    }

                    Assert.Equal(WebSocketOpcode.Binary, header.Opcode);
                    int at = 0;
                    while (at < message.Length)
                    {
                        Assert.Equal(InterleavedFrame.Magic, message[at]);
                        at += 4 + BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at + 2));
                    }

                    Assert.Equal(message.Length, at);
                    payload.AddRange(message);
                }

                buffer.AsSpan(start..end).CopyTo(buffer);
                end -= start;
            }

            return [.. payload];
        }

        public void Dispose()
        {
            stream.Post(stream.Close);
            far.Dispose();
        }
    }
}
