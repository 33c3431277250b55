using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Tests.Protocol.Sdp;

public sealed class ProgrammeLengthTests
{
    [Theory]
    [InlineData("npt=0-12.3", 12.3)]
    [InlineData("npt=0.000-12.300", 12.3)]
    [InlineData(" NPT = 0 - 12.3 ", 12.3)]
    [InlineData("npt=-20", 20)]
    [InlineData("npt=10-30", 20)]
    [InlineData("npt=0:00:10-0:01:00.5", 50.5)]
    [InlineData("npt=0-01:02:03", 3723)]
    [InlineData("npt=0-12.3;time=19970123T143720Z", 12.3)]
    [InlineData("clock=19961108T142300Z-19961108T143520Z", 740)]
    [InlineData("clock=19961108T142300Z-19961108T142300.25Z", 0.25)]
    public void Of_RangeWithBothEnds_IsTheirDistance(string range, double seconds) => Assert.Equal(seconds, ProgrammeLength.Of(range)!.Value.TotalSeconds, 3);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("npt")]
    [InlineData("npt=")]
    [InlineData("npt=0")]
    [InlineData("npt=0-")]
    [InlineData("npt=now-")]
    [InlineData("npt=0-0")]
    [InlineData("npt=0-0.000")]
    [InlineData("npt=12-3")]
    [InlineData("npt=now-12")]
    [InlineData("npt=0-now")]
    [InlineData("npt=0--1")]
    [InlineData("npt=0-1e9")]
    [InlineData("npt=0-nan")]
    [InlineData("npt=0-2147483647")]
    [InlineData("npt=0-1:2:3:4")]
    [InlineData("clock=19961108T142300Z-")]
    [InlineData("clock=yesterday-today")]
    [InlineData("smpte=0:00:00-0:10:00")]
    public void Of_AnythingElse_IsNone(string? range) => Assert.Null(ProgrammeLength.Of(range));

    [Theory]
    [InlineData("a=range:npt=0-12\n", "", "", 12.0)]
    [InlineData("", "a=range:npt=0-12\n", "a=range:npt=0-10\n", 12.0)]
    [InlineData("", "a=range:npt=0-12\n", "", 12.0)]
    [InlineData("a=range:npt=0-12\n", "a=range:npt=0-\n", "", null)]
    [InlineData("a=range:npt=0-\n", "", "", null)]
    [InlineData("", "", "", null)]
    public void Of_Description_IsTheLongestAndNoneIfATrackIsLive(string session, string video, string sound, double? seconds)
    {
        SdpDocument document = SdpDocumentTests.ParseText($"v=0\n{session}m=video 0 RTP/AVP 96\n{video}m=audio 0 RTP/AVP 0\n{sound}");

        Assert.Equal(seconds, ProgrammeLength.Of(document)?.TotalSeconds);
    }
}
