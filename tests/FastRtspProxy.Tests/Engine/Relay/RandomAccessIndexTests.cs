using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Relay;

public sealed class RandomAccessIndexTests
{
    [Theory]
    [InlineData(0, 10)] // before all that is kept: the oldest
    [InlineData(1000, 10)]
    [InlineData(1999, 10)]
    [InlineData(2000, 20)]
    [InlineData(99_999, 30)]
    public void At_AMoment_TheNewestBeforeIt(long micros, long sequence)
    {
        RandomAccessIndex index = Three();

        Assert.Equal(sequence, index.At(micros));
    }

    [Theory]
    [InlineData(99_999, 20, 30)]
    [InlineData(1500, 11, 20)]
    [InlineData(99_999, 31, -1)]
    public void At_FromASequence_ThoseBeforeItDoNotCount(long micros, long from, long sequence)
    {
        RandomAccessIndex index = Three();

        Assert.Equal(sequence, index.At(micros, from: from));
    }

    [Fact]
    public void ForgetBefore_WhatIsKeptNoLonger_IsNotFound()
    {
        RandomAccessIndex index = Three();
        index.ForgetBefore(11);

        Assert.Equal(20, index.At(1000));
        index.ForgetBefore(31);
        Assert.Equal(-1, index.At(1000));
    }

    [Fact]
    public void Add_WithoutEnd_TheOldestAreForgotten()
    {
        RandomAccessIndex index = new();
        for (int i = 0; i < 10_000; i++)
        {
            index.Add(i, i);
        }

        Assert.Equal(10_000 - 4096, index.At(0));
    }

    /// <summary>Of two videos: whoever sees both begins early enough for both.</summary>
    [Theory]
    [InlineData(3500, 0b01u, 30)]
    [InlineData(3500, 0b10u, 20)]
    [InlineData(3500, 0b11u, 20)]
    [InlineData(1999, 0b11u, 10)]
    [InlineData(9999, 0b11u, 30)]
    [InlineData(9999, 0b100u, -1)]
    public void AtOfEach_TwoTracks_IsTheEarliestOfTheirs(long micros, uint tracks, long sequence)
    {
        RandomAccessIndex index = new();
        index.Add(10, 1000, track: 0);
        index.Add(20, 2000, track: 1);
        index.Add(30, 3000, track: 0);
        index.Add(40, 4000, track: 1);

        Assert.Equal(sequence, index.AtOfEach(micros, long.MinValue, tracks));
    }

    private static RandomAccessIndex Three()
    {
        RandomAccessIndex index = new();
        index.Add(10, 1000);
        index.Add(20, 2000);
        index.Add(30, 3000);
        return index;
    }
}
