using BenchmarkDotNet.Attributes;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>What happens once per received packet: nothing of it may allocate.</summary>
public class MediaBenchmarks
{
    private readonly byte[] _frame = new byte[4 + 1400];
    private readonly byte[] _aggregate = Convert.FromHexString("8060000100000002000000037800026742000268CE00026588");
    private readonly byte[] _compound = new byte[128];
    private readonly byte[] _output = new byte[128];
    private readonly RtpReceptionStats _stats = new();
    private int _compoundBytes;
    private ushort _sequence;

    [GlobalSetup]
    public void Prepare()
    {
        byte[] header = [InterleavedFrame.Magic, 0, 1400 >> 8, 1400 & 0xff, 0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x7c, 0x85, 0x88];
        header.CopyTo(_frame, 0);
        _compoundBytes = RtcpWriter.WriteSenderReport(_compound, 1, 2, 3, 4, 5);
        _compoundBytes += RtcpWriter.WriteSdesCname(_compound.AsSpan(_compoundBytes), 1, "camera@192.0.2.7"u8);
    }

    [Benchmark]
    public int Frame_Interleaved_1400Bytes()
    {
        _ = InterleavedFrame.TryParse(_frame, out InterleavedFrame frame, out int consumed);
        return consumed + frame.Channel;
    }

    [Benchmark]
    public int Parse_RtpPacket_1400Bytes()
    {
        _ = RtpPacketView.TryParse(_frame.AsSpan(4), out RtpPacketView view, out _);
        return view.SequenceNumber + view.Payload.Length;
    }

    [Benchmark]
    public AccessUnitHint Classify_H264_FuA()
    {
        _ = RtpPacketView.TryParse(_frame.AsSpan(4), out RtpPacketView view, out _);
        return AccessUnitClassifier.Classify(MediaCodec.H264, view);
    }

    [Benchmark]
    public AccessUnitHint Classify_H264_StapA()
    {
        _ = RtpPacketView.TryParse(_aggregate, out RtpPacketView view, out _);
        return AccessUnitClassifier.Classify(MediaCodec.H264, view);
    }

    [Benchmark]
    public uint Update_ReceptionStats_InOrder()
    {
        _stats.Update(_sequence, _sequence * 90u, _sequence * 90u);
        _sequence++;
        return _stats.Jitter;
    }

    [Benchmark]
    public int Read_RtcpCompound_SenderReportAndCname()
    {
        RtcpCompoundReader reader = new(_compound.AsSpan(0, _compoundBytes));
        int bytes = 0;
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            bytes += packet.TryGetCname(out _, out ReadOnlySpan<byte> cname) ? cname.Length : packet.Body.Length;
        }

        return bytes;
    }

    [Benchmark]
    public int Write_RtcpCompound_SenderReportAndCname()
    {
        int bytes = RtcpWriter.WriteSenderReport(_output, 1, 2, 3, 4, 5);
        return bytes + RtcpWriter.WriteSdesCname(_output.AsSpan(bytes), 1, "camera@192.0.2.7"u8);
    }
}
