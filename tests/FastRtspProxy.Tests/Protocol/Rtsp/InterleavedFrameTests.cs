using System.Buffers;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public class InterleavedFrameTests
{
    private static readonly byte[] s_frame = [(byte)'$', 3, 0, 4, 10, 11, 12, 13];

    [Fact]
    public void TryParse_WholeFrame_GivesChannelAndPayload()
    {
        byte[] input = [.. s_frame, 99];

        Assert.Equal(ParseStatus.Complete, InterleavedFrame.TryParse(input, out InterleavedFrame frame, out int consumed));

        Assert.Equal((3, 8), (frame.Channel, consumed));
        Assert.Equal([10, 11, 12, 13], frame.Payload.ToArray());
    }

    [Fact]
    public void TryParse_EachProperPrefix_NeedsMoreAndConsumesNothing()
    {
        for (int length = 0; length < s_frame.Length; length++)
        {
            Assert.Equal(ParseStatus.NeedMore, InterleavedFrame.TryParse(s_frame.AsSpan(0, length), out _, out int consumed));
            Assert.Equal(0, consumed);

            ReadOnlySequence<byte> bytewise = SplitSequence.Bytewise(s_frame.AsMemory(0, length));
            Assert.Equal(ParseStatus.NeedMore, InterleavedFrame.TryParse(ref bytewise, new byte[16], out _));
            Assert.Equal(length, bytewise.Length);
        }
    }

    [Fact]
    public void TryParse_SplitAtEachByte_SameFrame()
    {
        byte[] input = [.. s_frame, 99];
        for (int cut = 0; cut <= input.Length; cut++)
        {
            ReadOnlySequence<byte> sequence = SplitSequence.At(input, cut);

            Assert.Equal(ParseStatus.Complete, InterleavedFrame.TryParse(ref sequence, new byte[16], out InterleavedFrame frame));

            Assert.Equal(3, frame.Channel);
            Assert.Equal([10, 11, 12, 13], frame.Payload.ToArray());
            Assert.Equal(1, sequence.Length);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4)]
    [InlineData(254, 255)]
    [InlineData(255, 256)]
    [InlineData(2, 1400)]
    [InlineData(3, InterleavedFrame.PayloadBytesMax)]
    public void Write_AnyChannelAndLength_IsReadBackAndTouchesNothingElse(byte channel, int payloadBytes)
    {
        byte[] bytes = new byte[InterleavedFrame.HeaderBytes + payloadBytes];
        bytes.AsSpan().Fill(0xEE);

        InterleavedFrame.Write(bytes, channel, payloadBytes);

        Assert.Equal(ParseStatus.Complete, InterleavedFrame.TryParse(bytes, out InterleavedFrame frame, out int consumed));
        Assert.Equal((channel, bytes.Length), (frame.Channel, consumed));
        Assert.Equal(payloadBytes, frame.Payload.Length);
        Assert.False(frame.Payload.ContainsAnyExcept((byte)0xEE));
    }

    [Fact]
    public void TryParse_EmptyPayload_IsAFrame()
    {
        Assert.Equal(ParseStatus.Complete, InterleavedFrame.TryParse("$\0\0\0"u8, out InterleavedFrame frame, out int consumed));

        Assert.Equal((0, 4), (frame.Payload.Length, consumed));
    }

    [Fact]
    public void TryParse_SomethingElse_MalformedAndConsumesNothing()
    {
        Assert.Equal(ParseStatus.Malformed, InterleavedFrame.TryParse("RTSP/1.0"u8, out _, out int consumed));
        Assert.Equal(0, consumed);

        ReadOnlySequence<byte> sequence = SplitSequence.At(Encoding.ASCII.GetBytes("RTSP"), 0, 2);
        Assert.Equal(ParseStatus.Malformed, InterleavedFrame.TryParse(ref sequence, new byte[16], out _));
        Assert.Equal(4, sequence.Length);
    }

    [Fact]
    public void TryParse_SplitPayloadAboveScratch_Malformed()
    {
        ReadOnlySequence<byte> sequence = SplitSequence.At(s_frame, 6);

        Assert.Equal(ParseStatus.Malformed, InterleavedFrame.TryParse(ref sequence, new byte[3], out _));
        Assert.Equal(s_frame.Length, sequence.Length);
    }

    [Fact]
    public void TryParse_SteadyState_AllocatesNothing()
    {
        ReadOnlySequence<byte> split = SplitSequence.At(s_frame, 2, 6);
        byte[] scratch = new byte[64];
        int calls = 0;
        int bytes = 0;

        long allocated = AllocationMeter.SteadyBytes(() =>
        {
            ReadOnlySequence<byte> input = split;
            InterleavedFrame.TryParse(s_frame, out InterleavedFrame one, out _);
            InterleavedFrame.TryParse(ref input, scratch, out InterleavedFrame other);
            bytes += one.Payload.Length + other.Payload.Length;
            calls++;
        });

        Assert.Equal(8 * calls, bytes);
        Assert.Equal(0, allocated);
    }
}
