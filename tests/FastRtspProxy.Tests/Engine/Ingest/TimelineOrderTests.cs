using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Engine.Ingest;

/// <summary>Time never goes back on a mount's timeline where the order of decoding allows no such step, and the detector of jumps does not age.</summary>
public sealed class TimelineOrderTests
{
    private const int Rate = 90_000;
    private const int Frame = 3600;

    private readonly MediaClock _clock = new();
    private ushort _number;
    private long _arrivalMicros;

    /// <summary>A camera whose crystal is off; after so many days its clock is set forward by 20 s.</summary>
    [Theory]
    [InlineData(0, 50)]
    [InlineData(1, 50)]
    [InlineData(5, 50)]
    [InlineData(7, 50)]
    [InlineData(7, -50)]
    [InlineData(7, 300)]
    public void TryMap_ForwardJumpAfterDays_IsLevelled(int days, int slowPpm)
    {
        TrackTimeline timeline = new(_clock, Rate, 0, 0);
        double arrival = 0;
        uint input = 1000;
        uint last = 0;
        for (long s = 0; s < (days * 86_400L) + 60; s++)
        {
            timeline.TryMap(7, _number++, input, (long)arrival, out _, out last);
            input += Rate;
            arrival += 1_000_000 * (1 + (slowPpm / 1e6));
        }

        timeline.TryMap(7, _number++, input + (20 * Rate), (long)arrival, out _, out uint after);
        Assert.InRange(unchecked(after - last) / (double)Rate, 0.5, 1.5);
        Assert.Equal(1, timeline.Jumps);
    }

    [Theory]
    [InlineData(160, 8000, -80)]
    [InlineData(160, 8000, -1600)]
    [InlineData(1024, 48_000, -1100)]
    [InlineData(1024, 48_000, -2000)]
    [InlineData(1024, 48_000, -11_000)]
    public void TryMap_SoundWhoseClockIsSetBack_NeverGoesBack(int step, int rate, int back)
    {
        TrackTimeline timeline = new(_clock, rate, 0, 0, mayReorder: false);
        uint last = 0;
        for (int i = 0; i < 500; i++)
        {
            uint input = unchecked((uint)(100_000 + (i * step) + (i < 200 ? 0 : back)));
            timeline.TryMap(7, _number++, input, (long)i * step * 1_000_000 / rate, out _, out uint mapped);
            Assert.True(i == 0 || unchecked((int)(mapped - last)) > 0, $"packet {i}");
            last = mapped;
        }

        // Neither does it fall behind for good by more than the clock was set.
        Assert.InRange((timeline.MediaMicros / 1e6) - (499.0 * step / rate), (back / (double)rate) - 0.2, 0.2);
    }

    [Fact]
    public void TryMap_SoundThatWobbles_StaysWhereTheCameraHasIt()
    {
        TrackTimeline timeline = new(_clock, 8000, 0, 0, mayReorder: false);
        Random random = new(3);
        uint first = 0;
        uint last = 0;
        for (int i = 0; i < 20_000; i++)
        {
            int wobble = i % 50 == 7 ? -random.Next(161, 400) : 0;
            timeline.TryMap(7, _number++, (uint)(100_000 + (i * 160) + wobble), i * 20_000L, out _, out uint mapped);
            first = i == 0 ? mapped : first;
            Assert.True(i == 0 || unchecked((int)(mapped - last)) > 0);
            last = mapped;
        }

        Assert.Equal(19_999u * 160, unchecked(last - first));
        Assert.Equal(0, timeline.Jumps);
    }

    [Theory]
    [InlineData(-1.2)]
    [InlineData(-1.9)]
    [InlineData(-2)]
    [InlineData(-3)]
    [InlineData(-5)]
    public void TryMap_PicturesWithoutBFramesAndTheClockIsSetBack_NeverGoBack(double frames)
    {
        TrackTimeline timeline = new(_clock, Rate, 0, 0);
        uint last = 0;
        for (int i = 0; i < 400; i++)
        {
            uint input = unchecked((uint)(100_000 + (i * Frame) + (i < 200 ? 0 : (int)(frames * Frame))));
            timeline.TryMap(7, _number++, input, i * 40_000L, out _, out uint mapped);
            Assert.True(i == 0 || unchecked((int)(mapped - last)) > 0, $"picture {i}");
            last = mapped;
        }
    }

    /// <summary>Orders of decoding that encoders use, from one group to the next; all but the allowed steps back are found in the output as they are in the input.</summary>
    [Theory]
    [InlineData(new[] { 2, 1 }, 0)]
    [InlineData(new[] { 4, 2, 1, 3 }, 0)]
    [InlineData(new[] { 8, 4, 2, 1, 3, 6, 5, 7 }, 0)]
    [InlineData(new[] { 16, 8, 4, 2, 1, 3, 6, 5, 7, 12, 10, 9, 11, 14, 13, 15 }, 0)]
    [InlineData(new[] { 8, 4, 2, 1, 3, 6, 5, 7 }, 7)]
    [InlineData(new[] { 8, 4, 2, 1, 3, 6, 5, 7 }, 3)]
    [InlineData(new[] { 3, 1, 2 }, 5)]
    public void TryMap_BFrames_AreKeptAlsoWhenSomeAreLost(int[] order, int lostEvery)
    {
        TrackTimeline timeline = new(_clock, Rate, 0, 0);
        uint offset = 0;
        int sent = 0;
        for (int i = 0; i < 200; i++)
        {
            foreach (int place in order)
            {
                sent++;
                if (lostEvery > 0 && sent % lostEvery == 0)
                {
                    _number++;
                    continue;
                }

                uint input = (uint)(100_000 + (((i * order.Length) + place) * Frame));
                timeline.TryMap(7, _number++, input, sent * 40_000L, out _, out uint mapped);
                offset = offset == 0 ? unchecked(mapped - input) : offset;
                Assert.Equal(input, unchecked(mapped - offset));
            }
        }
    }

    /// <summary>Encoders that use B-frames where the picture allows it: none for seconds, then groups of any size. Nothing of that moves a picture.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 11)]
    public void TryMap_AdaptiveBFrames_AreKeptWhereTheCameraHasThem(int seed, int lostEvery)
    {
        int[][] orders = [[2, 1], [3, 1, 2], [4, 2, 1, 3], [8, 4, 2, 1, 3, 6, 5, 7], [16, 8, 4, 2, 1, 3, 6, 5, 7, 12, 10, 9, 11, 14, 13, 15]];
        Random random = new(seed);
        TrackTimeline timeline = new(_clock, Rate, 0, 0);
        uint? offset = null;
        int shown = 0;
        int sent = 0;
        for (int run = 0; run < 60; run++)
        {
            int[] order = run % 2 == 0 ? [1] : orders[random.Next(orders.Length)];
            for (int group = run % 2 == 0 ? 150 : random.Next(1, 5); group > 0; group--, shown += order.Length)
            {
                foreach (int place in order)
                {
                    _number++;
                    if (++sent % (lostEvery > 0 ? lostEvery : int.MaxValue) == 0 && order.Length == 1)
                    {
                        continue;
                    }

                    uint input = (uint)(100_000 + ((shown + place) * Frame));
                    timeline.TryMap(7, _number, input, sent * 40_000L, out _, out uint mapped);
                    offset ??= unchecked(mapped - input);
                    Assert.Equal(input, unchecked(mapped - offset.Value));
                }
            }
        }

        Assert.Equal(0, timeline.Jumps);
    }

    [Fact]
    public void TryMap_BFramesThatBeginLate_AreKeptFromTheFirstOn()
    {
        TrackTimeline timeline = new(_clock, Rate, 0, 0);
        uint offset = 0;
        for (int i = 0; i < 300; i++)
        {
            timeline.TryMap(7, _number++, (uint)(100_000 + (i * Frame)), i * 40_000L, out _, out uint mapped);
            offset = i == 0 ? unchecked(mapped - 100_000) : offset;
        }

        for (int i = 0; i < 100; i++)
        {
            foreach (int place in (int[])[3, 1, 2])
            {
                uint input = (uint)(100_000 + ((299 + (3 * i) + place) * Frame));
                timeline.TryMap(7, _number++, input, (300 + (3 * i)) * 40_000L, out _, out uint mapped);
                Assert.True(unchecked(mapped - offset) == input, $"group {i}");
            }
        }
    }

    [Fact]
    public void TryMap_PacketsOfOnePicture_HaveOneTimestampAlsoWhenItIsHeldBack()
    {
        TrackTimeline timeline = new(_clock, Rate, 0, 0, mayReorder: false);
        uint[] inputs = [10_000, 13_600, 12_000, 15_000];
        uint last = 0;
        foreach (uint input in inputs)
        {
            timeline.TryMap(7, _number++, input, _arrivalMicros, out _, out uint first);
            timeline.TryMap(7, _number++, input, _arrivalMicros, out _, out uint second);
            Assert.Equal(first, second);
            Assert.True(last == 0 || unchecked((int)(first - last)) > 0);
            last = first;
            _arrivalMicros += 40_000;
        }
    }

    /// <summary>A session, or a source, that begins while a B-frame was the last: what was shown before is over.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryMap_BeginsAnewBehindABFrame_GoesOnBehindThePictureThatIsShownLast(bool isSession)
    {
        TrackTimeline timeline = new(_clock, Rate, 0, 0);
        timeline.TryMap(7, 1, 100_000, 0, out _, out _);
        timeline.TryMap(7, 2, 100_000 + (8 * Frame), 1000, out _, out uint highest);
        timeline.TryMap(7, 3, 100_000 + (4 * Frame), 2000, out _, out _);
        if (isSession)
        {
            timeline.BeginSession();
            _clock.BeginSession();
        }

        timeline.TryMap(8, 900, 5, 3000, out _, out uint anew);
        Assert.True(unchecked((int)(anew - highest)) > 0);

        // Leading pictures of its first random access point: not before it either.
        timeline.TryMap(8, 901, unchecked(5 - (uint)(3 * Frame)), 4000, out _, out uint leading);
        Assert.True(unchecked((int)(leading - highest)) > 0);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void TryMap_AnyTimestamps_NeverGoBackBehindWhatIsComplete(int seed, bool mayReorder)
    {
        Random random = new(seed);
        TrackTimeline timeline = new(_clock, Rate, 0, uint.MaxValue - 5000, mayReorder);
        uint input = 5;
        long highest = long.MinValue;
        long complete = long.MinValue;
        uint first = 0;
        for (int i = 0; i < 50_000; i++)
        {
            input = unchecked(input + (uint)random.Next(random.Next(20) == 0 ? -200_000 : -3000, 9000));
            _arrivalMicros += random.Next(60_000);
            if (random.Next(500) == 0)
            {
                timeline.BeginSession();
                _clock.BeginSession();
                complete = highest;
            }

            timeline.TryMap(7, _number += 1, input, _arrivalMicros, out _, out uint mapped);
            first = i == 0 ? mapped : first;
            long now = unchecked((int)(mapped - first));
            first = unchecked(first + (uint)now);
            highest -= now == 0 || highest == long.MinValue ? 0 : now;
            complete -= now == 0 || complete == long.MinValue ? 0 : now;
            Assert.True(complete == long.MinValue || 0 > complete, $"packet {i}: {-complete} before what is complete");
            Assert.True(mayReorder || highest == long.MinValue || 0 >= highest, $"packet {i}: {-highest} back");
            if (0 > highest)
            {
                complete = highest;
                highest = 0;
            }
        }
    }

    [Theory]
    [InlineData("H264", "video", true)]
    [InlineData("H265", "video", true)]
    [InlineData("MP4V-ES", "video", true)]
    [InlineData("X-NEW", "video", true)]
    [InlineData("VP8", "video", false)]
    [InlineData("VP9", "video", false)]
    [InlineData("AV1", "video", false)]
    [InlineData("JPEG", "video", false)]
    [InlineData("MP2T", "video", false)]
    [InlineData("MPEG4-GENERIC", "audio", false)]
    [InlineData("X-NEW", "audio", false)]
    [InlineData("VND.ONVIF.METADATA", "application", false)]
    public void MayReorder_Codec_IsWhetherItHasBFrames(string name, string type, bool may) =>
        Assert.Equal(may, MediaCodecs.MayReorder(MediaCodecs.FromEncodingName(name), type));
}
