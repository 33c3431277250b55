using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>When a better source that has delivered counts as silent.</summary>
public sealed class StandbySinkTests : IDisposable
{
    private const long Second = 1_000_000;

    private readonly ShardGroup _shards = ShardGroup.Start(1, new FakeTimeProvider(), NullLoggerFactory.Instance);
    private readonly StandbySink _sink;

    public StandbySinkTests() => _sink = new StandbySink(_shards.Shards[0], new ShardSignal(_shards.Shards[0]), static () => false) { TracksThatCount = 1 };

    [Fact]
    public void IsSilent_OnePictureHasCome_IsAfterAMomentWithoutAnother()
    {
        Send(0, 0, 100 * Second);

        Assert.False(_sink.IsSilent((101 * Second) + 499_999));
        Assert.True(_sink.IsSilent((101 * Second) + 500_000));
    }

    [Fact]
    public void IsSilent_ManyPicturesASecond_IsAfterAMomentWithoutOne()
    {
        for (uint picture = 0; picture <= 25; picture++)
        {
            Send(0, picture * 3600, picture * Second / 25);
        }

        Assert.False(_sink.IsSilent((2 * Second) + 499_999));
        Assert.True(_sink.IsSilent((2 * Second) + 500_000));
    }

    /// <summary>A camera that sends a picture every four seconds delivers, and is not left for a worse one between two of them.</summary>
    [Fact]
    public void IsSilent_APictureEveryFourSeconds_IsAfterThreeOfThemStayedAway()
    {
        Send(0, 0, 0);
        Send(0, 360_000, 4 * Second);
        Send(0, 360_000, (4 * Second) + 20_000); // the same picture's rest
        Send(1, 0, 15 * Second); // sound says nothing of pictures

        Assert.False(_sink.IsSilent((16 * Second) + 19_999));
        Assert.True(_sink.IsSilent((16 * Second) + 20_000));
    }

    public void Dispose() => _shards.Dispose();

    private void Send(int track, uint timestamp, long arrivalMicros)
    {
        byte[] packet = [0x80, 96, 0, 1, (byte)(timestamp >> 24), (byte)(timestamp >> 16), (byte)(timestamp >> 8), (byte)timestamp, 0, 0, 0, 7, 0x65];
        Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view, out _));
        _sink.OnRtp(track, 7, view, packet, arrivalMicros);
    }
}
