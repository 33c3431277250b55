using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Ingest;

public sealed class TrackTimelineTests
{
    private const int Rate = 90_000;

    private readonly MediaClock _clock = new();

    private TrackTimeline Make(int rate = Rate, ushort sequenceNumber = 65_500, uint timestamp = uint.MaxValue - 1000) => new(_clock, rate, sequenceNumber, timestamp);

    [Fact]
    public void TryMap_FirstPacketAfterAPromise_GetsExactlyThePromisedNumbers()
    {
        TrackTimeline timeline = Make();
        (ushort sequenceNumber, uint rtpTime) = timeline.Promise(1_000);
        Assert.Equal((sequenceNumber, rtpTime), timeline.Promise(3_000_000));
        Assert.True(timeline.TryMap(7, 4711, 12_345, 4_000_000, out ushort mapped, out uint timestamp));
        Assert.Equal((sequenceNumber, rtpTime), (mapped, timestamp));
        Assert.False(timeline.HasPromise);
    }

    /// <summary>Sound that is switched on an hour later, or metadata of events: at the promised time it would be an hour behind the pictures.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    [InlineData(3600, 3600)]
    public void TryMap_FirstPacketAfterAPromiseLongAfterAnotherTracks_IsAsMuchLater(int seconds, int later)
    {
        (TrackTimeline video, TrackTimeline sound) = (Make(), Make(rate: 8000));
        _ = video.Promise(1_000);
        (ushort sequenceNumber, uint rtpTime) = sound.Promise(1_000);
        video.TryMap(7, 4711, 12_345, 4_000_000, out _, out _);
        long arrival = 4_000_000 + (seconds * 1_000_000L);
        Assert.Equal(later > 0, sound.IsLate(arrival));

        Assert.True(sound.TryMap(8, 4711, 12_345, arrival, out ushort mapped, out uint timestamp));

        Assert.Equal((sequenceNumber, unchecked(rtpTime + (uint)(later * 8000))), (mapped, timestamp));
        Assert.False(sound.HasPromise);
    }

    [Fact]
    public void BeginSession_PromisedPacketDidNotComeInTheSessionBefore_TheTrackBeginsWithTheOthers()
    {
        (TrackTimeline video, TrackTimeline sound) = (Make(), Make(rate: 8000));
        _ = video.Promise(1_000);
        (ushort sequenceNumber, uint rtpTime) = sound.Promise(1_000);
        video.TryMap(7, 4711, 12_345, 1_000_000, out _, out _);

        video.BeginSession();
        sound.BeginSession();
        _clock.BeginSession();
        Assert.False(sound.HasPromise);
        video.TryMap(17, 815, 54_321, 61_000_000, out _, out _);
        sound.TryMap(18, 815, 54_321, 61_000_000, out ushort mapped, out uint timestamp);

        Assert.Equal((sequenceNumber, unchecked(rtpTime + (60u * 8000))), (mapped, timestamp));
    }

    [Fact]
    public void TryMap_WithinASession_KeepsGapsAndTicks()
    {
        TrackTimeline timeline = Make();
        timeline.TryMap(7, 65_530, 1000, 0, out ushort first, out uint firstTime);
        timeline.TryMap(7, 65_533, 4600, 40_000, out ushort second, out uint secondTime);
        timeline.TryMap(7, 2, 4600, 40_000, out ushort third, out uint thirdTime);
        Assert.Equal(3, unchecked((ushort)(second - first)));
        Assert.Equal(5, unchecked((ushort)(third - second)));
        Assert.Equal(3600u, unchecked(secondTime - firstTime));
        Assert.Equal(secondTime, thirdTime);
    }

    [Fact]
    public void LeaveOut_SomeBetweenTwoPackets_TheNextFollowsAndWhatIsLostStaysVisible()
    {
        TrackTimeline timeline = Make();
        timeline.TryMap(7, 65_530, 1000, 0, out ushort first, out _);
        timeline.LeaveOut(8);
        timeline.TryMap(7, 3, 4600, 40_000, out ushort second, out _);
        timeline.LeaveOut(1);
        timeline.TryMap(7, 7, 8200, 80_000, out ushort third, out _);
        Assert.Equal(1, unchecked((ushort)(second - first)));
        Assert.Equal(3, unchecked((ushort)(third - second)));
    }

    [Theory]
    [InlineData(2998, 9000, 100, 2998)]
    [InlineData(3000, 9000, 100, 2999)]
    [InlineData(3200, 9000, 100, 2999)]
    [InlineData(30_000, 9000, 100, 2999)]
    [InlineData(40_000, 15 * Rate, 15_000, 2999)]
    [InlineData(65_000, 15 * Rate, 15_000, 2999)]
    [InlineData(40_000, 3600, 40, 1)]
    [InlineData(3200, 1_000_000_000, 100, 1)]
    [InlineData(3200, -9_000_000, 100, 1)]
    public void TryMap_NumbersFarAhead_ArePassedOnAsLossWhereTheTimeGoesOn(int step, int ticks, int millis, int told)
    {
        // Receivers take up to 2,999 for loss (RFC 3550 section A.1), and throw packets away above.
        TrackTimeline timeline = Make();
        timeline.TryMap(7, 100, 5000, 0, out ushort before, out _);
        timeline.TryMap(7, unchecked((ushort)(100 + step)), unchecked(5000 + (uint)ticks), millis * 1000L, out ushort after, out _);
        Assert.Equal(told, unchecked((ushort)(after - before)));
    }

    [Fact]
    public void TryMap_RepeatedPacket_IsRefused()
    {
        TrackTimeline timeline = Make();
        Assert.True(timeline.TryMap(7, 5, 1000, 0, out _, out _));
        Assert.False(timeline.TryMap(7, 5, 1000, 0, out _, out _));
    }

    [Fact]
    public void TryMap_CameraReboots_GoesOnByOneAndByTheRealTime()
    {
        TrackTimeline timeline = Make();
        timeline.TryMap(7, 100, 1000, 1_000_000, out ushort before, out uint beforeTime);
        timeline.BeginSession();
        _clock.BeginSession();
        timeline.TryMap(99, 40_000, 3_000_000_000, 9_000_000, out ushort after, out uint afterTime);
        Assert.Equal(1, unchecked((ushort)(after - before)));
        Assert.Equal(8u * Rate, unchecked(afterTime - beforeTime));
    }

    [Theory]
    [InlineData(10_000_000)]
    [InlineData(-10_000_000)]
    public void TryMap_StrayTimestamp_IsLevelledToTheRealTime(int stray)
    {
        // Quirk: Intelbras cameras send stray timestamps (MediaMTX pull request 6255).
        TrackTimeline timeline = Make();
        uint input = 5_000_000;
        timeline.TryMap(7, 1, input, 0, out _, out uint first);
        timeline.TryMap(7, 2, unchecked(input + (uint)stray), 40_000, out _, out uint second);
        timeline.TryMap(7, 3, input + 7200, 80_000, out _, out uint third);
        Assert.Equal(3600u, unchecked(second - first));
        Assert.Equal(3600u, unchecked(third - second));
        Assert.Equal(2, timeline.Jumps);
    }

    [Fact]
    public void TryMap_BurstAfterAStall_FollowsTheCamera()
    {
        TrackTimeline timeline = Make();
        timeline.TryMap(7, 1, 0, 0, out _, out uint first);
        uint last = first;
        for (int i = 1; i <= 250; i++)
        {
            timeline.TryMap(7, (ushort)(1 + i), (uint)(i * 3600), 10_000_000, out _, out last);
        }

        Assert.Equal(250u * 3600, unchecked(last - first));
        Assert.Equal(0, timeline.Jumps);
    }

    [Fact]
    public void TryMap_QuietTrack_FollowsTheCamera()
    {
        TrackTimeline timeline = Make();
        timeline.TryMap(7, 1, 0, 0, out _, out uint first);
        timeline.TryMap(7, 2, 60 * Rate, 60_000_000, out _, out uint second);
        Assert.Equal(60u * Rate, unchecked(second - first));
    }

    [Fact]
    public void TryMap_BurstAfterAStallOfWhichTheCameraDroppedTheEnd_FollowsTheCamera()
    {
        // Two seconds fitted into the buffers of a stalled connection, then it is live again eight seconds later: sound that fitted whole must stay with the picture.
        TrackTimeline timeline = Make();
        timeline.TryMap(7, 1, 0, 0, out _, out uint first);
        for (int i = 1; i <= 50; i++)
        {
            timeline.TryMap(7, (ushort)(1 + i), (uint)(i * 3600), 10_000_000, out _, out _);
        }

        timeline.TryMap(7, 52, 10 * Rate, 10_000_000, out _, out uint live);
        Assert.Equal(10u * Rate, unchecked(live - first));
        Assert.Equal(0, timeline.Jumps);
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(20_000)]
    [InlineData(-0.5)]
    [InlineData(-1.5)]
    [InlineData(-10)]
    [InlineData(-20_000)]
    public void TryMap_CameraClockIsSet_GoesOnByTheFrameWhateverTheArrivals(double jumpSeconds)
    {
        TrackTimeline timeline = Make();
        Random random = new(3);
        uint first = 0;
        for (int i = 0; i < 100; i++)
        {
            uint input = unchecked((uint)(i * 3600) + (i < 50 ? 0 : (uint)(long)(jumpSeconds * Rate)));
            timeline.TryMap(7, (ushort)i, input, (i * 40_000) + random.Next(30_000), out _, out uint mapped);
            first = i == 0 ? mapped : first;
            Assert.Equal((uint)(i * 3600), unchecked(mapped - first));
        }

        Assert.Equal(1, timeline.Jumps);
    }

    [Fact]
    public void TryMap_ManyStrayTimestamps_LeaveTheRestWhereItWas()
    {
        TrackTimeline timeline = Make();
        Random random = new(3);
        uint first = 0;
        for (int i = 0; i < 5000; i++)
        {
            // A unit of two packets, now and then two strays in a row.
            bool stray = i > 1 && (i % 25 == 0 || i % 100 == 1);
            uint input = unchecked((uint)(i * 3600) + (stray ? (uint)random.NextInt64(20L * Rate, 40_000L * Rate) : 0));
            long arrival = (i * 40_000L) + random.Next(30_000);
            timeline.TryMap(7, (ushort)(2 * i), input, arrival, out _, out uint mapped);
            timeline.TryMap(7, (ushort)((2 * i) + 1), input, arrival + 200, out _, out uint second);
            first = i == 0 ? mapped : first;
            Assert.Equal((uint)(i * 3600), unchecked(mapped - first));
            Assert.Equal(mapped, second);
        }
    }

    [Fact]
    public void TryMap_PicturesOutOfOrder_AreKeptAtAnyRate()
    {
        foreach (int frameTicks in new[] { 1500, 3600, 18_000 })
        {
            TrackTimeline timeline = Make();
            uint first = 0;
            ushort number = 0;
            for (int i = 0; i < 40; i++)
            {
                foreach (int place in new[] { 3, 1, 2 })
                {
                    uint input = (uint)(((3 * i) + place) * frameTicks);
                    timeline.TryMap(7, number, input, (long)number * frameTicks * 1_000_000 / Rate, out _, out uint mapped);
                    first = number++ == 0 ? unchecked(mapped - input) : first;
                    Assert.Equal(input, unchecked(mapped - first));
                }
            }

            Assert.Equal(0, timeline.Jumps);
        }
    }

    [Fact]
    public void TryMap_TenReboots_KeepSoundAndPictureTogether()
    {
        TrackTimeline video = Make();
        TrackTimeline audio = Make(48_000, 1, 77);
        Random random = new(5);
        long arrival = 0;
        double? offset = null;
        for (int boot = 0; boot < 11; boot++)
        {
            _clock.BeginSession();
            video.BeginSession();
            audio.BeginSession();
            uint videoBase = (uint)random.NextInt64(uint.MaxValue);
            uint audioBase = (uint)random.NextInt64(uint.MaxValue);
            ushort number = (ushort)random.Next();
            for (int i = 0; i < 50; i++)
            {
                // Frames of the same instant; arrivals jitter by up to 5 ms.
                video.TryMap((uint)boot + 1, number, videoBase + (uint)(i * 3600), arrival + random.Next(5000), out _, out _);
                audio.TryMap((uint)boot + 1, number++, audioBase + (uint)(i * 1920), arrival + random.Next(5000), out _, out _);
                arrival += 40_000;
            }

            double apart = (video.MediaMicros - audio.MediaMicros) / 1000.0;
            offset ??= apart;
            Assert.InRange(apart - offset.Value, -20, 20);
            arrival += random.Next(100_000, 20_000_000);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void TryMap_RandomRebootsLossesAndJumps_IsAlwaysContinuous(int seed)
    {
        Random random = new(seed);
        TrackTimeline timeline = Make();
        ushort inNumber = (ushort)random.Next();
        uint inTime = (uint)random.Next();
        uint ssrc = 1;
        long arrival = 0;
        Assert.True(timeline.TryMap(ssrc, inNumber, inTime, arrival, out ushort lastNumber, out uint lastTime));
        long elapsedTicks = 0;
        for (int i = 0; i < 20_000; i++)
        {
            long step = random.Next(1, 60_000);
            int expectedStep = 1;
            switch (random.Next(200))
            {
                case 0:
                    timeline.BeginSession();
                    _clock.BeginSession();
                    ssrc++;
                    inNumber = (ushort)random.Next();
                    inTime = (uint)random.NextInt64(uint.MaxValue);
                    step = random.Next(100_000, 30_000_000);
                    break;
                case 1:
                    expectedStep = random.Next(2, 200);
                    inNumber += (ushort)expectedStep;
                    inTime += (uint)(step * Rate / 1_000_000);
                    break;
                case 2:
                    inNumber++;
                    inTime += 100_000_000;
                    break;
                default:
                    inNumber++;
                    inTime += (uint)(step * Rate / 1_000_000);
                    break;
            }

            arrival += step;
            elapsedTicks += step * Rate / 1_000_000;
            Assert.True(timeline.TryMap(ssrc, inNumber, inTime, arrival, out ushort number, out uint time));
            Assert.Equal(expectedStep, unchecked((ushort)(number - lastNumber)));
            int forward = unchecked((int)(time - lastTime));
            Assert.InRange(forward, 0, (30 * Rate) + 1);
            (lastNumber, lastTime) = (number, time);
        }

        // Never further from the real time than a rounding a step.
        Assert.InRange(timeline.MediaMicros - arrival, -500_000, 500_000);
    }
}
