using System.Net;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Frontend.Guessing;

/// <summary>How many lines failed log-ins make, and what stands in them.</summary>
public sealed class FailedLogInsTests
{
    private const long Second = 1_000_000;

    private readonly RecordingLogger _log = new();
    private readonly FailedLogIns _lines;

    public FailedLogInsTests() => _lines = new FailedLogIns(_log);

    [Fact]
    public void Note_FiveASecondOfOneAddress_SaysThreeAndThenOneEveryTenSecondsWithTheRest()
    {
        GuesserRow row = new(AddressGroup.Of(IPAddress.Loopback));
        for (long now = 0; now < 30 * Second; now += Second / 5)
        {
            _lines.SayDue(now);
            _lines.Note(row, Failure("192.0.2.7"), now);
        }

        _lines.SayDue(100 * Second);

        Assert.Equal(6, _log.Loud.Count);
        Assert.All(_log.Loud.Take(3), line => Assert.Equal("Failed log-in from 192.0.2.7 as \"admin\" to \"cam\"", line));
        Assert.EndsWith("\"cam\" (48 more since the last such line)", _log.Loud[3], StringComparison.Ordinal);
        Assert.Equal(150, _log.Loud.Count + _log.Loud.Sum(More));
    }

    [Fact]
    public void Note_OneLater_IsSaidAtOnceWithThoseBefore()
    {
        GuesserRow row = new(AddressGroup.Of(IPAddress.Loopback));
        for (int i = 0; i < 5; i++)
        {
            _lines.Note(row, Failure("192.0.2.7"), 0);
        }

        Assert.Equal(10 * Second, _lines.NextDueMicros);
        _lines.Note(row, Failure("192.0.2.7"), 11 * Second);
        _lines.SayDue(60 * Second);

        Assert.Equal([0, 0, 0, 2], _log.Loud.Select(More));
        Assert.Equal(long.MaxValue, _lines.NextDueMicros);
    }

    [Fact]
    public void Note_ManyAddresses_SayAHundredAtOnceAndTenASecond()
    {
        for (int i = 0; i < 5000; i++)
        {
            _lines.Note(new GuesserRow(new AddressGroup((ulong)i, 0, IsIPv4: true)), Failure("192.0.2.7"), 0);
        }

        Assert.Equal(100, _log.Loud.Count);
        for (long now = 0; now < 10 * Second; now += Second / 50)
        {
            _lines.SayDue(now);
        }

        Assert.InRange(_log.Loud.Count, 190, 200);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("fe80::7%3", "fe80::7")]
    public void Of_Address_IsOneThatAFirewallKnows(string address, string expected)
    {
        Assert.Equal(expected, FailedLogIn.Of(IPAddress.Parse(address), "u", "DESCRIBE", "rtsp://h/x", new FakeMountDirectory()).Client);
    }

    [Theory]
    [InlineData("DESCRIBE", "rtsp://h:8554/live/cam?x=y", "live/cam")]
    [InlineData("DESCRIBE", "rtsp://u:secret@h/live/cam", "live/cam")]
    [InlineData("DESCRIBE", "rtsp://bob:sec/ret@h/live/cam", "live/cam")]
    [InlineData("DESCRIBE", "rtsp://bob:sec/r@et@h:99999/live/cam", "h:99999/live/cam")]
    [InlineData("DESCRIBE", "bob:sec/ret@h/live/cam", "h/live/cam")]
    [InlineData("DESCRIBE", "rtsp://h/user=admin_password=secret_channel=1", "user=admin_password=***_channel=1")]
    [InlineData("DESCRIBE", "rtsp://h/a\"b\\c", "a\\u0022b\\u005Cc")]
    [InlineData("DESCRIBE", "", "")]
    [InlineData("REGISTER", "rtsp://u:secret@192.0.2.9/x", "REGISTER")]
    public void Of_Url_IsTheStreamWithoutPasswords(string method, string url, string expected)
    {
        Assert.Equal(expected, FailedLogIn.Of(IPAddress.Loopback, "u", method, url, new FakeMountDirectory()).Stream);
    }

    [Fact]
    public void Of_LongNames_AreCut()
    {
        FailedLogIn one = FailedLogIn.Of(IPAddress.Loopback, new string('u', 6000), "DESCRIBE", "rtsp://h/" + new string('\u202E', 3000), new FakeMountDirectory());

        Assert.Equal(new string('u', 64) + "...", one.User);
        Assert.InRange(one.Stream.Length, 60, 67);
        Assert.DoesNotContain('\u202E', one.Stream);
    }

    private static FailedLogIn Failure(string client) => new(client, "admin", "cam");

    private static int More(string line) => line.EndsWith('"') ? 0 : int.Parse(line[(line.LastIndexOf('(') + 1)..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
