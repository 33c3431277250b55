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

    /// <summary>The first slice tells, in a packet of its own and in fragments; sets and messages before it do not.</summary>
    [Theory]
    [InlineData("41 9E 01 02 03 04", true)] // slice_type 6
    [InlineData("01 A8 01 02 03 04", true)] // slice_type 1
    [InlineData("41 9A 01 02 03 04", false)] // slice_type 5: P
    [InlineData("65 88 84 02 03 04", false)] // slice_type 7: I
    [InlineData("01", false)]
    public void Take_BSlice_IsTold(string slice, bool hasBSlice)
    {
        byte[] unit = Convert.FromHexString(slice.Replace(" ", "", StringComparison.Ordinal));
        using AccessUnitAssembler assembler = new(MediaCodec.H264);

        Feed(assembler, [RtpPackets.Make([0x06, 0x05, 0x01, 0x9E], marker: false, sequence: 1, timestamp: 3000), RtpPackets.Make(unit, marker: true, sequence: 2, timestamp: 3000)]);
        Assert.Equal(hasBSlice, assembler.HasBSlice);

        if (unit.Length > 4)
        {
            byte indicator = (byte)((unit[0] & 0xE0) | 28);
            byte type = (byte)(unit[0] & 0x1F);
            Feed(assembler,
                [RtpPackets.Make([indicator, (byte)(0x80 | type), .. unit[1..4]], marker: false, sequence: 3, timestamp: 6000),
                    RtpPackets.Make([indicator, (byte)(0x40 | type), .. unit[4..]], marker: true, sequence: 4, timestamp: 6000)]);
            Assert.Equal(hasBSlice, assembler.HasBSlice);
        }

        Feed(assembler, [RtpPackets.Make([0x41, 0x9A, 0x01], marker: true, sequence: 5, timestamp: 9000)]);
        Assert.False(assembler.HasBSlice);
    }

    /// <summary>A unit that needs more than may be held is dropped, and those that fit are not.</summary>
    [Fact]
    public void Take_MayNotGrow_DropsTheUnit()
    {
        int heldBytes = 0;
        using AccessUnitAssembler assembler = new(MediaCodec.H264, bytes => (heldBytes += bytes) <= 64 * 1024 || (heldBytes -= bytes) < 0);
        byte[] small = [0x41, 0x9A, .. new byte[30_000]];
        byte[] large = [0x41, 0x9A, .. new byte[65_000]];

        Assert.Single(Feed(assembler, [RtpPackets.Make(small, marker: true, sequence: 1, timestamp: 1)]));
        Assert.Empty(Feed(assembler, [RtpPackets.Make(large, marker: false, sequence: 2, timestamp: 2), RtpPackets.Make(large, marker: true, sequence: 3, timestamp: 2)]));
        Assert.Single(Feed(assembler, [RtpPackets.Make(small, marker: true, sequence: 4, timestamp: 3)]));

        Assert.True(assembler.IsAfterGap);
        Assert.InRange(heldBytes, 30_000, 64 * 1024);
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

    /// <summary>Start codes (Annex B) in a packet: each unit behind one counts.</summary>
    [Fact]
    public void Take_StartCodesInAPacket_ThePictureIsWholeAndItsSetsAreLearnt()
    {
        using AccessUnitAssembler assembler = new(MediaCodec.H264);
        byte[] stream = [0, 0, 0, 1, 0x67, 0x42, 0, 0x1f, 1, 0, 0, 0, 1, 0x68, 2, 3, 0, 0, 0, 1, 0x65, 0x88, 9];

        byte[] unit = Assert.Single(Feed(assembler, [RtpPackets.Make(stream, marker: true, sequence: 1, timestamp: 1)]));

        Assert.Equal(stream, unit);
        Assert.True(assembler.IsKey);
        Assert.True(assembler.ParameterSets.IsComplete);
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
