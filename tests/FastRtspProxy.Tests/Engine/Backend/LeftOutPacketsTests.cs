using System.Globalization;
using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Packets of a payload type that the description does not name, among the stream's own: a camera's private data between its pictures.</summary>
public sealed class LeftOutPacketsTests
{
    private const byte Picture = 26;
    private const byte Private = 99;

    private readonly RecordingSink _sink = new();
    private readonly BackendTrack _track;

    public LeftOutPacketsTests() => _track = TestTracks.With(_sink, TestTracks.Video).All[0];

    [Theory]
    [InlineData("1 2 x3 4 x5 x6 7", "1 2 4 7", 3)]
    [InlineData("1 2 4 x3 5", "1 2 4 5", 1)]
    [InlineData("1 x3 2 4", "1 2 4", 1)]
    [InlineData("1 3 x4 2 5", "1 2 3 5", 1)]
    [InlineData("1 x4 x3 5 x2 6", "1 5 6", 3)]
    [InlineData("65534 x65535 x0 1 x2 3", "65534 1 3", 3)]
    [InlineData("1 x2 x2 3", "1 3", 1)]
    [InlineData("1 x2 2 3", "1 2 3", 0)] // numbers of its own, which the stream's are not
    public void OnDatagram_SomeAreOfAnotherType_NothingWaitsForThemAndNothingIsMissing(string came, string passed, int leftOut)
    {
        Come(came);

        Assert.Equal((passed, leftOut), (Passed, _sink.LeftOut));
        Assert.Equal((0, 0L, 0L, 0L, 0), (_track.Window.Held, _track.Window.Missing, _track.Window.Late, _track.Lost, _sink.Gaps));
    }

    [Fact]
    public void OnDatagram_MoreOfAnotherTypeThanTheWindowHolds_NothingIsMissing()
    {
        Come($"1 {string.Join(' ', Enumerable.Range(2, 200).Select(static number => $"x{number}"))} 202 203");

        Assert.Equal(("1 202 203", 200), (Passed, _sink.LeftOut));
        Assert.Equal((0, 0L, 0L, 0), (_track.Window.Held, _track.Window.Missing, _track.Lost, _sink.Gaps));
    }

    [Theory]
    [InlineData("1 2 x3 5", "1 2 5")]
    [InlineData("1 2 x4 5", "1 2 5")]
    [InlineData("1 2 x4 6 x5", "1 2 6")]
    public void OnDatagram_OneIsLostBesideThem_IsWaitedForAndMissing(string came, string passed)
    {
        Come(came);
        Assert.Equal((1, "1 2"), (_track.Window.Held, Passed));

        _track.OnReorderTick(nowMicros: 1_000_000, limitMicros: 1);

        Assert.Equal(passed, Passed);
        Assert.Equal((1L, 1L, 1), (_track.Window.Missing, _track.Lost, _sink.Gaps));
    }

    /// <summary>In the RTSP connection nothing is overtaken; the camera's own gaps are told by the numbers alone.</summary>
    [Fact]
    public void OnOrderedRtp_SomeAreOfAnotherType_AreNoGapOfTheCamera()
    {
        foreach (ushort number in (ushort[])[1, 2, 3, 4])
        {
            _track.OnOrderedRtp(TestTracks.Rtp(number % 2 == 0 ? Private : Picture, number), 0);
        }

        _track.OnOrderedRtp(TestTracks.Rtp(Picture, 5), 0);

        Assert.Equal(("1 3 5", 2), (Passed, _sink.LeftOut));
        Assert.Equal((0L, 0), (_track.Lost, _sink.Gaps));
    }

    private string Passed => string.Join(' ', _sink.Packets.Select(static packet => packet.SequenceNumber));

    /// <summary>Datagrams by their numbers; x: of another type.</summary>
    private void Come(string numbers)
    {
        foreach (string word in numbers.Split(' '))
        {
            ushort number = ushort.Parse(word.TrimStart('x'), CultureInfo.InvariantCulture);
            _track.OnDatagram(TestTracks.Rtp(word[0] == 'x' ? Private : Picture, number), 0);
        }
    }
}
