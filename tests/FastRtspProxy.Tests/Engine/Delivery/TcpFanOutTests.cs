using System.Buffers.Binary;
using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Delivery;

public sealed class TcpFanOutTests : IDisposable
{
    private readonly FanOutFixture _fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromMinutes(1), LagBytesMax = 1 << 20 });

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Publish_AllTracksOnTheRingsChannels_TheRingsBytesArrive()
    {
        (_, Socket far) = _fixture.AddTcp([0, 2]);
        PublishPictures(3);
        List<(byte Channel, byte[] Packet)> frames = FanOutFixture.ReadFrames(far, 3 * 5);
        Assert.Equal(Enumerable.Range(0, 15), frames.Select(f => (int)BinaryPrimitives.ReadUInt16BigEndian(f.Packet.AsSpan(2))));
        Assert.Equal([0, 0, 0, 0, 2], frames.Take(5).Select(f => (int)f.Channel));
    }

    [Fact]
    public void Publish_OwnChannelNumbers_HeadersAreTheClientsPayloadTheRings()
    {
        (_, Socket far) = _fixture.AddTcp([6, 4]);
        PublishPictures(2);
        List<(byte Channel, byte[] Packet)> frames = FanOutFixture.ReadFrames(far, 10);
        Assert.Equal([6, 6, 6, 6, 4], frames.Take(5).Select(f => (int)f.Channel));
        Assert.All(frames, f => Assert.Equal(f.Channel == 6 ? 0 : 1, f.Packet[12]));
    }

    [Fact]
    public void Publish_SubsetOfTracks_OnlyThoseArrive()
    {
        (_, Socket far) = _fixture.AddTcp([TcpViewer.NoChannel, 0]);
        PublishPictures(4);
        List<(byte Channel, byte[] Packet)> frames = FanOutFixture.ReadFrames(far, 4);
        Assert.All(frames, f => Assert.Equal(1, f.Packet[12]));
        Assert.All(frames, f => Assert.Equal(0, f.Channel));
    }

    [Fact]
    public void Publish_BatchLargerThanTheSendBuffer_ArrivesWholeAndInOrder()
    {
        (_, Socket far) = _fixture.AddTcp([0, 2], sendBufferBytes: 16 * 1024);
        _fixture.OnShard(() =>
        {
            for (uint i = 0; i < 10; i++)
            {
                _fixture.AppendFrame(0, 60, i);
            }

            _fixture.Ring.Publish();
        });
        List<(byte Channel, byte[] Packet)> frames = FanOutFixture.ReadFrames(far, 600);
        Assert.Equal(Enumerable.Range(0, 600), frames.Select(f => (int)BinaryPrimitives.ReadUInt16BigEndian(f.Packet.AsSpan(2))));
    }

    [Fact]
    public async Task Publish_StoppedReader_OthersGetEverythingAndItGoesOnWithWholePictures()
    {
        (TcpViewer slow, Socket slowFar) = _fixture.AddTcp([0, 2], sendBufferBytes: 8 * 1024);
        (TcpViewer quick, Socket quickFar) = _fixture.AddTcp([0, 2]);
        const int Pictures = 1500;
        Task<List<(byte Channel, byte[] Packet)>> reading = Task.Run(() => FanOutFixture.ReadFrames(quickFar, Pictures * 5));
        for (int i = 0; i < Pictures; i += 50)
        {
            PublishPictures(50);
            Assert.True(SpinWait.SpinUntil(() => _fixture.OnShard(() => quick.State) == TcpViewerState.InStep, 60_000));
        }

        Assert.Equal(Enumerable.Range(0, Pictures * 5), (await reading).Select(f => (int)BinaryPrimitives.ReadUInt16BigEndian(f.Packet.AsSpan(2))));
        Assert.Equal(0, quick.DroppedPackets);
        Assert.True(SpinWait.SpinUntil(() => _fixture.OnShard(() => slow.State) == TcpViewerState.Parked, 60_000)); // it may just be trying

        // It wakes up: video goes on at a random access point, no picture is torn, audio is all there (what the ring still has).
        Task<List<(byte Channel, byte[] Packet)>> late = Task.Run(() => ReadUntilNumber(slowFar, (Pictures * 5) + 99));
        for (int i = 0; i < 20; i++)
        {
            PublishPictures(1, isRandomAccess: i % 10 == 0);
        }

        List<(byte Channel, byte[] Packet)> frames = await late;
        Assert.True(slow.Skips > 0);
        Assert.True(slow.DroppedPackets > 0);
        AssertNoTornPicture(frames);
    }

    [Fact]
    public void Publish_UnfinishedFrame_IsHeldForItsRestButNotForEver()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 1_000_000, HoldMicrosMax = 200_000 });
        (_, Socket far) = fixture.AddTcp([0]);
        fixture.OnShard(() =>
        {
            fixture.AppendFrame(0, 2, 1000, EntryFlags.RandomAccess);
            fixture.Ring.Publish();
        });
        Assert.Equal(2, FanOutFixture.ReadFrames(far, 2).Count); // complete: at once
        byte[] packet = new byte[100];
        fixture.OnShard(() =>
        {
            fixture.Ring.Append(0, EntryFlags.None, 2, 2000, fixture.Shard.NowMicros, packet);
            fixture.Ring.Publish();
        });
        fixture.OnShard(() => { }); // that turn's pass is over
        Assert.Equal(0, far.Available);
        fixture.OnShard(() =>
        {
            fixture.Ring.Append(0, EntryFlags.Marker, 3, 2000, fixture.Shard.NowMicros, packet);
            fixture.Ring.Append(0, EntryFlags.None, 4, 3000, fixture.Shard.NowMicros, packet);
            fixture.Ring.Publish();
        });
        Assert.Equal(2, FanOutFixture.ReadFrames(far, 2).Count);
        Assert.Single(FanOutFixture.ReadFrames(far, 1)); // its rest never comes: sent when the hold is over
    }

    [Fact]
    public void Publish_LaggedAndNoRandomAccessPointComes_VideoGoesOnAllTheSame()
    {
        using FanOutFixture fixture = new(new FanOutLimits
        {
            HoldMicrosPerViewer = 0,
            LagBytesMax = 64 * 1024,
            MaxRandomAccessWait = TimeSpan.FromMilliseconds(50),
        });
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0], sendBufferBytes: 8192);
        uint timestamp = 0;
        void Publish(EntryFlags flags) => fixture.OnShard(() =>
        {
            fixture.AppendFrame(0, 4, timestamp += 3600, flags);
            fixture.Ring.Publish();
        });
        Publish(EntryFlags.RandomAccess);
        for (int i = 0; i < 1500; i++)
        {
            Publish(EntryFlags.None);
        }

        byte[] sink = new byte[1 << 20];
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                while (far.Available > 0)
                {
                    _ = far.Receive(sink);
                }

                Publish(EntryFlags.None);
                return viewer.Skips > 0 && fixture.OnShard(() => viewer.State) == TcpViewerState.InStep;
            },
            60_000));
    }

    [Fact]
    public void Publish_TwoViewersOnOneConnection_BothGetEverything()
    {
        (TcpViewer first, Socket far) = _fixture.AddTcp([0, TcpViewer.NoChannel]);
        TcpViewer second = new(first.Stream, [TcpViewer.NoChannel, 6], [TcpViewer.NoChannel, 7]) { JoinSequence = _fixture.Ring.Head };
        _fixture.OnShard(() => _fixture.FanOut.Add(second));
        PublishPictures(50);
        List<(byte Channel, byte[] Packet)> frames = FanOutFixture.ReadFrames(far, 250);
        Assert.Equal(200, frames.Count(f => f.Channel == 0));
        Assert.Equal(50, frames.Count(f => f.Channel == 6));
        _fixture.OnShard(() => _fixture.FanOut.Remove(first));
        PublishPictures(10);
        Assert.All(FanOutFixture.ReadFrames(far, 10), f => Assert.Equal(6, f.Channel));
    }

    [Fact]
    public void Publish_AnswerParkedInBetween_NoMediaOvertakesItAndTheViewerComesBackIntoStep()
    {
        (TcpViewer viewer, Socket far) = _fixture.AddTcp([0, 2], sendBufferBytes: 4096);
        PublishPictures(1);
        Assert.Equal(5, FanOutFixture.ReadFrames(far, 5).Count);
        for (int i = 0; i < 2; i++)
        {
            _fixture.OnShard(() => viewer.Stream.Send(Frame(9, 60_000)));
        }

        PublishPictures(2);
        List<(byte Channel, byte[] Packet)> frames = FanOutFixture.ReadFrames(far, 12);
        Assert.Equal([9, 9], frames.Take(2).Select(f => (int)f.Channel));
        Assert.Equal(Enumerable.Range(5, 10), frames.Skip(2).Select(f => (int)BinaryPrimitives.ReadUInt16BigEndian(f.Packet.AsSpan(2))));
        Assert.True(SpinWait.SpinUntil(() => _fixture.OnShard(() => viewer.State) == TcpViewerState.InStep, 60_000));

        static byte[] Frame(byte channel, int bytes)
        {
            byte[] frame = new byte[bytes + 4];
            frame[0] = (byte)'$';
            frame[1] = channel;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)bytes);
            return frame;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Publish_AMillionDeliveredPackets_AllocatesNothing(bool isRingsChannels)
    {
        using FanOutFixture fixture = new(keepBytes: 1 << 20);
        List<(TcpViewer Viewer, Socket Far)> clients = [];
        for (int i = 0; i < 8; i++)
        {
            clients.Add(fixture.AddTcp(isRingsChannels ? [0, 2] : [8, 10]));
        }

        using CancellationTokenSource stop = new();
        Thread reader = new(() =>
        {
            byte[] sink = new byte[1 << 20];
            while (!stop.IsCancellationRequested)
            {
                foreach ((_, Socket socket) in clients)
                {
                    if (socket.Poll(0, SelectMode.SelectRead))
                    {
                        _ = socket.Receive(sink);
                    }
                }
            }
        });
        reader.Start();
        byte[] packet = new byte[100];
        long delivered = 0;
        int allocatingRounds = 0;
        for (int round = 0; delivered < 1_000_000 && round < 1000; round++)
        {
            (bool isSteady, long delta) = fixture.OnShard(() =>
            {
                // In four parts, of which the least counts: one that another thread's collection falls into may read too high (see AllocationMeter); code that allocates does so in all of them.
                long least = long.MaxValue;
                for (int part = 0; part < 4; part++)
                {
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int i = 0; i < 25; i++)
                    {
                        for (int p = 0; p < 10; p++)
                        {
                            fixture.Ring.Append(p % 2, EntryFlags.Marker, (ushort)p, (uint)i, fixture.Shard.NowMicros, packet);
                        }

                        fixture.Ring.Publish();
                        fixture.FanOut.OnEndOfTurn();
                    }

                    least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
                }

                return (clients.TrueForAll(c => c.Viewer.State == TcpViewerState.InStep), least);
            });

            // The first rounds fill the ring and the pools; a round in which a client was parked (its reader got no time) is not the steady state.
            if (round >= 30 && isSteady)
            {
                delivered += 8 * 1000;
                allocatingRounds += delta == 0 ? 0 : 1;
            }

            Assert.True(SpinWait.SpinUntil(() => fixture.OnShard(() => clients.TrueForAll(c => c.Viewer.State == TcpViewerState.InStep)), 60_000));
        }

        stop.Cancel();
        reader.Join();
        Assert.True(delivered >= 1_000_000, $"only {delivered} packets in steady rounds");
        Assert.Equal(0, allocatingRounds);
    }

    /// <summary>Every video timestamp that arrives has all four packets, marker last.</summary>
    private static void AssertNoTornPicture(List<(byte Channel, byte[] Packet)> frames)
    {
        uint open = 0;
        int packets = 0;
        foreach (byte[] packet in frames.Where(f => f.Channel == 0).Select(f => f.Packet))
        {
            uint timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));
            if (packets == 0)
            {
                open = timestamp;
            }

            Assert.Equal(open, timestamp);
            packets++;
            if ((packet[1] & 0x80) != 0)
            {
                Assert.Equal(4, packets);
                packets = 0;
            }
        }
    }

    private static List<(byte Channel, byte[] Packet)> ReadUntilNumber(Socket far, int number)
    {
        List<(byte, byte[])> frames = [];
        while (true)
        {
            List<(byte Channel, byte[] Packet)> one = FanOutFixture.ReadFrames(far, 1);
            frames.AddRange(one);
            if (BinaryPrimitives.ReadUInt16BigEndian(one[0].Packet.AsSpan(2)) == number)
            {
                return frames;
            }
        }
    }

    private uint _timestamp;

    /// <summary>A picture of four packets and an audio packet, each a batch.</summary>
    private void PublishPictures(int count, bool isRandomAccess = true)
    {
        for (int i = 0; i < count; i++)
        {
            _fixture.OnShard(() =>
            {
                _timestamp += 3600;
                _fixture.AppendFrame(0, 4, _timestamp, isRandomAccess ? EntryFlags.RandomAccess : EntryFlags.None);
                _fixture.AppendFrame(1, 1, _timestamp, packetBytes: 200);
                _fixture.Ring.Publish();
            });
        }
    }
}
