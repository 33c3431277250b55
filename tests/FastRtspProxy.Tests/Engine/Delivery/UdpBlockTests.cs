using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>In which order a pass serves UDP viewers when a frame is several messages each: judged by the messages that reach the socket.</summary>
[Collection(nameof(Allocations))]
public sealed unsafe class UdpBlockTests : IDisposable
{
    /// <summary>54 packets fit a message of 65,000 bytes: three runs.</summary>
    private const int KeyFramePackets = 120;

    private const int FirstPort = 20_000;

    private readonly FanOutFixture _fixture = new();

    /// <summary>Viewer and RTP number of each message's first packet, in the order in which they went out. On the shard.</summary>
    private readonly List<(int Viewer, int Number)> _sent = [];
    private readonly List<UdpViewer> _viewers = [];

    /// <summary>A fan-out goes with its last viewer: this one stays while the others go.</summary>
    private UdpViewer? _keeper;

    /// <summary>The socket takes so many more messages, is full once, and takes all then.</summary>
    private int _room = int.MaxValue;
    private int _errno = LinuxConstants.ErrorAgain;

    /// <summary>This viewer's messages of several segments from this number on are refused.</summary>
    private (int Viewer, int Number, int Errno) _refused = (-1, 0, 0);

    public UdpBlockTests() => _fixture.OnShard(() => _fixture.Media.Send = Take);

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(KeyFramePackets)]
    [InlineData(400)]
    public void Publish_KeyFrameOfSeveralRuns_ABlockHasAllBeforeTheNextOneBegins(int packets)
    {
        Join(200);
        PublishFrame(packets);

        int runs = (packets + 53) / 54;
        Assert.Equal(200 * runs, _sent.Count);
        AssertEachHadEachOnce(Enumerable.Range(0, 200), FirstNumbers(0, packets));
        HashSet<int> begun = [];
        Dictionary<int, int> had = [];
        foreach ((int viewer, int _) in _sent)
        {
            begun.Add(viewer);
            had[viewer] = had.GetValueOrDefault(viewer) + 1;
            Assert.InRange(begun.Count(v => had[v] < runs), 0, UdpTrackList.BlockViewers);
        }
    }

    [Fact]
    public void Publish_FrameOfOneRun_OneCallForAsManyAsItTakes()
    {
        Join(128);
        int calls = 0;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            calls++;
            return Take(messages, count);
        });
        PublishFrame(7);
        Assert.Equal(1, _fixture.OnShard(() => calls));
        AssertEachHadEachOnce(Enumerable.Range(0, 128), [0]);
    }

    [Theory]
    [InlineData(LinuxConstants.ErrorAgain)]
    [InlineData(LinuxConstants.ErrorNoBuffers)]
    public void Publish_SocketFullAtAnyMessage_EachViewerGetsEachRunOnceAndInOrder(int errno)
    {
        _errno = errno;
        Join(70);
        for (int room = 0; room < 70 * 3; room++)
        {
            _fixture.OnShard(_sent.Clear);
            int first = (int)_fixture.OnShard(() => _fixture.Ring.Head);
            PublishFrame(KeyFramePackets, room);
            AssertEachHadEachOnce(Enumerable.Range(0, 70), FirstNumbers(first, KeyFramePackets));
        }
    }

    [Fact]
    public void Remove_WhileTheSocketIsFullAtAnyMessage_TheOthersMissNothingAndGetNothingTwice()
    {
        Random random = new(1);
        for (int room = 0; room < 80 * 3; room += 3)
        {
            int count = 40 + random.Next(41);
            Join(count);
            PublishFrame(1); // passes begin elsewhere
            _fixture.OnShard(_sent.Clear);
            int first = (int)_fixture.OnShard(() => _fixture.Ring.Head);
            int[] gone = [.. Enumerable.Range(0, count).OrderBy(_ => random.Next()).Take(random.Next(count / 2))];
            PublishFrame(KeyFramePackets, Math.Min(room, (count * 3) - 1), () =>
            {
                foreach (int viewer in gone)
                {
                    Assert.True(_fixture.FanOut.Remove(_viewers[viewer]));
                }
            });

            AssertEachHadEachOnce(Enumerable.Range(0, count).Except(gone), FirstNumbers(first, KeyFramePackets));
            foreach (int viewer in gone)
            {
                int[] had = [.. Had(viewer)];
                Assert.Equal(FirstNumbers(first, KeyFramePackets).Take(had.Length), had);
            }

            LeaveAll();
        }
    }

    /// <summary>Wherever the socket was full: who has had what is no loss of theirs, whether they stay or go meanwhile.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ResumeUdp_TooLate_EachIsCountedWhatItHadAndWhatItLacks(bool withSound)
    {
        const int Count = 70;
        FanOutLimits late = new() { HoldMicrosPerViewer = 0, UdpBacklogMax = TimeSpan.FromMicroseconds(-1) };
        for (int room = 0; room < Count * (withSound ? 4 : 3); room += 13)
        {
            using FanOutFixture fixture = new(late);
            List<UdpViewer> viewers = [.. Enumerable.Range(0, Count).Select(i => fixture.NewViewer(new IPEndPoint(IPAddress.Loopback, FirstPort + i), 2))];
            fixture.OnShard(() =>
            {
                _sent.Clear();
                _room = room;
                fixture.Media.Send = Take;
                viewers.ForEach(fixture.FanOut.Add);
                fixture.FanOut.OnEndOfTurn();
                fixture.AppendFrame(1, withSound ? 1 : 0, 1000); // packet 0, or none
                fixture.AppendFrame(0, KeyFramePackets, 1000);
                fixture.Ring.Publish();
                fixture.FanOut.OnEndOfTurn();
                Assert.Equal(int.MaxValue, _room);
                int all = KeyFramePackets + (withSound ? 1 : 0);
                int firstOfVideo = withSound ? 1 : 0;
                long[] had = [.. Enumerable.Range(0, Count).Select(v => Had(v).Sum(n => n < firstOfVideo ? 1L : Math.Min(54, all - n)))];

                UdpViewer[] gone = [viewers[3], viewers[40]];
                Assert.All(gone, viewer => Assert.True(fixture.FanOut.Remove(viewer)));
                fixture.FanOut.ResumeUdp();

                for (int v = 0; v < Count; v++)
                {
                    Assert.Equal(had[v], fixture.FanOut.PacketsSent(viewers[v]));
                    Assert.Equal(gone.Contains(viewers[v]) ? 0 : all - had[v], fixture.FanOut.PacketsDropped(viewers[v]));
                }

                Assert.Equal(viewers.Sum(fixture.FanOut.PacketsDropped), fixture.Counters.Dropped(DropCause.SlowClient));
            });
        }
    }

    [Fact]
    public void Publish_ManyFrames_NobodyIsAlwaysLast()
    {
        Join(100);
        int[] lasts = new int[100];
        int[] firsts = new int[100];
        for (int frame = 0; frame < 32; frame++)
        {
            _fixture.OnShard(_sent.Clear);
            PublishFrame(frame % 4 == 0 ? KeyFramePackets : 5);
            lasts[_sent[^1].Viewer]++;
            firsts[_sent[0].Viewer]++;
        }

        Assert.InRange(lasts.Max(), 1, 4);
        Assert.InRange(firsts.Max(), 1, 4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(54)]
    [InlineData(108)]
    public void Publish_SegmentsRefusedInTheMiddleOfAKeyFrame_TheRestComesPlainAndNothingTwice(int fromNumber)
    {
        Join(70);
        foreach (int errno in (int[])[LinuxConstants.ErrorIo, LinuxConstants.ErrorNotPermitted])
        {
            UdpViewer bad = _viewers[40];
            int first = (int)_fixture.OnShard(() => _fixture.Ring.Head);
            _fixture.OnShard(() =>
            {
                _sent.Clear();
                _refused = (40, first + fromNumber, errno);
            });
            PublishFrame(KeyFramePackets);

            Assert.True(bad.IsPlain);
            AssertEachHadEachOnce(Enumerable.Range(0, 70).Where(v => v != 40), FirstNumbers(first, KeyFramePackets));
            int[] segments = [.. FirstNumbers(first, KeyFramePackets).Where(n => n < first + fromNumber)];
            Assert.Equal([.. segments, .. Enumerable.Range(first + fromNumber, KeyFramePackets - fromNumber)], Had(40));
            Assert.Equal(0, _fixture.OnShard(() => _fixture.FanOut.PacketsDropped(bad)));
            LeaveAll();
            Join(70);
        }
    }

    [Fact]
    public void Publish_SoundAmongTheKeyFramesPackets_BlocksAllTheSame()
    {
        Join(70, tracks: 2);
        _fixture.OnShard(() =>
        {
            _fixture.AppendFrame(0, 54, 1000);
            _fixture.AppendFrame(1, 1, 1000);
            _fixture.AppendFrame(0, 54, 1000);
            _fixture.AppendFrame(1, 1, 2000);
            _fixture.Ring.Publish();
            _fixture.FanOut.OnEndOfTurn();
        });

        // 0 to 53 and 55 to 108 are the picture's; each viewer's sound comes in its order, too.
        Assert.Equal(70 * 4, _sent.Count);
        foreach (int viewer in Enumerable.Range(0, 70))
        {
            Assert.Equal([0, 55], Had(viewer).Where(n => n is not (54 or 109)));
            Assert.Equal([54, 109], Had(viewer).Where(n => n is 54 or 109));
        }

        List<int> order = [.. _sent.Where(s => s.Number is 0 or 55).Select(s => s.Viewer)];
        Assert.Equal(order.Take(32), order.Skip(32).Take(32));
    }

    [Fact]
    public void Publish_KeyFramesToACrowd_AllocatesNothing()
    {
        Join(100);
        _fixture.OnShard(() => _fixture.Media.Send = static (_, count) => count);
        byte[] packet = new byte[1200];
        void Frames(int count)
        {
            for (int i = 0; i < count; i++)
            {
                for (int p = 0; p < KeyFramePackets; p++)
                {
                    EntryFlags flags = p == KeyFramePackets - 1 ? EntryFlags.Marker : EntryFlags.None;
                    _fixture.Ring.Append(0, flags, (ushort)p, (uint)i, _fixture.Shard.NowMicros, packet);
                }

                _fixture.Ring.Publish();
                _fixture.FanOut.OnEndOfTurn();
            }
        }

        // A part that another thread's collection falls into may read too high (see AllocationMeter).
        int allocating = _fixture.OnShard(() =>
        {
            Frames(100);
            int parts = 0;
            for (int part = 0; part < 10; part++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Frames(100);
                parts += GC.GetAllocatedBytesForCurrentThread() == before ? 0 : 1;
            }

            return parts;
        });
        Assert.InRange(allocating, 0, 2);
    }

    /// <summary>Nobody waits for the rest of a batch whose viewers have all gone; who comes then begins with the next one, whole.</summary>
    [Fact]
    public void Remove_AllWhileTheSocketIsFull_WhoComesNextGetsEverything()
    {
        for (int room = 0; room < 70 * 3; room += 7)
        {
            Join(70);
            PublishFrame(1); // passes begin elsewhere
            int first = 0;
            PublishFrame(KeyFramePackets, room, () =>
            {
                foreach (UdpViewer viewer in _viewers)
                {
                    Assert.True(_fixture.FanOut.Remove(viewer));
                }

                _viewers.Clear();
                _sent.Clear();
                first = (int)_fixture.Ring.Head;
                for (int i = 0; i < 70; i++)
                {
                    UdpViewer viewer = _fixture.NewViewer(new IPEndPoint(IPAddress.Loopback, FirstPort + i), 1);
                    _viewers.Add(viewer);
                    _fixture.FanOut.Add(viewer);
                }
            });
            PublishFrame(KeyFramePackets);
            AssertEachHadEachOnce(Enumerable.Range(0, 70), FirstNumbers(first, KeyFramePackets));
            LeaveAll();
        }
    }

    private void Join(int count, int tracks = 1)
    {
        for (int i = 0; i < count; i++)
        {
            _viewers.Add(_fixture.NewViewer(new IPEndPoint(IPAddress.Loopback, FirstPort + i), tracks));
        }

        _fixture.OnShard(() =>
        {
            _viewers.ForEach(_fixture.FanOut.Add);
            _fixture.FanOut.OnEndOfTurn();
        });
    }

    private void LeaveAll()
    {
        UdpViewer keeper = _fixture.NewViewer(new IPEndPoint(IPAddress.Loopback, FirstPort - 1));
        _fixture.OnShard(() =>
        {
            _fixture.FanOut.Add(keeper);
            _viewers.ForEach(v => _fixture.FanOut.Remove(v));
            _viewers.Clear();
            _sent.Clear();
            _refused = (-1, 0, 0);
        });
        if (_keeper is { } before)
        {
            _fixture.OnShard(() => _fixture.FanOut.Remove(before));
        }

        _keeper = keeper;
    }

    /// <summary>A frame, and the pass; where the socket has no room for all of it, what is to be done then, and the rest of the pass.</summary>
    private void PublishFrame(int packets, int room = int.MaxValue, Action? whileFull = null) => _fixture.OnShard(() =>
    {
        _room = room;
        _fixture.AppendFrame(0, packets, (uint)_fixture.Ring.Head * 3600);
        _fixture.Ring.Publish();
        _fixture.FanOut.OnEndOfTurn();
        Assert.True(room == int.MaxValue || _room == int.MaxValue, "The socket was full once.");
        whileFull?.Invoke();
        _fixture.FanOut.ResumeUdp();
    });

    private int Take(MultiMessage* messages, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int viewer = PeerAddress.FromKernel(messages[i].Header.Name).Port - FirstPort;
            int number = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(messages[i].Header.Vectors->Base, 12)[2..]);
            bool isRefused = viewer == _refused.Viewer && number >= _refused.Number && messages[i].Header.VectorCount > 1;
            if (_room == 0 || isRefused)
            {
                if (i > 0)
                {
                    return i;
                }

                Marshal.SetLastPInvokeError(isRefused ? _refused.Errno : _errno);
                _room = isRefused ? _room : int.MaxValue;
                return -1;
            }

            _room -= _room == int.MaxValue ? 0 : 1;
            if (viewer >= 0)
            {
                _sent.Add((viewer, number));
            }
        }

        return count;
    }

    private IEnumerable<int> Had(int viewer) => _sent.Where(s => s.Viewer == viewer).Select(s => s.Number);

    private static IEnumerable<int> FirstNumbers(int first, int packets)
    {
        for (int at = 0; at < packets; at += 54)
        {
            yield return (first + at) & 0xFFFF;
        }
    }

    private void AssertEachHadEachOnce(IEnumerable<int> viewers, IEnumerable<int> numbers)
    {
        int[] expected = [.. numbers];
        Dictionary<int, List<int>> had = _sent.GroupBy(s => s.Viewer).ToDictionary(g => g.Key, g => g.Select(s => s.Number).ToList());
        Assert.All(viewers, v => Assert.Equal(expected, had[v]));
    }
}
