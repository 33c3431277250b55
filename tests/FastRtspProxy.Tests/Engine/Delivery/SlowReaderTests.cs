using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>A TCP client that reads much slower than the stream comes: pictures are left out, none is torn.</summary>
public sealed class SlowReaderTests
{
    private readonly byte[] _buffer = new byte[1 << 20];

    /// <summary>Pictures of 280 KB, more than is copied for a parked connection, come in pieces; the ring laps the client in the middle of one.</summary>
    [Theory]
    [InlineData(30)]
    [InlineData(200)]
    public void Publish_TheRingLapsAClientInTheMiddleOfAPicture_ThePictureArrivesWhole(int packets)
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromHours(1), LagBytesMax = long.MaxValue }, keepBytes: 1 << 20);
        PictureStream stream = new(fixture.Ring);
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0, 2], sendBufferBytes: 16 * 1024);
        PictureReader reader = new(beginsAtRandomAccess: true);
        for (int round = 0; round < 12; round++)
        {
            // In the middle of a picture that is not published to its end yet; then four times what the ring keeps.
            for (int i = 0; i < 100 && fixture.OnShard(() => viewer.State) != TcpViewerState.Parked; i++)
            {
                Publish(fixture, stream, packets, isRandomAccess: true, piece: 7);
            }

            for (int i = 0; i < (4 << 20) / (packets * 1400); i++)
            {
                Publish(fixture, stream, packets, isRandomAccess: i % 3 == 0, piece: 1 + ((round + i) % packets));
            }

            Drain(fixture, viewer, far, reader);
        }

        Assert.True(reader.Gaps > 0);
        Assert.True(viewer.Skips > 0 && viewer.DroppedPackets > 0);
        Assert.True(reader.Pictures >= 12);
        fixture.OnShard(() => fixture.FanOut.Remove(viewer));
    }

    /// <summary>
    /// 100 kB a second of 20 Mbit/s, in the stream's time: for every 25 bytes that come, one is read. A million small pictures, and six thousand of the real size. Sound goes on.
    /// </summary>
    [Theory]
    [InlineData(1_000_000, 3, 100)]
    [InlineData(6_000, 90, 1400)]
    public void Publish_AReaderOf100KilobytesASecondOf20Megabits_NotOneTornPicture(int pictures, int packetsMax, int packetBytes)
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromHours(1), LagBytesMax = 1 << 20 }, keepBytes: 2 << 20);
        PictureStream stream = new(fixture.Ring, packetBytes);
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0, 2], sendBufferBytes: 256 * 1024);
        PictureReader reader = new(beginsAtRandomAccess: true);
        Random random = new(5);
        double credit = 0;
        int batch = Math.Max(1, pictures / 20_000);
        for (int i = 0; i < pictures; i += batch)
        {
            int appended = 0;
            fixture.OnShard(() =>
            {
                for (int k = i; k < i + batch; k++)
                {
                    int packets = k % 50 == 0 ? packetsMax * 4 : random.Next(1, packetsMax + 1);
                    if (k % 20 == 0)
                    {
                        stream.AppendSound(fixture.Shard.NowMicros);
                    }

                    stream.AppendPicture(packets, k % 50 == 0, random.Next(1, packets + 1), fixture.Shard.NowMicros, fixture.FanOut.OnEndOfTurn);
                    appended += packets * packetBytes;
                }
            });
            for (credit += appended / 25.0; credit >= 1024 && far.Poll(500_000, SelectMode.SelectRead);)
            {
                int count = far.Receive(_buffer, 0, (int)Math.Min(credit, _buffer.Length), SocketFlags.None);
                reader.Take(_buffer.AsSpan(0, count));
                credit -= count;
            }
        }

        Drain(fixture, viewer, far, reader);
        Assert.True(reader.Gaps > 1, $"{reader.Gaps} gaps");
        Assert.True(reader.Pictures > 30, $"{reader.Pictures} pictures");
        Assert.True(reader.Sounds > 20, $"{reader.Sounds} sounds");
        Assert.True(viewer.DroppedPackets > 0);
        fixture.OnShard(() => fixture.FanOut.Remove(viewer));
    }

    /// <summary>Of two videos one has stopped: no end of a picture of it is to come.</summary>
    [Fact]
    public void Publish_TheOtherVideoIsSilentWhenAClientIsLapped_TheClientGoesOnWithTheOneThatComes()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromHours(1), LagBytesMax = long.MaxValue }, keepBytes: 1 << 20);
        uint timestamp = 0;
        PublishKeyFrame(track: 1, packets: 1);
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0, 2], sendBufferBytes: 16 * 1024);
        TcpViewerState state = TcpViewerState.InStep;
        for (int i = 0; i < 1000 && state != TcpViewerState.Parked; i++)
        {
            PublishKeyFrame(track: 0, packets: 30);
            state = fixture.OnShard(() => viewer.State);
        }

        Assert.Equal(TcpViewerState.Parked, state); // a moment later its connection may take some more
        for (int i = 0; i < 200; i++)
        {
            PublishKeyFrame(track: 0, packets: 30);
        }

        Assert.True(SpinWait.SpinUntil(IsInStepAgain, 60_000), $"{fixture.OnShard(() => viewer.State)}");
        Assert.True(viewer.Skips > 0);
        fixture.OnShard(() => fixture.FanOut.Remove(viewer));

        void PublishKeyFrame(int track, int packets) => fixture.OnShard(() =>
        {
            fixture.AppendFrame(track, packets, timestamp += 3600, EntryFlags.RandomAccess);
            fixture.Ring.Publish();
            fixture.FanOut.OnEndOfTurn();
        });

        bool IsInStepAgain()
        {
            while (far.Available > 0)
            {
                _ = far.Receive(_buffer);
            }

            return fixture.OnShard(() => viewer.State) == TcpViewerState.InStep;
        }
    }

    private static void Publish(FanOutFixture fixture, PictureStream stream, int packets, bool isRandomAccess, int piece)
    {
        // A pass of the fan-out after each piece, as when the pieces come in turns of their own.
        fixture.OnShard(() => stream.AppendPicture(packets, isRandomAccess, piece, fixture.Shard.NowMicros, fixture.FanOut.OnEndOfTurn));
    }

    /// <summary>Reads until the client has everything that it will get.</summary>
    private void Drain(FanOutFixture fixture, TcpViewer viewer, Socket far, PictureReader reader)
    {
        while (true)
        {
            if (far.Poll(500_000, SelectMode.SelectRead))
            {
                int count = far.Receive(_buffer);
                Assert.True(count > 0, "the stream ended");
                reader.Take(_buffer.AsSpan(0, count));
            }
            else if (fixture.OnShard(() => viewer.State) is not TcpViewerState.Parked && far.Available == 0)
            {
                return;
            }
        }
    }
}
