using System.Globalization;
using System.Text;
using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>ONVIF metadata (streaming specification, section 5.1.2.1.1): one XML document a second, the marker on its last packet.</summary>
internal sealed class OnvifMetadataTrack() : EvenTrack(90_000, 1)
{
    private const string Head =
        """<?xml version="1.0" encoding="UTF-8"?><tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:VideoAnalytics>""";

    private const string Shape = """<tt:Appearance><tt:Shape><tt:BoundingBox left="-0.25" top="0.25" right="0.25" bottom="-0.25"/>"""
        + """<tt:CenterOfGravity x="0" y="0"/></tt:Shape></tt:Appearance>""";

    private const string Tail = "</tt:VideoAnalytics></tt:MetadataStream>";

    public override string MediaType => "application";

    public override string EncodingName => "vnd.onvif.metadata";

    public override byte PayloadType => 107;

    public override int ClockRate => 90_000;

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp)
    {
        DateTimeOffset at = DateTimeOffset.FromUnixTimeMilliseconds(stamp.SentUnixMicros / 1000);
        string document = string.Create(
            CultureInfo.InvariantCulture,
            $"""{Head}<tt:Frame UtcTime="{at:yyyy-MM-ddTHH:mm:ss.fffZ}"><tt:Object ObjectId="{unit}">{Shape}</tt:Object></tt:Frame>{Tail}""");
        PlainPacketiser.Append(batch, PayloadType, (uint)UnitTicks(unit), Encoding.UTF8.GetBytes(document), true);
    }
}
