using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Talk;

/// <summary>The numbers of the RTP that a camera hears.</summary>
public sealed class TalkNumbersTests
{
    [Fact]
    public void Write_LossesAndLatePacketsOfATalker_KeepTheirSteps()
    {
        TalkNumbers numbers = new(8000);
        ushort first = Send(numbers, 100, isFirst: true).Number;

        Assert.Equal((ushort)(first + 1), Send(numbers, 101).Number);
        Assert.Equal((ushort)(first + 5), Send(numbers, 105).Number);
        Assert.Equal((ushort)(first + 3), Send(numbers, 103).Number);
        Assert.Equal((ushort)(first + 6), Send(numbers, 106).Number);
    }

    [Theory]
    [InlineData(7000, 1u)]
    [InlineData(32_769, 1u)]
    [InlineData(2, 9u)]
    public void Write_AnotherSource_GoesOnWithTheNextNumberAndTheClock(int number, uint ssrc)
    {
        TalkNumbers numbers = new(8000);
        (ushort last, uint timestamp, uint ours) = Send(numbers, 1, isFirst: true, micros: 1_000_000);

        (ushort next, uint at, uint same) = Send(numbers, number, ssrc: ssrc, micros: 3_000_000);

        Assert.Equal(((ushort)(last + 1), timestamp + 16_000, ours), (next, at, same));
        Assert.Equal(at + 8000, numbers.TimestampAt(4_000_000));
    }

    [Fact]
    public void Write_ManyPackets_AllocatesNothing()
    {
        TalkNumbers numbers = new(8000);
        byte[] packet = TalkFixture.Packet(1);

        Assert.Equal(0, AllocationMeter.SteadyBytes(() => numbers.Write(packet, 160, false, 1)));
    }

    [Fact]
    public void Record_NoAnswerToTheTag_IsBelievedWhenTheCameraAnswersWithout()
    {
        BackChannelRecord record = new();
        Assert.True(record.IsAsked(1));
        record.OnUnanswered();
        Assert.False(record.IsAsked(1));
        Assert.False(record.OnAskedWithout(isOk: false, 1)); // the camera is gone: that says nothing
        Assert.True(record.IsAsked(1));
        record.OnUnanswered();
        Assert.True(record.OnAskedWithout(isOk: true, 1));
        Assert.False(record.IsAsked(TransportChoice.ForgetMicros));
        Assert.True(record.IsAsked(TransportChoice.ForgetMicros + 1));
    }

    private static (ushort Number, uint Timestamp, uint Ssrc) Send(TalkNumbers numbers, int number, bool isFirst = false, uint ssrc = 1, long micros = 1_000_000)
    {
        byte[] packet = TalkFixture.Packet(number, ssrc: ssrc);
        numbers.Write(packet, 160, isFirst, micros);
        return TalkFixture.NumbersOf(packet);
    }
}
