using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>H.264 or H.265 from an Annex B clip, looped: time stamps run on where the pictures begin anew.</summary>
internal sealed class ClipVideoTrack : EvenTrack
{
    private readonly bool _h265;
    private readonly byte[] _bytes;
    private readonly AccessUnit[] _units;

    private ClipVideoTrack(bool h265, byte[] bytes, AccessUnit[] units, int framesPerSecond)
        : base(90_000, framesPerSecond)
    {
        _h265 = h265;
        _bytes = bytes;
        _units = units;
        Fmtp = h265 ? ParameterSets.H265Fmtp(bytes, units[0].Nals) : ParameterSets.H264Fmtp(bytes, units[0].Nals);
        SdpAttributes = ["a=framerate:" + framesPerSecond.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        BandwidthKilobits = (int)((long)bytes.Length * 8 * framesPerSecond / units.Length / 1000);
    }

    /// <summary>False when the clip has no picture or does not begin with one that a decoder can start from: it would not loop.</summary>
    public static bool TryCreate(bool h265, byte[] annexB, int framesPerSecond, [NotNullWhen(true)] out ClipVideoTrack? track)
    {
        AccessUnit[] units = AnnexB.AccessUnits(h265, annexB);
        track = units.Length > 0 && units[0].IsRandomAccess ? new ClipVideoTrack(h265, annexB, units, framesPerSecond) : null;
        return track is not null;
    }

    /// <summary>Pictures in one round of the loop.</summary>
    public int ClipUnits => _units.Length;

    public override string MediaType => "video";

    public override string EncodingName => _h265 ? "H265" : "H264";

    public override byte PayloadType => 96;

    public override int ClockRate => 90_000;

    public override string? Fmtp { get; }

    public override IReadOnlyList<string> SdpAttributes { get; }

    public override int BandwidthKilobits { get; }

    public override bool HasRandomAccessPoints => true;

    public override bool IsRandomAccess(long unit) => _units[unit % _units.Length].IsRandomAccess;

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp)
    {
        AccessUnit accessUnit = _units[unit % _units.Length];
        uint ticks = (uint)UnitTicks(unit);
        Span<byte> sei = stackalloc byte[SimulatorSei.H265NalBytes];
        int seiBytes = 0;
        if (stamp.EmbedSei)
        {
            SimulatorSei message = new(unit, stamp.SentUnixMicros, accessUnit.VclCrc, accessUnit.VclCount);
            seiBytes = _h265 ? message.WriteH265(sei) : message.WriteH264(sei);
        }

        if (_h265)
        {
            H265Packetiser.Append(batch, PayloadType, ticks, _bytes, accessUnit.Nals, sei[..seiBytes], stamp.Aggregate);
        }
        else
        {
            H264Packetiser.Append(batch, PayloadType, ticks, _bytes, accessUnit.Nals, sei[..seiBytes], stamp.Aggregate);
        }
    }
}
