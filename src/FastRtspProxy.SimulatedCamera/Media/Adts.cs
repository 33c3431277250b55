using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>An ADTS stream (ISO/IEC 14496-3 section 1.A.3): its raw frames and what their headers say.</summary>
internal sealed class Adts
{
    private static readonly int[] s_sampleRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    private Adts(NalRange[] frames, int profile, int rateIndex, int channels)
    {
        Frames = frames;
        SampleRate = s_sampleRates[rateIndex];
        Channels = channels;
        // AudioSpecificConfig: object type (5 bits; ADTS profile + 1), sampling frequency index (4), channel configuration (4), three zero bits.
        int config = (profile + 1) << 11 | rateIndex << 7 | channels << 3;
        Config = config.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The raw frames, without headers.</summary>
    public NalRange[] Frames { get; }

    public int SampleRate { get; }

    public int Channels { get; }

    /// <summary>AudioSpecificConfig in hexadecimal, for the SDP.</summary>
    public string Config { get; }

    /// <summary>False when the bytes are no whole ADTS stream.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Adts? stream)
    {
        stream = null;
        List<NalRange> frames = [];
        int at = 0;
        while (at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            if (rest.Length < 7 || rest[0] != 0xFF || (rest[1] & 0xF6) != 0xF0)
            {
                return false;
            }

            int header = (rest[1] & 1) != 0 ? 7 : 9;
            int length = (rest[3] & 3) << 11 | rest[4] << 3 | rest[5] >> 5;
            if (length <= header || length > rest.Length)
            {
                return false;
            }

            frames.Add(new NalRange(at + header, length - header));
            at += length;
        }

        int rateIndex = frames.Count == 0 ? 15 : (bytes[2] >> 2) & 0xF;
        if (rateIndex >= s_sampleRates.Length)
        {
            return false;
        }

        stream = new Adts([.. frames], bytes[2] >> 6, rateIndex, (bytes[2] & 1) << 2 | bytes[3] >> 6);
        return true;
    }
}
