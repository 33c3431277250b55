using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Tests.Simulator.Receive;

[Collection(nameof(Allocations))]
public class TrackReceiverTests
{
    private const int Frames = 6;
    private const int PacketsAFrame = 6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TakeRtp_AnUntouchedStream_IsVerifiedWhole(bool h265)
    {
        Receiver receiver = Play(h265, static _ => { });

        Assert.Equal(Frames, receiver.Counters.UnitsVerified);
        Assert.Equal(Frames, receiver.Counters.KeyFrames);
        Assert.Equal(Frames * PacketsAFrame, receiver.Counters.Packets);
        Assert.Equal(0, receiver.Counters.Lost + receiver.Counters.Duplicated + receiver.Counters.Reordered + receiver.Counters.Malformed);
        Assert.Equal(1, receiver.FirstPackets);
        Assert.Equal(1, receiver.FirstKeyFrames);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TakeRtp_OnePacketDropped_IsCountedAndItsUnitIsIncomplete(bool h265)
    {
        // Every packet but the very first and the very last: those two nobody can miss.
        for (int i = 1; i < (Frames * PacketsAFrame) - 1; i++)
        {
            Receiver receiver = Play(h265, packets => packets.RemoveAt(i));

            Assert.Equal(1, receiver.Counters.Lost);
            Assert.Equal(0, receiver.Counters.UnitsCorrupt + receiver.Counters.UnitsTruncated);
            Assert.Equal(1, receiver.Counters.UnitsIncomplete);
            Assert.Equal(Frames - 1, receiver.Counters.UnitsVerified);
        }
    }

    [Fact]
    public void TakeRtp_OnePacketTwice_IsCountedAndHarmsNothing()
    {
        for (int i = 0; i < Frames * PacketsAFrame; i++)
        {
            Receiver receiver = Play(false, packets => packets.Insert(i, packets[i]));

            Assert.Equal(1, receiver.Counters.Duplicated);
            Assert.Equal(0, receiver.Counters.Lost);
            Assert.Equal(Frames, receiver.Counters.UnitsVerified);
        }
    }

    [Fact]
    public void TakeRtp_TwoPacketsExchanged_IsReorderAndNoLoss()
    {
        for (int i = 1; i < (Frames * PacketsAFrame) - 1; i++)
        {
            Receiver receiver = Play(false, packets => (packets[i], packets[i + 1]) = (packets[i + 1], packets[i]));

            Assert.Equal(1, receiver.Counters.Reordered);
            Assert.Equal(0, receiver.Counters.Lost);
            Assert.Equal(0, receiver.Counters.UnitsCorrupt + receiver.Counters.UnitsTruncated);
            Assert.InRange(receiver.Counters.UnitsVerified, Frames - 2, Frames - 1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TakeRtp_OneBitOfASliceChanged_IsOneCorruptUnit(bool h265)
    {
        for (int i = 0; i < Frames * PacketsAFrame; i++)
        {
            if (i % PacketsAFrame == 0)
            {
                continue; // the stamp itself: not a stamp any more, so its unit is one without
            }

            Receiver receiver = Play(h265, packets => packets[i][^1] ^= 0x10);

            Assert.Equal(1, receiver.Counters.UnitsCorrupt);
            Assert.Equal(Frames - 1, receiver.Counters.UnitsVerified);
        }
    }

    [Fact]
    public void TakeRtp_AMiddleFragmentCut_IsTruncated()
    {
        Receiver receiver = Play(false, static packets => packets[9] = packets[9][..^40]);

        Assert.Equal(1, receiver.Counters.UnitsTruncated);
        Assert.Equal(Frames - 1, receiver.Counters.UnitsVerified);
    }

    [Fact]
    public void TakeRtp_CutWithinTheHeader_IsMalformedAndMissing()
    {
        Receiver receiver = Play(false, static packets => packets[9] = packets[9][..7]);

        Assert.Equal(1, receiver.Counters.Malformed);
        Assert.Equal(1, receiver.Counters.Unusable);
        Assert.Equal(1, receiver.Counters.Lost);
        Assert.Equal(1, receiver.Counters.UnitsIncomplete);
    }

    [Fact]
    public void TakeRtp_AnotherPayloadType_IsForeignAndIgnored()
    {
        byte[] stray = new byte[40];
        stray[0] = 0x80;
        stray[1] = 33;
        Receiver receiver = Play(false, packets => packets.Insert(9, stray));

        Assert.Equal(1, receiver.Counters.Foreign);
        Assert.Equal(1, receiver.Counters.Unusable);
        Assert.Equal(Frames, receiver.Counters.UnitsVerified);
    }

    [Fact]
    public void TakeRtp_FramesSentBeforePlay_StayOutOfTheLatency()
    {
        Receiver receiver = new(false);
        receiver.Track.LiveFromUnixMicros = 500_000;
        StreamOfFrames stream = new();
        receiver.Take(stream.NextFrame(100_000), 600_000);
        receiver.Take(stream.NextFrame(400_000), 600_000);
        receiver.Take(stream.NextFrame(590_000), 600_000);

        Assert.Equal(2, receiver.Counters.CatchUpFrames);
        Assert.Equal(1, receiver.Bucket.Latency.TotalCount);
        Assert.InRange(receiver.Bucket.Latency.GetValueAtPercentile(50), 9_950, 10_050);
    }

    [Fact]
    public void TakeRtp_ASecondAfterTheJoin_TellsHowFarBehindLiveAPlayerIs()
    {
        Receiver receiver = new(false);
        receiver.Track.LiveFromUnixMicros = 500_000;
        StreamOfFrames stream = new();
        uint first = 0;
        for (int i = 0; i < 40; i++)
        {
            // Every frame is 40 ms after the one before, by its timestamp and by its sending; the first is 300 ms old when it comes, the tenth 50 ms late.
            List<byte[]> packets = stream.NextFrame(210_000 + (i * 40_000));
            uint timestamp = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packets[0].AsSpan(4));
            first = i == 0 ? timestamp : first;
            foreach (byte[] packet in packets)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), first + (uint)(i * 3600));
            }

            receiver.Take(packets, 510_000 + (i * 40_000) + (i == 10 ? 50_000 : 0));
        }

        Assert.InRange(receiver.Bucket.KeyFrameAfterPlay.GetValueAtPercentile(50), 9_950, 10_050);
        Assert.Equal(1, receiver.Bucket.BehindLive.TotalCount);
        Assert.InRange(receiver.Bucket.BehindLive.GetValueAtPercentile(50), 299_500, 300_500);
        Assert.InRange(receiver.Bucket.WaitingBehindLive.GetValueAtPercentile(50), 349_500, 350_500);
    }

    [Fact]
    public void TakeRtp_ManyPackets_AllocatesNothing()
    {
        Receiver receiver = new(false);
        StreamOfFrames stream = new();
        List<List<byte[]>> frames = [.. Enumerable.Range(0, 200).Select(_ => stream.NextFrame())];
        receiver.Take(frames[0], 2_000_000);
        receiver.Take(frames[1], 2_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 2; i < frames.Count; i++)
        {
            receiver.Take(frames[i], 2_000_000);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(200, receiver.Counters.UnitsVerified);
    }

    [Fact]
    public void Attribute_LossUpToTheSocketsOwnDrops_IsTheTools()
    {
        Receiver receiver = Play(false, static packets => packets.RemoveRange(10, 3));
        receiver.Track.SetKernelDrops(2);
        receiver.Track.Attribute(nothingBetween: true);
        receiver.Track.Attribute(nothingBetween: true);

        Assert.Equal(2, receiver.Counters.LostByTool);
        Assert.Equal(1, receiver.Counters.LostByServer);
    }

    private static Receiver Play(bool h265, Action<List<byte[]>> maltreat)
    {
        StreamOfFrames stream = new(h265);
        List<byte[]> packets = [];
        for (int i = 0; i < Frames; i++)
        {
            packets.AddRange(stream.NextFrame());
        }

        maltreat(packets);
        Receiver receiver = new(h265);
        receiver.Take(packets, 2_000_000);
        return receiver;
    }

    private sealed class Receiver : IMediaOwner
    {
        public Receiver(bool h265) => Track = new TrackReceiver(StreamOfFrames.Plan(h265), Bucket, this, verify: true);

        public ReceiveBucket Bucket { get; } = new();

        public TrackReceiver Track { get; }

        public ReceiveCounters Counters => Bucket.Counters;

        public int FirstPackets { get; private set; }

        public int FirstKeyFrames { get; private set; }

        public void Take(List<byte[]> packets, long nowUnixMicros)
        {
            foreach (byte[] packet in packets)
            {
                Track.TakeRtp(packet, 1_000_000, nowUnixMicros);
            }
        }

        public void OnFirstPacket(TrackReceiver track, long nowMicros) => FirstPackets++;

        public void OnFirstKeyFrame(TrackReceiver track, long nowMicros) => FirstKeyFrames++;

        public void OnBye(TrackReceiver track)
        {
        }
    }
}
