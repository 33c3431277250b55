using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>
/// H.265-shaped bytes at any bit rate: real parameter sets (those of the built-in clip), real NAL unit headers and types, slices filled with noise.
/// Proxies and load tools see every property that they look at; a decoder does not get a picture out of it (use the clip for that).
/// </summary>
internal sealed class SyntheticH265Track : EvenTrack
{
    private const byte IdrWithoutLeading = 20;
    private const byte TrailingReference = 1;

    private readonly SyntheticVideo _video;
    private readonly byte[] _sets;
    private readonly NalRange[] _setRanges;

    /// <summary>Takes the first three parameter sets out of an Annex B stream.</summary>
    public SyntheticH265Track(SyntheticVideo video, byte[] parameterSetsAnnexB)
        : base(90_000, video.FramesPerSecond)
    {
        _video = video;
        _sets = parameterSetsAnnexB;
        List<NalRange> ranges = [];
        foreach (NalRange nal in AnnexB.NalUnits(parameterSetsAnnexB))
        {
            if (((parameterSetsAnnexB[nal.Offset] >> 1) & 0x3F) is >= 32 and <= 34 && ranges.Count < 3)
            {
                ranges.Add(nal);
            }
        }

        _setRanges = [.. ranges];
        Fmtp = ParameterSets.H265Fmtp(_sets, _setRanges);
    }

    public override string MediaType => "video";

    public override string EncodingName => "H265";

    public override byte PayloadType => 96;

    public override int ClockRate => 90_000;

    public override string? Fmtp { get; }

    public override int BandwidthKilobits => (int)(_video.BitsPerSecond / 1000);

    public override bool HasRandomAccessPoints => true;

    public override bool IsRandomAccess(long unit) => unit % _video.GopFrames == 0;

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp)
    {
        bool key = IsRandomAccess(unit);
        uint ticks = (uint)UnitTicks(unit);
        int sliceBytes = Math.Max(8, _video.FrameBytes(unit));
        Span<byte> slice = batch.Scratch(sliceBytes);
        Noise.Fill(slice, Hash64.Of(_video.Seed, (ulong)unit));
        slice[0] = (byte)((key ? IdrWithoutLeading : TrailingReference) << 1);
        slice[1] = 1;
        slice[2] |= 0x80; // first_slice_segment_in_pic_flag
        Span<byte> sei = stackalloc byte[SimulatorSei.H265NalBytes];
        int seiBytes = stamp.EmbedSei ? new SimulatorSei(unit, stamp.SentUnixMicros, SimulatorSei.Crc(0, slice), 1).WriteH265(sei) : 0;
        ReadOnlySpan<NalRange> ranges = key ? _setRanges : [new NalRange(0, sliceBytes)];
        H265Packetiser.Append(batch, PayloadType, ticks, key ? _sets : slice, ranges, sei[..seiBytes], stamp.Aggregate);
        if (key)
        {
            batch.UnmarkLast();
            H265Packetiser.AppendNal(batch, PayloadType, ticks, slice);
            batch.MarkLast();
        }
    }
}
