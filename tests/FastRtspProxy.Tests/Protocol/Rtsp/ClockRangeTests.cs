using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public sealed class ClockRangeTests
{
    [Theory]
    [InlineData("clock=20261125T101500Z-", "2026-11-25T10:15:00.000Z", null)]
    [InlineData(" CLOCK=20261125T101500.25Z-20261125T101600Z", "2026-11-25T10:15:00.250Z", "2026-11-25T10:16:00.000Z")]
    [InlineData("clock=20261125T101500.123456789012Z-", "2026-11-25T10:15:00.123Z", null)]
    [InlineData("clock=-20261125T101600Z", null, "2026-11-25T10:16:00.000Z")]
    [InlineData("clock=20161231T235960.5Z-", "2017-01-01T00:00:00.500Z", null)] // a leap second, as ISO 8601 has it
    [InlineData("clock=00010101T000000Z-99991231T235959.9999999Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z")]
    [InlineData("clock=20261125T101500Z-;time=20261125T101501Z", "2026-11-25T10:15:00.000Z", null)]
    [InlineData("clock = 20261125T101500Z - ", "2026-11-25T10:15:00.000Z", null)] // as LIVE555 reads it
    public void TryParse_Range_IsTwoMoments(string header, string? from, string? to)
    {
        Assert.True(ClockRange.TryParse(header, out ClockRange range));

        Assert.Equal((from, to), (Text(range.From), Text(range.To)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("npt=0-")]
    [InlineData("clock=")]
    [InlineData("clock=20261125T101500Z")] // no end and no dash
    [InlineData("clock=20261125T101500-")] // RFC 2326 section 3.7: Z is part of it
    [InlineData("clock=20261325T101500Z-")]
    [InlineData("clock=20261125T101560Z-")]
    [InlineData("clock=99991231T235960Z-")]
    [InlineData("clock=20261125T101500.2x5Z-")]
    [InlineData("clock=20261125T101500Z-tomorrow")]
    public void TryParse_NoSuchRange_IsNone(string? header) => Assert.False(ClockRange.TryParse(header, out _));

    [Theory]
    [InlineData("clock=20261125T101500-")]
    [InlineData("clock=20261125T101500Z")]
    [InlineData(" CLOCK = 20261325T101500Z-;time=20261125T101501Z")]
    [InlineData("clock=20261125T101500Z-tomorrow")]
    [InlineData("clock=10:15:00-")]
    public void IsMalformed_AMomentThatCannotBeRead_ItIs(string header) => Assert.True(ClockRange.IsMalformed(header));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("npt=soon")]
    [InlineData("smpte=10:07:00-")]
    [InlineData("clockwork=12-")]
    [InlineData("clock")]
    [InlineData("clock=")]
    [InlineData("clock=;time=20261125T101501Z")]
    [InlineData("clock=-")]
    [InlineData("clock=now-")]
    [InlineData("clock=20261125T101500Z-")]
    public void IsMalformed_ReadOrInAnotherUnitOrNoMoment_ItIsNot(string? header) => Assert.False(ClockRange.IsMalformed(header));

    [Fact]
    public void Format_ReadBack_IsTheSameToTheMillisecond()
    {
        DateTimeOffset from = new(2026, 11, 25, 10, 15, 0, 250, TimeSpan.FromHours(1));

        string text = ClockRange.Format(from, from.AddMinutes(1));

        Assert.Equal("clock=20261125T091500.250Z-20261125T091600.250Z", text);
        Assert.True(ClockRange.TryParse(text, out ClockRange range));
        Assert.Equal(new ClockRange(from, from.AddMinutes(1)), range);
    }

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
