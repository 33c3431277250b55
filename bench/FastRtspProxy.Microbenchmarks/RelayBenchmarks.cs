using BenchmarkDotNet.Attributes;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>The ring and the plans of the fan-out: what a packet or a batch costs before the kernel.</summary>
public class RelayBenchmarks
{
    private const int FramePackets = 8;

    private readonly byte[] _packet = new byte[1400];
    private readonly TcpClass _ownChannels = new([0], [1], isWrapped: false);
    private readonly TcpClass _otherChannels = new([6], [7], isWrapped: false);
    private PacketRing _ring = null!;
    private UdpSendPlan _udp = null!;
    private TcpSendPlan _tcp = null!;
    private ushort _number;

    [GlobalSetup]
    public void SetUp()
    {
        _packet[0] = 0x80;
        _ring = new PacketRing(new SlabPool(64 << 20), new RingOptions { KeepBytes = 2 << 20 }, 1);
        _udp = new UdpSendPlan();
        _tcp = new TcpSendPlan();

        // Past the first slabs and the growth of the entries: the steady state.
        for (int i = 0; i < 4000; i++)
        {
            Append_Frame_8Packets();
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _udp.Dispose();
        _tcp.Dispose();
        _ring.Dispose();
    }

    [Benchmark(OperationsPerInvoke = FramePackets)]
    public void Append_Frame_8Packets()
    {
        for (int i = 0; i < FramePackets; i++)
        {
            EntryFlags flags = i == FramePackets - 1 ? EntryFlags.Marker : EntryFlags.None;
            _ring.Append(0, flags, _number++, _number / (uint)FramePackets * 3600u, _number * 1000L, _packet);
        }

        _ring.Publish();
    }

    [Benchmark(OperationsPerInvoke = FramePackets)]
    public long Read_Frame_8Packets()
    {
        using ReadScope scope = _ring.Read(0, _ring.Head - FramePackets);
        long bytes = 0;
        for (long s = scope.From; s < scope.Head; s++)
        {
            bytes += scope.Entries[s].PacketBytes;
        }

        return bytes;
    }

    [Benchmark]
    public int Plan_Udp_FrameOf8() => PlanUdp(segmentation: true);

    [Benchmark]
    public int Plan_Udp_FrameOf8WithoutSegments() => PlanUdp(segmentation: false);

    [Benchmark]
    public int Plan_Tcp_FrameOf8OnTheRingsChannels() => PlanTcp(_ownChannels);

    [Benchmark]
    public int Plan_Tcp_FrameOf8Gathered() => PlanTcp(_otherChannels);

    private int PlanUdp(bool segmentation)
    {
        using ReadScope scope = _ring.Read(0, _ring.Head - FramePackets);
        _udp.Build(scope.Entries, scope.From, scope.Head, segmentation);
        return _udp.RunCount;
    }

    private int PlanTcp(TcpClass channels)
    {
        using ReadScope scope = _ring.Read(0, _ring.Head - FramePackets);
        _tcp.Build(scope.Entries, scope.From, scope.Head, channels, default);
        return _tcp.VectorCount;
    }
}
