using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>What goes to a multicast group, as the socket gets it: nothing leaves this process.</summary>
[Collection(nameof(Allocations))]
public sealed unsafe class GroupDeliveryTests : IDisposable
{
    private const int Port = 5004;

    private readonly FanOutFixture _fixture = new();
    private readonly List<(int Port, ushort Number)> _sent = [];
    private readonly List<int> _reports = [];
    private readonly GroupDelivery _group;
    private int _calls;
    private uint _timestamp;

    /// <summary>The error of a call; 0: it succeeds. By the number of the call, from 0, and whether it has segments.</summary>
    private Func<int, bool, int> _errno = static (_, _) => 0;

    public GroupDeliveryTests()
    {
        _fixture.Media.Send = Take;
        _fixture.Media.SendReports = (messages, count) =>
        {
            _reports.Add(PeerAddress.FromKernel(messages[0].Header.Name).Port);
            return count;
        };
        _group = _fixture.OnShard(() => new GroupDelivery(
            _fixture.Table, _fixture.Ring, _fixture.Counters, _fixture.Media, PeerAddress.From(IPAddress.Parse("239.1.2.3"), Port)));
    }

    public void Dispose()
    {
        _fixture.OnShard(_group.Stop);
        _fixture.Dispose();
    }

    [Fact]
    public void Begin_ThenFrames_EachGoesOutOnceAsOneMessageARun()
    {
        Begin(tracks: 1);

        Publish(0, 6, EntryFlags.RandomAccess);
        Publish(0, 3);

        Assert.Equal(Enumerable.Range(0, 9).Select(static i => (Port, (ushort)i)), Sent);
        Assert.Equal(2, _calls);
        Assert.Equal(9, _group.SentPackets);
        Assert.Equal(9, _fixture.Counters.SentPackets(ViewerWay.Multicast));
        Assert.Equal(_group.SentBytes, _fixture.Counters.SentBytes(ViewerWay.Multicast));
    }

    [Fact]
    public void Begin_Waits_GoesOutFromTheNextRandomAccessPointOn()
    {
        Publish(0, 1, EntryFlags.RandomAccess);
        Begin(tracks: 3, waits: true);

        Publish(0, 2);
        Publish(1, 1);
        Assert.True(_fixture.OnShard(() => _group.Waits));
        Assert.Empty(Sent);
        Publish(0, 2, EntryFlags.RandomAccess);
        Publish(1, 1);

        Assert.Equal([(Port, 4), (Port, 5), (Port + 2, 6)], Sent);
        Assert.Equal(0, _fixture.Counters.Dropped(DropCause.NotKeyFrame) + _fixture.Counters.Dropped(DropCause.SlowClient));
    }

    [Fact]
    public void Play_OtherTracks_EachGoesToItsPortsWhileItIsPlayed()
    {
        Begin(tracks: 2);
        Publish(0, 1, EntryFlags.RandomAccess);
        Publish(1, 1);
        Report(0);
        Report(1);
        _fixture.OnShard(() => _group.Play(3));
        Publish(0, 1); // it is no random access point
        Publish(0, 1, EntryFlags.RandomAccess);
        Publish(1, 1);
        _fixture.OnShard(() => _group.Play(1));
        Publish(1, 1);
        Report(0);
        Report(1);

        Assert.Equal([(Port + 2, 1), (Port, 3), (Port + 2, 4)], Sent);
        Assert.Equal([Port + 3, Port + 1], _reports);
    }

    [Theory]
    [InlineData(LinuxConstants.ErrorMessageSize)]
    [InlineData(LinuxConstants.ErrorIo)]
    [InlineData(LinuxConstants.ErrorNotPermitted)]
    public void Send_SegmentsRefused_GoesOnWithPlainPackets(int errno)
    {
        _errno = (_, isSegmented) => isSegmented ? errno : 0;
        Begin(tracks: 1);

        Publish(0, 5, EntryFlags.RandomAccess);
        Publish(0, 5);

        Assert.Equal(Enumerable.Range(0, 10).Select(static i => (Port, (ushort)i)), Sent);
        Assert.Equal(0, _fixture.Counters.Dropped(DropCause.Socket));
    }

    [Fact]
    public void Send_DeviceIsFullForAMoment_GoesOnWhereItStood()
    {
        _errno = static (call, _) => call == 1 ? LinuxConstants.ErrorNoBuffers : 0;
        Begin(tracks: 1);

        Publish(0, 2, EntryFlags.RandomAccess);
        Publish(0, 2);
        Publish(0, 2);

        Assert.True(SpinWait.SpinUntil(() => Sent.Count == 6, TimeSpan.FromSeconds(60)));
        Assert.Equal(Enumerable.Range(0, 6).Select(static i => (Port, (ushort)i)), Sent);
    }

    [Fact]
    public void Send_NoWayAtPresent_LeavesOutAndCounts()
    {
        _errno = static (_, _) => LinuxConstants.ErrorNetworkUnreachable;
        Begin(tracks: 1);

        Publish(0, 2, EntryFlags.RandomAccess);
        int calls = _calls;
        Publish(0, 2);

        Assert.Empty(Sent);
        Assert.Equal(calls, _calls); // it rests
        Assert.Equal(4, _fixture.Counters.Dropped(DropCause.Socket) + _fixture.Counters.Dropped(DropCause.SlowClient));
    }

    [Fact]
    public void Publish_Steady_AllocatesNothing()
    {
        Begin(tracks: 1);
        Publish(0, 4, EntryFlags.RandomAccess);
        _fixture.Media.Send = static (_, count) => count;

        // A part that another thread's collection falls into may read too high (see AllocationMeter).
        byte[] packet = new byte[1200];
        int parts = _fixture.OnShard(() =>
        {
            Batches(300);
            int allocating = 0;
            for (int part = 0; part < 10; part++)
            {
                allocating += Batches(300) == 0 ? 0 : 1;
            }

            return allocating;
        });
        Assert.InRange(parts, 0, 2);

        long Batches(int count)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++)
            {
                for (int p = 0; p < 10; p++)
                {
                    _fixture.Ring.Append(0, p == 9 ? EntryFlags.Marker : EntryFlags.None, (ushort)p, (uint)i, _fixture.Shard.NowMicros, packet);
                }

                _fixture.Ring.Publish();
                _fixture.FanOut.OnEndOfTurn();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private List<(int Port, ushort Number)> Sent => _fixture.OnShard(() => new List<(int, ushort)>(_sent));

    private void Begin(uint tracks, bool waits = false) => _fixture.OnShard(() => _group.Begin(tracks, _fixture.Ring.Head, waits, null));

    private void Publish(int track, int packets, EntryFlags flags = EntryFlags.None)
    {
        _fixture.OnShard(() =>
        {
            _fixture.AppendFrame(track, packets, _timestamp += 3000, flags);
            _fixture.Ring.Publish();
        });
        _fixture.OnShard(static () => { }); // the turn in which it went out is over
    }

    private void Report(int track)
    {
        _fixture.OnShard(() =>
        {
            _fixture.Ring.Append(track, EntryFlags.Rtcp, 0, 0, _fixture.Shard.NowMicros, new byte[28]);
            _fixture.Ring.Publish();
        });
        _fixture.OnShard(static () => { });
    }

    private int Take(MultiMessage* messages, int count)
    {
        ref MessageHeader header = ref messages[0].Header;
        if (_errno(_calls++, header.VectorCount > 1) is not 0 and int errno)
        {
            Marshal.SetLastPInvokeError(errno);
            return -1;
        }

        for (int i = 0; i < header.VectorCount; i++)
        {
            ReadOnlySpan<byte> packet = new(header.Vectors[i].Base, (int)header.Vectors[i].Length);
            _sent.Add((PeerAddress.FromKernel(header.Name).Port, BinaryPrimitives.ReadUInt16BigEndian(packet[2..])));
        }

        return 1;
    }
}
