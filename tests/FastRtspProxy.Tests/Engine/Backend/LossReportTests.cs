using System.Buffers.Binary;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class LossReportTests
{
    private readonly LineLogger _log = new();
    private readonly LossReport _report = new();
    private readonly BackendTrack _track;

    public LossReportTests()
    {
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(ScriptedCamera.VideoOnly), out SdpDocument? document, out _));
        _track = new BackendTrack(0, document.Media[0], "t", new RecordingSink(), new VideoSilence());
    }

    [Fact]
    public void Say_GapsOverTcp_AreTheCamerasAndSaidOnceWithTheRemedy()
    {
        Feed(1, 2, 3, 7, 8);
        _report.Say(_log, "cam", _track, 20_000_000);
        _report.Say(_log, "cam", _track, 40_000_000);
        Assert.Equal(3, _report.CameraGaps);
        Assert.Equal(0, _report.LostOnTheWay);
        string line = Assert.Single(_log.Lines);
        Assert.Contains("3 packets", line, StringComparison.Ordinal);
        Assert.Contains("Remedy", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Say_MoreGapsWithinTenSeconds_AreSaidTogetherLater()
    {
        Feed(1, 3);
        _report.Say(_log, "cam", _track, 20_000_000);
        Feed(5, 7);
        _report.Say(_log, "cam", _track, 25_000_000);
        Assert.Single(_log.Lines);
        _report.Say(_log, "cam", _track, 31_000_000);
        Assert.Equal(2, _log.Lines.Count);
        Assert.Equal(3, _report.CameraGaps);
    }

    [Fact]
    public void Say_NothingLost_SaysNothing()
    {
        Feed(1, 2, 3);
        _report.Say(_log, "cam", _track, 20_000_000);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Say_TwoSourcesByTurns_AreSaidOnceAndTheirPacketsCounted()
    {
        Feed(1, 2);
        FeedFrom(9, 500);
        Feed(3, 4);
        FeedFrom(9, 501, 502);
        _report.Say(_log, "cam", _track, 20_000_000);
        FeedFrom(9, 503);
        _report.Say(_log, "cam", _track, 40_000_000);
        Assert.Equal(4, _log.Lines.Count);
        Assert.Contains("00000000 is passed on, 00000009 is left out", _log.Lines[0], StringComparison.Ordinal);
        Assert.Contains("has changed its source 2 times", _log.Lines[1], StringComparison.Ordinal);
        Assert.Contains("2 packets of other sources", _log.Lines[2], StringComparison.Ordinal);
        Assert.Contains("1 packets of other sources", _log.Lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Say_TheSourceChanges_IsSaidAtMostOnceInTenMinutesWithTheNumber()
    {
        uint ssrc = 0;
        for (int second = 11; second <= 700; second++)
        {
            FeedFrom(++ssrc, 1000 * second, (1000 * second) + 1);
            _report.Say(_log, "cam", _track, second * 1_000_000L);
        }

        string[] lines = [.. _log.Lines.Where(l => l.Contains("source", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.Contains("cam: track1 (video, H264) has changed its source 10 times", lines[0], StringComparison.Ordinal);
        Assert.Contains("610 times", lines[1], StringComparison.Ordinal);
    }

    private void Feed(params int[] numbers) => FeedFrom(0, numbers);

    private void FeedFrom(uint ssrc, params int[] numbers)
    {
        byte[] packet = new byte[100];
        packet[0] = 0x80;
        packet[1] = 96;
        foreach (int number in numbers)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)number);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
            _track.OnOrderedRtp(packet, 1_000_000);
        }
    }

    private sealed class LineLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
