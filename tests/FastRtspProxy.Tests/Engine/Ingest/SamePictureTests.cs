using FastRtspProxy.Engine.Ingest;

namespace FastRtspProxy.Tests.Engine.Ingest;

/// <summary>The packets of a picture that come in one turn are mapped by its first one; the numbers are the same as if each came alone.</summary>
public sealed class SamePictureTests
{
    [Fact]
    public void TryMap_PicturesInOneTurnOrAMicrosecondApart_GivesTheSameNumbers()
    {
        Random random = new(7);
        MediaClock oneClock = new();
        MediaClock otherClock = new();
        TrackTimeline one = new(oneClock, 90_000, 100, 1000);
        TrackTimeline other = new(otherClock, 90_000, 100, 1000);
        uint timestamp = 5000;
        ushort number = 65_000;
        int same = 0;
        for (int picture = 0; picture < 2000; picture++)
        {
            long arrival = picture * 40_000L;
            if (random.Next(100) == 0)
            {
                one.BeginSession();
                other.BeginSession();
            }

            timestamp += (uint)(3600 + random.Next(-200, 200));
            int packets = 1 + random.Next(20);
            for (int i = 0; i < packets; i++)
            {
                number += (ushort)(random.Next(30) == 0 ? random.Next(5) : 1);
                bool isMapped = one.TryMap(9, number, timestamp, arrival, out ushort oneNumber, out uint oneTime);
                bool isOtherMapped = other.TryMap(9, number, timestamp, arrival + (i % 2), out ushort otherNumber, out uint otherTime);

                Assert.Equal((isOtherMapped, otherNumber, otherTime, other.MediaMicros), (isMapped, oneNumber, oneTime, one.MediaMicros));
                same += one.IsSameMoment ? 1 : 0;
            }
        }

        Assert.InRange(same, 10_000, 20_000);
        Assert.Equal((other.Jumps, other.NextSequenceNumber, otherClock.Extrapolate(90_000_000)), (one.Jumps, one.NextSequenceNumber, oneClock.Extrapolate(90_000_000)));
    }
}
