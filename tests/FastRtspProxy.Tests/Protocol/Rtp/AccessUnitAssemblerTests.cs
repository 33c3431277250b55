using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.Tests.Protocol.Rtp;

public class AccessUnitAssemblerTests
{
    private static readonly MediaTrack s_clip = DemoClip.H264();

    /// <summary>Single units, an aggregate and fragments come out as the units that went in.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Take_PacketsOfAClip_GivesItsUnits(bool isH265, bool aggregate)
    {
        MediaTrack track = isH265 ? DemoClip.H265(DemoClip.Load(typeof(FastRtspProxy.Simulator.ExitCode).Assembly, "demo.h265")) : s_clip;
        using AccessUnitAssembler assembler = new(isH265 ? MediaCodec.H265 : MediaCodec.H264);
        ushort sequenceNumber = 65_530;
        for (long unit = 0; unit < 60; unit++)
        {
            byte[] given = Assert.Single(Feed(assembler, Packets(track, unit, aggregate, ref sequenceNumber)));
            List<NalRange> nals = AnnexB.NalUnits(given);
            uint crc = 0;
            SimulatorSei sei = default;
            foreach (NalRange nal in nals)
            {
                crc = SimulatorSei.IsVcl(isH265, given[nal.Offset]) ? SimulatorSei.Crc(crc, nal.In(given)) : crc;
                sei = SimulatorSei.TryRead(nal.In(given), out SimulatorSei read) ? read : sei;
            }

            Assert.Equal((unit, sei.VclCrc), (sei.AccessUnit, crc));
            Assert.Equal(track.IsRandomAccess(unit), assembler.IsKey);
            Assert.False(assembler.IsAfterGap);
        }

        Assert.True(assembler.ParameterSets.IsComplete);
    }

    [Fact]
    public void Take_WithoutMarkers_EndsAUnitWithTheNextTimestamp()
    {
        using AccessUnitAssembler assembler = new(MediaCodec.H264);
        ushort sequenceNumber = 1;
        List<byte[]> packets = [];
        for (long unit = 0; unit < 5; unit++)
        {
            packets.AddRange(Packets(s_clip, unit, true, ref sequenceNumber));
        }

        packets.ForEach(static packet => packet[1] &= 0x7f);

        Assert.Equal(4, Feed(assembler, packets).Count);
    }

    [Fact]
    public void Take_APacketMissing_LeavesTheUnitOutAndTheNextSaysSo()
    {
        using AccessUnitAssembler assembler = new(MediaCodec.H264);
        ushort sequenceNumber = 1;
        List<byte[]> first = Packets(s_clip, 0, true, ref sequenceNumber);
        Assert.True(first.Count > 3);
        first.RemoveAt(2);

        Assert.Empty(Feed(assembler, first));
        Assert.Single(Feed(assembler, Packets(s_clip, 1, true, ref sequenceNumber)));
        Assert.True(assembler.IsAfterGap);
        Assert.Single(Feed(assembler, Packets(s_clip, 2, true, ref sequenceNumber)));
        Assert.False(assembler.IsAfterGap);

        assembler.Skip();
        sequenceNumber += 100;
        Assert.Single(Feed(assembler, Packets(s_clip, 50, true, ref sequenceNumber)));
        Assert.True(assembler.IsAfterGap);
    }

    /// <summary>A camera that says its parameter sets in its description only, or in a unit of their own.</summary>
    [Fact]
    public void Take_KeyPictureWithoutSets_GetsThemInFront()
    {
        using AccessUnitAssembler assembler = new(MediaCodec.H264);
        byte[] sps = [0x67, 0x42, 0, 0x1f, 1];
        byte[] pps = [0x68, 2, 3];
        Assert.Empty(Feed(assembler, [RtpPackets.Make(sps, marker: true, sequence: 1, timestamp: 1)]));
        Assert.Empty(Feed(assembler, [RtpPackets.Make(pps, marker: true, sequence: 2, timestamp: 2)]));

        byte[] unit = Assert.Single(Feed(assembler, [RtpPackets.Make([0x65, 0x88, 9], marker: true, sequence: 3, timestamp: 3)]));

        Assert.Equal([0, 0, 0, 1, .. sps, 0, 0, 0, 1, .. pps, 0, 0, 0, 1, 0x65, 0x88, 9], unit);
        Assert.True(assembler.IsKey);
    }

    /// <summary>The end of a sequence, or of the stream, is a NAL unit without a body; what is cut off is none.</summary>
    [Theory]
    [InlineData(MediaCodec.H264, new byte[] { 10 }, true)]
    [InlineData(MediaCodec.H264, new byte[] { 11 }, true)]
    [InlineData(MediaCodec.H264, new byte[] { 0x65 }, false)]
    [InlineData(MediaCodec.H265, new byte[] { 36 << 1, 1 }, true)]
    [InlineData(MediaCodec.H265, new byte[] { 37 << 1, 1 }, true)]
    [InlineData(MediaCodec.H265, new byte[] { 19 << 1, 1 }, false)]
    [InlineData(MediaCodec.H265, new byte[] { 36 << 1 }, false)]
    public void Take_UnitWithoutABody_IsPassedOver(MediaCodec codec, byte[] end, bool isWhole)
    {
        using AccessUnitAssembler assembler = new(codec);
        byte[] picture = codec == MediaCodec.H264 ? [0x41, 0x9a, 9] : [1 << 1, 1, 0x80, 9];

        List<byte[]> units = Feed(assembler,
            [RtpPackets.Make(picture, marker: false, sequence: 1, timestamp: 1), RtpPackets.Make(end, marker: true, sequence: 2, timestamp: 1)]);

        Assert.Equal(isWhole ? 1 : 0, units.Count);
    }

    /// <summary>No byte of a peer throws or grows it.</summary>
    [Fact]
    public void Take_RandomPackets_NeverThrows()
    {
        Random random = new(7);
        foreach (MediaCodec codec in new[] { MediaCodec.H264, MediaCodec.H265 })
        {
            using AccessUnitAssembler assembler = new(codec);
            byte[] payload = new byte[64];
            for (int i = 0; i < 100_000; i++)
            {
                random.NextBytes(payload);
                byte[] packet = RtpPackets.Make(payload.AsSpan(0, random.Next(64)).ToArray(), random.Next(4) == 0, (ushort)(i + (random.Next(20) == 0 ? 5 : 0)), (uint)(i / 3));
                Feed(assembler, [packet]);
            }

            Assert.True(assembler.Unit.Length < 64 * 1024);
        }
    }

    private static List<byte[]> Feed(AccessUnitAssembler assembler, List<byte[]> packets)
    {
        List<byte[]> units = [];
        foreach (byte[] packet in packets)
        {
            Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view, out _));
            UnitStep step;
            do
            {
                step = assembler.Take(view);
                if (step != UnitStep.Open && assembler.IsWhole)
                {
                    units.Add(assembler.Unit.ToArray());
                }
            }
            while (step == UnitStep.EndedBefore);
        }

        return units;
    }

    private static List<byte[]> Packets(MediaTrack track, long unit, bool aggregate, ref ushort sequenceNumber)
    {
        RtpBatch batch = new();
        track.Append(batch, unit, new UnitStamp { Aggregate = aggregate, EmbedSei = true });
        List<byte[]> packets = [];
        for (int i = 0; i < batch.Count; i++)
        {
            byte[] packet = batch.Packet(i).ToArray();
            RtpPatch.SetSequenceNumber(packet, sequenceNumber++);
            packets.Add(packet);
        }

        return packets;
    }
}
