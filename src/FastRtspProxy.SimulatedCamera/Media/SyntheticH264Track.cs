using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>
/// H.264 made without an encoder, at any bit rate, and still decodable by everybody: the top of a picture is macroblocks of raw samples (I_PCM, H.264
/// section 7.3.5), as many as the wanted size asks for, the rest is flat (key pictures) or skipped (the others). Raw samples are never zero, so that
/// emulation prevention has nothing to do in them. Sizes come in steps of 385 bytes; what is beyond the whole picture in raw samples is cut off.
/// </summary>
internal sealed class SyntheticH264Track : EvenTrack
{
    private const int PcmBytes = 384;

    private readonly SyntheticVideo _video;
    private readonly int _widthBlocks;
    private readonly int _heightBlocks;
    private readonly byte[] _sps;
    private readonly byte[] _pps;

    public SyntheticH264Track(SyntheticVideo video)
        : base(90_000, video.FramesPerSecond)
    {
        _video = video;
        _widthBlocks = (video.WidthPixels + 15) / 16;
        _heightBlocks = (video.HeightPixels + 15) / 16;
        _sps = MakeSps();
        _pps = MakePps();
        byte[] sets = [.. _sps, .. _pps];
        Fmtp = ParameterSets.H264Fmtp(sets, [new NalRange(0, _sps.Length), new NalRange(_sps.Length, _pps.Length)]);
        SdpAttributes = ["a=framerate:" + video.FramesPerSecond.ToString(System.Globalization.CultureInfo.InvariantCulture)];
    }

    public override string MediaType => "video";

    public override string EncodingName => "H264";

    public override byte PayloadType => 96;

    public override int ClockRate => 90_000;

    public override string? Fmtp { get; }

    public override IReadOnlyList<string> SdpAttributes { get; }

    public override int BandwidthKilobits => (int)(_video.BitsPerSecond / 1000);

    public override bool HasRandomAccessPoints => true;

    public override bool IsRandomAccess(long unit) => unit % _video.GopFrames == 0;

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp)
    {
        bool key = IsRandomAccess(unit);
        int wanted = _video.FrameBytes(unit);
        int blocks = Math.Clamp(wanted / (PcmBytes + 1), 0, _widthBlocks * _heightBlocks);
        // Flat macroblocks take at most three bytes, the header fewer than 32; emulation prevention could add half.
        Span<byte> picture = batch.Scratch(64 + blocks * (PcmBytes + 8) + _widthBlocks * _heightBlocks * 4);
        _sps.CopyTo(picture);
        _pps.CopyTo(picture[_sps.Length..]);
        int start = _sps.Length + _pps.Length;
        int sliceBytes = WriteSlice(picture[start..], unit, key, blocks);
        Span<byte> sei = stackalloc byte[SimulatorSei.H264NalBytes];
        int seiBytes = 0;
        if (stamp.EmbedSei)
        {
            seiBytes = new SimulatorSei(unit, stamp.SentUnixMicros, SimulatorSei.Crc(0, picture.Slice(start, sliceBytes)), 1).WriteH264(sei);
        }

        NalRange slice = new(start, sliceBytes);
        ReadOnlySpan<NalRange> nals = key ? [new(0, _sps.Length), new(_sps.Length, _pps.Length), slice] : [slice];
        H264Packetiser.Append(batch, PayloadType, (uint)UnitTicks(unit), picture, nals, sei[..seiBytes], stamp.Aggregate);
    }

    private int WriteSlice(Span<byte> output, long unit, bool key, int blocks)
    {
        BitWriter bits = new(output);
        bits.Put(key ? 0x65u : 0x41u, 8);
        bits.PutUe(0); // first_mb_in_slice
        bits.PutUe(key ? 7u : 5u); // slice_type: I or P only
        bits.PutUe(0); // pic_parameter_set_id
        bits.Put((uint)(unit % _video.GopFrames), 16); // frame_num
        if (key)
        {
            bits.PutUe((uint)(unit / _video.GopFrames & 0xFF)); // idr_pic_id differs from one IDR picture to the next
            bits.Put(0, 2); // no_output_of_prior_pics_flag, long_term_reference_flag
        }
        else
        {
            bits.Put(0, 3); // num_ref_idx_active_override_flag, ref_pic_list_modification_flag_l0, adaptive_ref_pic_marking_mode_flag
        }

        bits.PutUe(0); // slice_qp_delta
        bits.PutUe(1); // disable_deblocking_filter_idc
        ulong draw = Hash64.Of(_video.Seed, (ulong)unit);
        for (int block = 0; block < blocks; block++)
        {
            if (!key)
            {
                bits.PutUe(0); // mb_skip_run
            }

            bits.PutUe(key ? 25u : 30u); // mb_type I_PCM
            bits.Align();
            Noise.Fill(bits.Take(PcmBytes), draw + (ulong)block * 7919);
        }

        int rest = _widthBlocks * _heightBlocks - blocks;
        if (!key && rest > 0)
        {
            bits.PutUe((uint)rest);
        }
        else if (key)
        {
            WriteFlat(ref bits, blocks, rest);
        }

        bits.PutTrailing();
        return Escape(output, bits.Bytes);
    }

    // Intra 16x16, DC prediction, nothing coded. The code for "no coefficient" depends on what the neighbours have (H.264 section 9.2.1): an I_PCM
    // block counts as 16.
    private void WriteFlat(ref BitWriter bits, int firstBlock, int count)
    {
        for (int block = firstBlock; block < firstBlock + count; block++)
        {
            bits.PutUe(3); // mb_type I_16x16_2_0_0
            bits.Put(3, 2); // intra_chroma_pred_mode ue(0), mb_qp_delta se(0)
            bool pcmLeft = block % _widthBlocks != 0 && block - 1 < firstBlock;
            bool pcmAbove = block >= _widthBlocks && block - _widthBlocks < firstBlock;
            bits.Put(pcmLeft || pcmAbove ? 3u : 1u, pcmLeft || pcmAbove ? 6 : 1); // coeff_token for nC >= 8, for nC = 0
        }
    }

    // Emulation prevention (H.264 section 7.4.1.1). Raw samples hold no zero, so only the few bytes around them are ever affected; the rest of the
    // picture is looked at by a vector search.
    private static int Escape(Span<byte> nal, int length)
    {
        int from = 1;
        while (true)
        {
            int found = nal[from..length].IndexOf("\0\0"u8);
            if (found < 0 || from + found + 2 >= length)
            {
                return length;
            }

            int at = from + found + 2;
            if (nal[at] <= 3)
            {
                nal[at..length].CopyTo(nal[(at + 1)..]);
                nal[at] = 3;
                length++;
                from = at + 1;
            }
            else
            {
                from = at - 1;
            }
        }
    }

    private byte[] MakeSps()
    {
        Span<byte> output = stackalloc byte[64];
        BitWriter bits = new(output);
        bits.Put(0x67, 8);
        bits.Put(66, 8); // Baseline
        bits.Put(0xC0, 8); // constraint_set0 and 1
        bits.Put(Level(), 8);
        bits.PutUe(0);
        bits.PutUe(12); // frame_num has 16 bits
        bits.PutUe(2); // pic_order_cnt_type: output order is decoding order
        bits.PutUe(1); // one reference frame
        bits.Put(0, 1);
        bits.PutUe((uint)_widthBlocks - 1);
        bits.PutUe((uint)_heightBlocks - 1);
        bits.Put(3, 2); // frame_mbs_only_flag, direct_8x8_inference_flag
        uint right = (uint)(_widthBlocks * 16 - _video.WidthPixels) / 2;
        uint bottom = (uint)(_heightBlocks * 16 - _video.HeightPixels) / 2;
        bits.Put(right + bottom > 0 ? 1u : 0, 1);
        if (right + bottom > 0)
        {
            bits.PutUe(0);
            bits.PutUe(right);
            bits.PutUe(0);
            bits.PutUe(bottom);
        }

        bits.Put(0, 1); // no VUI
        bits.PutTrailing();
        return output[..Escape(output, bits.Bytes)].ToArray();
    }

    private static byte[] MakePps()
    {
        Span<byte> output = stackalloc byte[16];
        BitWriter bits = new(output);
        bits.Put(0x68, 8);
        bits.PutUe(0);
        bits.PutUe(0);
        bits.Put(0, 2); // CAVLC, no bottom_field_pic_order
        bits.PutUe(0);
        bits.PutUe(0);
        bits.PutUe(0);
        bits.Put(0, 3); // no weighted prediction
        bits.PutUe(0);
        bits.PutUe(0);
        bits.PutUe(0);
        bits.Put(4, 3); // deblocking_filter_control_present_flag
        bits.PutTrailing();
        return output[..bits.Bytes].ToArray();
    }

    // The lowest level of Table A-1 whose macroblocks a second and a frame suffice.
    private uint Level()
    {
        int frame = _widthBlocks * _heightBlocks;
        long second = (long)frame * _video.FramesPerSecond;
        return frame <= 1620 && second <= 40_500 ? 30u
            : frame <= 3600 && second <= 108_000 ? 31u
            : frame <= 8192 && second <= 245_760 ? 40u
            : frame <= 22_080 && second <= 589_824 ? 50u
            : 52u;
    }
}
