using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>
/// JPEG pictures made without an encoder (RFC 2435, type 1): every block has its mean and, up to the wanted size, coefficients of plus or minus one.
/// Both codes have a fixed length in the standard Huffman tables (ITU-T T.81 Annex K.3), so the size is known beforehand, and every decoder shows the
/// picture.
/// </summary>
internal sealed class MjpegTrack : EvenTrack
{
    private const int EmptyUnitBits = 4 * 6 + 2 * 4;
    private const byte Q = 50;

    private readonly SyntheticVideo _video;
    private readonly int _units;
    private readonly int _unitsPerRow;

    public MjpegTrack(SyntheticVideo video)
        : base(90_000, video.FramesPerSecond)
    {
        if (video.WidthPixels > 2040 || video.HeightPixels > 2040)
        {
            throw new ArgumentException("MJPEG over RTP has pictures of at most 2040 by 2040 (RFC 2435 section 3.1.5)", nameof(video));
        }

        _video = video;
        _unitsPerRow = video.WidthPixels / 16;
        _units = _unitsPerRow * (video.HeightPixels / 16);
        SdpAttributes = ["a=framerate:" + video.FramesPerSecond.ToString(System.Globalization.CultureInfo.InvariantCulture)];
    }

    public override string MediaType => "video";

    public override string EncodingName => "JPEG";

    public override byte PayloadType => 26;

    public override int ClockRate => 90_000;

    public override IReadOnlyList<string> SdpAttributes { get; }

    public override int BandwidthKilobits => (int)(_video.BitsPerSecond / 1000);

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp)
    {
        long wantedBits = _video.BitsPerSecond / _video.FramesPerSecond;
        // A luminance coefficient of size one takes three bits ('00' and the sign); 0xFF bytes are stuffed with a zero, about one in 256.
        int coefficients = (int)Math.Clamp((wantedBits - (long)_units * EmptyUnitBits) / 3, 0, (long)_units * 4 * 62);
        Span<byte> raw = batch.Scratch(_units * (EmptyUnitBits / 8 + 1) + coefficients / 2 + 256);
        int rawBytes = WriteScan(raw, unit, coefficients);
        byte[] rented = System.Buffers.ArrayPool<byte>.Shared.Rent(2 * rawBytes);
        int bytes = Stuff(raw[..rawBytes], rented);
        MjpegPacketiser.Append(batch, PayloadType, (uint)UnitTicks(unit), rented.AsSpan(0, bytes), Q, _unitsPerRow * 16, _units / _unitsPerRow * 16);
        System.Buffers.ArrayPool<byte>.Shared.Return(rented);
    }

    private int WriteScan(Span<byte> output, long picture, int coefficients)
    {
        BitWriter bits = new(output);
        // The first block's mean swings, category 5 ('110' and five bits), so that one sees that pictures follow each other; the other blocks follow
        // it by difference zero.
        int mean = (int)(picture % 16) + 16;
        ulong draw = Hash64.Of(_video.Seed, (ulong)picture);
        int blocks = _units * 4;
        for (int unit = 0; unit < _units; unit++)
        {
            for (int block = 0; block < 4; block++)
            {
                int index = unit * 4 + block;
                int count = coefficients / blocks + (index < coefficients % blocks ? 1 : 0);
                if (index == 0)
                {
                    bits.Put(6, 3);
                    bits.Put((uint)mean, 5);
                }
                else
                {
                    bits.Put(0, 2); // DC difference 0: '00'
                }

                ulong signs = Hash64.Of(draw, (ulong)index);
                for (int i = 0; i < count; i++)
                {
                    bits.Put((uint)(signs >> i & 1), 3); // AC run 0, size 1: '00' and the sign
                }

                bits.Put(0xA, 4); // end of block: '1010'
            }

            bits.Put(0, 8); // two chrominance blocks: DC '00', end of block '00'
        }

        bits.Align(ones: true);
        return bits.Bytes;
    }

    // ITU-T T.81 section F.1.2.3: a zero byte behind each 0xFF.
    private static int Stuff(ReadOnlySpan<byte> raw, Span<byte> output)
    {
        int used = 0;
        while (true)
        {
            int found = raw.IndexOf((byte)0xFF);
            int take = found < 0 ? raw.Length : found + 1;
            raw[..take].CopyTo(output[used..]);
            used += take;
            raw = raw[take..];
            if (found < 0)
            {
                return used;
            }

            output[used++] = 0;
        }
    }
}
