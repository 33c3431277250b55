using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>AAC from an ADTS clip, looped.</summary>
internal sealed class ClipAudioTrack : EvenTrack
{
    /// <summary>Samples of an AAC-LC frame.</summary>
    private const int FrameSamples = 1024;

    private readonly byte[] _bytes;
    private readonly Adts _adts;

    private ClipAudioTrack(byte[] bytes, Adts adts)
        : base(FrameSamples, 1)
    {
        _bytes = bytes;
        _adts = adts;
        Fmtp = "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=" + adts.Config;
        BandwidthKilobits = (int)((long)bytes.Length * 8 * adts.SampleRate / FrameSamples / adts.Frames.Length / 1000);
    }

    public static bool TryCreate(byte[] adts, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ClipAudioTrack? track)
    {
        track = Adts.TryParse(adts, out Adts? stream) ? new ClipAudioTrack(adts, stream) : null;
        return track is not null;
    }

    /// <summary>Frames in one round of the loop.</summary>
    public int ClipUnits => _adts.Frames.Length;

    public override string MediaType => "audio";

    public override string EncodingName => "MPEG4-GENERIC";

    public override byte PayloadType => 97;

    public override int ClockRate => _adts.SampleRate;

    public override int Channels => _adts.Channels;

    public override string? Fmtp { get; }

    public override int BandwidthKilobits { get; }

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp) =>
        AacPacketiser.Append(batch, PayloadType, (uint)UnitTicks(unit), _adts.Frames[unit % _adts.Frames.Length].In(_bytes));
}
