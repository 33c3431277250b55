using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Ingest;

/// <summary>How long after they were due, by the camera's own timestamps, pictures are whole here.</summary>
public sealed class IngestLatencyTests : IDisposable
{
    private const long Frame = 40_000;
    private static readonly byte[] s_picture = [0x65, 0x88, 1];

    private readonly ShardGroup _shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
    private readonly SlabPool _pool = new(16 << 20);
    private readonly MountIngest _ingest;
    private readonly ushort[] _numbers = [500, 600];
    private long _dueMicros = 1_000_000_000;

    public IngestLatencyTests()
    {
        _ingest = new MountIngest(_shards.Shards[0], new PacketRing(_pool, new RingOptions { KeepBytes = 4 << 20 }, 1));
        Describe(ScriptedCamera.VideoAndAudio);
        OnShard(() => _ingest.Begin(0));
    }

    private IngestCounters Counters => _ingest.Counters;

    public void Dispose()
    {
        _shards.Dispose();
        ((IDisposable)_pool).Dispose();
    }

    [Fact]
    public void OnRtp_PicturesInTime_HaveNone()
    {
        for (int i = 0; i < 10; i++)
        {
            Feed(late: 7_000); // what all of them take is not to be seen
        }

        Assert.Equal((9L, 0L, 0L), (Counters.LatencyCount, Counters.LatencyMicros, Counters.LastLatencyMicros));
    }

    /// <summary>A stall of the network: what was kept back by it comes at once, and is in time again.</summary>
    [Fact]
    public void OnRtp_Stall_IsWhatEachPictureWaited()
    {
        Feed();
        Feed();
        foreach (long late in (long[])[200_000, 160_000, 120_000, 80_000, 40_000, 0, 0])
        {
            Feed(late: late);
        }

        Assert.Equal((8L, 600_000L, 200_000L), (Counters.LatencyCount, Counters.LatencyMicros, Counters.LastLatencyMicros));
    }

    /// <summary>A key picture that takes long to send: until its last packet.</summary>
    [Fact]
    public void OnRtp_PictureInParts_IsThatOfItsLastPart()
    {
        Feed();
        Feed(parts: [0, 5_000, 30_000]);
        Feed();

        Assert.Equal((2L, 30_000L), (Counters.LatencyCount, Counters.LatencyMicros));
    }

    [Fact]
    public void OnRtp_WorstOfLongAgo_IsForgotten()
    {
        Feed();
        Feed(late: 200_000);
        for (int i = 0; i < 25 * 25; i++)
        {
            Feed();
        }

        Assert.Equal((200_000L, 0L), (Counters.LatencyMicros, Counters.LastLatencyMicros));
    }

    [Fact]
    public void OnRtp_AnotherSession_BeginsAnew()
    {
        Feed();
        Feed(late: 200_000);
        OnShard(() => _ingest.End());
        Assert.Equal(0, Counters.LastLatencyMicros);
        OnShard(() => _ingest.Begin(0));
        _dueMicros += 60_000_000;
        Feed(late: 300_000); // another way, which takes longer
        Feed(late: 300_000);

        Assert.Equal((2L, 0L, 0L), (Counters.LatencyCount, Counters.LatencyMicros, Counters.LastLatencyMicros));
    }

    [Fact]
    public void OnRtp_Sound_CountsWhereThereAreNoPictures()
    {
        Feed(track: 1);
        Feed(track: 1, late: 50_000);
        Feed(track: 1);
        Assert.Equal(0, Counters.LatencyCount);

        string sound = ScriptedCamera.VideoAndAudio;
        Describe(sound[..sound.IndexOf("m=video", StringComparison.Ordinal)] + sound[sound.IndexOf("m=audio", StringComparison.Ordinal)..]);
        OnShard(() => _ingest.Begin(0));
        Feed();
        Feed(late: 50_000);
        Feed();
        Assert.Equal((2L, 50_000L), (Counters.LatencyCount, Counters.LatencyMicros));
    }

    private void Describe(string description)
    {
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(description), out SdpDocument? document, out _));
        OnShard(() => _ingest.Describe(document.Media));
    }

    /// <summary>The next picture, or piece of sound, so late, or its parts so late each.</summary>
    private void Feed(long late = 0, int track = 0, long[]? parts = null) => OnShard(() =>
    {
        _dueMicros += Frame;
        foreach (long part in parts ?? [late])
        {
            uint timestamp = (uint)(_dueMicros * _ingest.Tracks[track].ClockRate / 1_000_000);
            byte[] packet = ScriptedCamera.RtpBytes((byte)(96 + track), _numbers[track]++, timestamp, (uint)(42 + track), true, s_picture);
            Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view, out _));
            _ingest.OnRtp(track, view.Ssrc, view, packet, _dueMicros + part);
        }

        _ingest.Publish();
    });

    private void OnShard(Action action) => _shards.Shards[0].RunAsync(() =>
    {
        action();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();
}
