using System.Text;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

[Collection(nameof(Allocations))]
public sealed class InterleavedDemuxTests
{
    private static readonly byte[] s_rtp = ScriptedCamera.RtpBytes(96, 7, 100, 1, true, "hello"u8);

    private static byte[] Answer(int cseq, string body = "") =>
        Encoding.ASCII.GetBytes($"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    [Fact]
    public void OnBytes_MixSplitAtEveryByte_GivesTheSameUnitsInOrder()
    {
        byte[] stream =
        [
            .. ScriptedCamera.FrameBytes(0, s_rtp), .. Answer(1, "v=0\r\n"), .. ScriptedCamera.FrameBytes(1, [0x81, 201, 0, 0]),
            .. "\r\n"u8, .. "OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"u8, .. ScriptedCamera.FrameBytes(0, s_rtp), .. Answer(2),
        ];
        string[] expected = ["$0:17", "200/1", "$1:4", "OPTIONS", "$0:17", "200/2"];
        for (int split = 0; split <= stream.Length; split++)
        {
            Handler handler = new();
            InterleavedDemux demux = handler.Make(0, 1);
            demux.OnBytes(stream.AsSpan(0, split));
            demux.OnBytes(stream.AsSpan(split));
            Assert.Equal(expected, handler.Units);
        }

        Handler single = new() { KeepsMessages = true };
        InterleavedDemux bytewise = single.Make(0, 1);
        foreach (byte one in stream)
        {
            bytewise.OnBytes([one]);
        }

        Assert.Equal(expected, single.Units);
    }

    [Theory]
    [InlineData("garbage in front of it")]
    [InlineData("$$$$$")]
    [InlineData("R")]
    [InlineData("$\u0001")]
    public void OnBytes_GarbageBetweenFrames_IsSkippedAndCounted(string garbage)
    {
        // Quirk: Escam Q6 puts garbage between frames (go2rtc skips it, pkg/rtsp/conn.go); old LIVE555 servers lose bytes (weakness 33).
        byte[] noise = Encoding.Latin1.GetBytes(garbage);
        for (int chunk = 1; chunk < 40; chunk++)
        {
            Handler handler = new();
            InterleavedDemux demux = handler.Make(0, 1);
            demux.OnBytes(ScriptedCamera.FrameBytes(0, s_rtp));
            byte[] rest = [.. "x"u8, .. noise, .. ScriptedCamera.FrameBytes(0, s_rtp), .. Answer(3)];
            foreach (byte[] part in rest.Chunk(chunk))
            {
                demux.OnBytes(part);
            }

            Assert.Equal(["$0:17", "$0:17", "200/3"], handler.Units);
            Assert.Equal(noise.Length + 1, demux.SkippedBytes);
        }
    }

    /// <summary>What looks like a start to the parser and is none that is searched for is garbage wherever a read ends.</summary>
    [Theory]
    [InlineData("HTTP/1.0 200 OK")]
    [InlineData("HTTP/1.0 200 OK\r\nCSeq: 9\r\n\r\n")]
    [InlineData("HHTTP/HTTP/")]
    public void OnBytes_GarbageThatBeginsLikeAnotherProtocol_IsSkippedInAnyPieces(string text)
    {
        byte[] stream = [.. ScriptedCamera.FrameBytes(0, s_rtp), 1, 2, 3, .. Encoding.Latin1.GetBytes(text), .. ScriptedCamera.FrameBytes(0, s_rtp), .. Answer(3)];
        for (int cut = 1; cut < stream.Length; cut++)
        {
            Handler handler = new();
            InterleavedDemux demux = handler.Make(0, 1);
            demux.OnBytes(stream.AsSpan(0, cut));
            demux.OnBytes(stream.AsSpan(cut));
            Assert.Equal(["$0:17", "$0:17", "200/3"], handler.Units);
            Assert.Equal(text.Trim().Replace("\r\n", string.Empty, StringComparison.Ordinal).Length + 3, demux.SkippedBytes);
        }
    }

    [Theory]
    [InlineData("X_EVENT rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", "X_EVENT")]
    [InlineData("keep-alive * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "keep-alive")]
    [InlineData("RECORD rtsp://h/a b RTSP/1.0\nCSeq: 1\n\n", "RECORD")]
    [InlineData("X_EVENT rtsp://h/ RTSP/1.0\r\n\r\n", null)]
    [InlineData("X_EVENT rtsp://h/ RTSP/1.0\r\nCSeq: x\r\n\r\n", null)]
    [InlineData("X_EVENT rtsp://h/ FOO/1.0\r\nCSeq: 1\r\n\r\n", null)]
    [InlineData("X_EVENT rtsp://h/\u0001 RTSP/1.0\r\nCSeq: 1\r\n\r\n", null)]
    [InlineData("A_TOKEN_OF_MORE_THAN_THIRTY_TWO_LETTERS rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", null)]
    public void OnBytes_RequestWithAnUnknownMethod_IsARequestExactlyWithAWholeHeadAndACSeq(string text, string? method)
    {
        byte[] stream = [.. ScriptedCamera.FrameBytes(0, s_rtp), .. Encoding.Latin1.GetBytes(text), .. ScriptedCamera.FrameBytes(0, s_rtp), .. Answer(3)];
        string[] expected = method is null ? ["$0:17", "$0:17", "200/3"] : ["$0:17", method, "$0:17", "200/3"];
        for (int chunk = 1; chunk <= stream.Length; chunk++)
        {
            Handler handler = new();
            InterleavedDemux demux = handler.Make(0, 1);
            foreach (byte[] part in stream.Chunk(chunk))
            {
                demux.OnBytes(part);
            }

            Assert.Equal(expected, handler.Units);
            Assert.Equal(method is null, demux.SkippedBytes > 0);
        }
    }

    [Fact]
    public void OnBytes_EndlessGarbage_StopsAtTheBound()
    {
        Handler handler = new();
        InterleavedDemux demux = handler.Make(0, 1);
        byte[] noise = new byte[10_000];
        int fed = 0;
        while (!demux.Stopped && fed < 2 * InterleavedDemux.GarbageBytesMax)
        {
            demux.OnBytes(noise);
            fed += noise.Length;
        }

        Assert.True(demux.Stopped);
        Assert.Single(handler.Problems);
        Assert.True(fed <= InterleavedDemux.GarbageBytesMax + (2 * noise.Length));
    }

    [Fact]
    public void OnBytes_NotRtspBeforeAnySetup_StopsAtOnce()
    {
        Handler handler = new();
        InterleavedDemux demux = handler.Make();
        demux.OnBytes("SSH-2.0-dropbear\r\n"u8);
        Assert.True(demux.Stopped);
        Assert.Single(handler.Problems);
    }

    [Theory]
    [InlineData("\u0000")]
    [InlineData("a=control:track1\r\n")]
    [InlineData("R")]
    public void OnBytes_MoreBehindAnAnswerThanItSays_IsSkippedBeforeAnySetupToo(string more)
    {
        byte[] stream = [.. Answer(1, "v=0\r\n"), .. Encoding.Latin1.GetBytes(more), .. Answer(2)];
        for (int chunk = 1; chunk <= stream.Length; chunk++)
        {
            Handler handler = new();
            InterleavedDemux demux = handler.Make();
            foreach (byte[] part in stream.Chunk(chunk))
            {
                demux.OnBytes(part);
            }

            Assert.Equal(["200/1", "200/2"], handler.Units);
            Assert.False(demux.Stopped);
        }
    }

    [Fact]
    public void OnBytes_HugeContentLength_IsRefusedWithoutMemory()
    {
        Handler handler = new();
        InterleavedDemux demux = handler.Make();
        long before = GC.GetAllocatedBytesForCurrentThread();
        demux.OnBytes("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 1099511627776\r\n\r\n"u8);
        demux.OnBytes(new byte[100_000]);
        Assert.True(demux.Stopped);
        Assert.True(handler.OverLimit || handler.Problems.Count == 1);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 300_000);
    }

    [Fact]
    public void OnBytes_RandomBytes_NeverThrowsAndStaysBounded()
    {
        Random random = new(4711);
        for (int round = 0; round < 300; round++)
        {
            Handler handler = new();
            InterleavedDemux demux = handler.Make(0, 1, 2, 3);
            for (int i = 0; i < 60; i++)
            {
                byte[] bytes = new byte[random.Next(1, 400)];
                random.NextBytes(bytes);
                if (random.Next(3) == 0)
                {
                    bytes[0] = (byte)'$';
                }
                else if (random.Next(3) == 0)
                {
                    "RTSP/1.0 200 OK\r\n"u8[..Math.Min(17, bytes.Length)].CopyTo(bytes);
                }

                demux.OnBytes(bytes);
            }

            Assert.True(demux.SkippedBytes <= 60 * 400);
        }
    }

    [Fact]
    public void OnBytes_WholeFrames_AllocatesNothing()
    {
        CountingHandler handler = new();
        InterleavedDemux demux = new(handler);
        demux.Expect(0);
        byte[] batch = [.. Enumerable.Range(0, 50).SelectMany(_ => ScriptedCamera.FrameBytes(0, s_rtp))];
        int calls = 0;
        Assert.Equal(0, AllocationMeter.SteadyBytes(() =>
        {
            demux.OnBytes(batch);
            calls++;
        }));
        Assert.Equal(50 * calls, handler.Frames);
    }

    /// <summary>A camera may send as many as it likes.</summary>
    [Fact]
    public void OnBytes_MessagesThatNobodyKeeps_AllocateNothing()
    {
        CountingHandler handler = new();
        InterleavedDemux demux = new(handler);
        byte[] batch = [.. Enumerable.Range(0, 50).SelectMany(_ => "RTSP/1.0 100\n\nX_EVENT * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8.ToArray())];
        demux.OnBytes(batch);
        Assert.Equal(0, AllocationMeter.SteadyBytes(() => demux.OnBytes(batch)));
    }

    /// <summary>As long a description as there may be, in two reads, and media behind it.</summary>
    [Fact]
    public void OnBytes_LongMessageThatAReadCut_GivesItsBufferBack()
    {
        Handler handler = new();
        InterleavedDemux demux = handler.Make(0);
        byte[] answer = Answer(1, new string('x', 256 * 1024));
        byte[] media = [.. Enumerable.Range(0, 5000).SelectMany(_ => ScriptedCamera.FrameBytes(0, s_rtp))];

        demux.OnBytes(answer.AsSpan(0, answer.Length - 1));
        Assert.True(demux.BufferBytes >= answer.Length - 1);
        demux.OnBytes([answer[^1], .. media]);

        Assert.Equal(5001, handler.Units.Count);
        Assert.InRange(demux.BufferBytes, 0, 64 * 1024);
    }

    private sealed class CountingHandler : IInterleavedHandler
    {
        public int Frames { get; private set; }

        public void OnFrame(byte channel, ReadOnlySpan<byte> payload) => Frames++;

        public bool OnMessage(RtspMessage message) => false;

        public void OnUnusable(bool overLimit, string detail)
        {
        }
    }

    /// <summary>Whoever holds within a unit gets nothing more until he releases, and then everything, wherever reads end.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hold_WithinEachUnit_TheNextOneComesAfterItsRelease(bool releasesWithin)
    {
        byte[] stream =
        [
            .. ScriptedCamera.FrameBytes(0, s_rtp), .. Answer(1, "v=0\r\n"), .. ScriptedCamera.FrameBytes(1, [0x81, 201, 0, 0]),
            .. "OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"u8, .. ScriptedCamera.FrameBytes(0, s_rtp), .. Answer(2),
        ];
        string[] expected = ["$0:17", "200/1", "$1:4", "OPTIONS", "$0:17", "200/2"];
        for (int split = 0; split <= stream.Length; split++)
        {
            Handler handler = new();
            InterleavedDemux demux = handler.Make(0, 1);
            handler.OnUnit = () =>
            {
                demux.Hold();
                if (releasesWithin)
                {
                    demux.Release();
                }
            };

            demux.OnBytes(stream.AsSpan(0, split));
            int before = handler.Units.Count;
            Assert.True(releasesWithin || before <= 1);
            demux.OnBytes(stream.AsSpan(split));
            while (demux.IsHeld)
            {
                int units = handler.Units.Count;
                demux.Release();
                Assert.InRange(handler.Units.Count, units, units + 1);
            }

            Assert.Equal(expected, handler.Units);
        }
    }

    private sealed class Handler : IInterleavedHandler
    {
        public Action? OnUnit { get; set; }

        public bool KeepsMessages { get; init; }

        public List<string> Units { get; } = [];

        public List<string> Problems { get; } = [];

        public bool OverLimit { get; private set; }

        public InterleavedDemux Make(params byte[] channels)
        {
            InterleavedDemux demux = new(this);
            foreach (byte channel in channels)
            {
                demux.Expect(channel);
            }

            return demux;
        }

        public void OnFrame(byte channel, ReadOnlySpan<byte> payload)
        {
            Units.Add($"${channel}:{payload.Length}");
            OnUnit?.Invoke();
        }

        public bool OnMessage(RtspMessage message)
        {
            Units.Add(message.IsRequest ? message.Method : $"{message.StatusCode}/{message.CSeq}");
            OnUnit?.Invoke();
            return KeepsMessages;
        }

        public void OnUnusable(bool overLimit, string detail)
        {
            OverLimit = overLimit;
            Problems.Add(detail);
        }
    }
}
