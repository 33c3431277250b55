using System.Buffers;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>`$` frames of players: the same at any cut, prefixes need more and consume nothing, and writing the frame gives the same bytes.</summary>
internal sealed class FrameTarget : FuzzTarget
{
    private readonly byte[] _scratch = new byte[InterleavedFrame.PayloadBytesMax];

    public override string Name => "frame";

    public override int FixedBytes => 0;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        while (InterleavedFrame.TryParse(input, out _, out int consumed) == ParseStatus.Complete)
        {
            input = input[consumed..];
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        ParseStatus status = InterleavedFrame.TryParse(input, out InterleavedFrame frame, out int consumed);
        Property.Holds(status == ParseStatus.Complete ? consumed == frame.Payload.Length + InterleavedFrame.HeaderBytes : consumed == 0, "only a whole frame is consumed");
        byte[] bytes = input.ToArray();
        foreach (int cut in Cuts.Of(input))
        {
            ReadOnlySequence<byte> sequence = SplitSequence.At(bytes, cut);
            ParseStatus cutStatus = InterleavedFrame.TryParse(ref sequence, _scratch, out InterleavedFrame other);
            Property.Equal((status, (long)consumed, frame.Channel), (cutStatus, bytes.Length - sequence.Length, other.Channel));
            Property.SameBytes(frame.Payload, other.Payload, "the payload");
            if (cut < consumed)
            {
                Property.Equal(ParseStatus.NeedMore, InterleavedFrame.TryParse(input[..cut], out _, out _));
            }
        }

        if (status == ParseStatus.Complete)
        {
            byte[] written = [InterleavedFrame.Magic, frame.Channel, (byte)(frame.Payload.Length >> 8), (byte)frame.Payload.Length, .. frame.Payload];
            Property.SameBytes(input[..consumed], written, "the frame that was written");
        }
    }
}
