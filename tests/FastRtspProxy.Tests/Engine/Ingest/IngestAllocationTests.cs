using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Ingest;

[Collection(nameof(Allocations))]
public sealed class IngestAllocationTests
{
    private const int Packets = 200_000;

    [Fact]
    public async Task Ingest_HundredThousandPacketsThroughDemuxTrackAndRing_AllocatesNothing()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using SlabPool pool = new(64 << 20);
        Shard shard = shards.Shards[0];
        Relay relay = new(shard, pool);
        (long bytes, long read) = await shard.RunAsync(() => Task.FromResult(relay.Run()));
        Assert.Equal(0, bytes);
        Assert.Equal(2 * Packets, read);
    }

    /// <summary>Camera bytes in, ring entries out, all on one shard.</summary>
    private sealed class Relay : IBackendSink, IInterleavedHandler
    {
        private readonly PacketRing _ring;
        private readonly MountIngest _ingest;
        private readonly BackendTrack _tcp;
        private readonly BackendTrack _udp;
        private readonly InterleavedDemux _demux;
        private readonly byte[] _frame = ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(96, 0, 0, 7, true, new byte[1200]));
        private readonly byte[] _datagram = ScriptedCamera.RtpBytes(97, 0, 0, 8, true, new byte[400]);
        private long _now = 1;
        private long _cursor;
        private long _read;

        public Relay(Shard shard, SlabPool pool)
        {
            Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(ScriptedCamera.VideoAndAudio), out SdpDocument? document, out _));
            _ring = new PacketRing(pool, new RingOptions { KeepBytes = 4 << 20 }, 1);
            _ingest = new MountIngest(shard, _ring);
            _ingest.Describe(document.Media);
            _tcp = new BackendTrack(0, document.Media[0], "t", this, new VideoSilence());
            _udp = new BackendTrack(1, document.Media[1], "t", this, new VideoSilence());
            _demux = new InterleavedDemux(this);
            _demux.Expect(0);
        }

        public (long Bytes, long Read) Run()
        {
            _ingest.Begin(0);
            Feed(Packets / 2);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Feed(Packets / 2);
            return (GC.GetAllocatedBytesForCurrentThread() - before, _read);
        }

        public void OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros) => _ingest.OnRtp(track, source, view, packet, arrivalMicros);

        public void OnSenderReport(int track, uint ssrc, ulong ntp, uint rtpTimestamp, long arrivalMicros)
        {
        }

        public void OnCanonicalName(int track, ReadOnlySpan<byte> name)
        {
        }

        public void OnGap(int track)
        {
        }

        public void OnBatchEnd()
        {
        }

        public void OnMoved(BackendState to)
        {
        }

        public void OnSessionChanged()
        {
        }

        public void OnFrame(byte channel, ReadOnlySpan<byte> payload) => _tcp.OnOrderedRtp(payload, _now);

        public bool OnMessage(FastRtspProxy.Protocol.Rtsp.RtspMessage message) => false;

        public void OnUnusable(bool overLimit, string detail)
        {
        }

        private void Feed(int count)
        {
            for (int i = 0; i < count; i++)
            {
                _now += 400;
                ushort number = (ushort)(_now / 400);
                RtpPatch.SetSequenceNumber(_frame.AsSpan(4), number);
                RtpPatch.SetTimestamp(_frame.AsSpan(4), (uint)(_now * 9 / 100));
                _demux.OnBytes(_frame.AsSpan(0, 700));
                _demux.OnBytes(_frame.AsSpan(700));

                // Every other pair of datagrams comes swapped.
                RtpPatch.SetSequenceNumber(_datagram, (ushort)(number ^ ((number >> 1) & 1)));
                RtpPatch.SetTimestamp(_datagram, (uint)(_now * 48 / 1000));
                _udp.OnDatagram(_datagram, _now);
                if (i % 16 == 15)
                {
                    _ingest.Publish();
                    Read();
                }
            }
        }

        private void Read()
        {
            using ReadScope scope = _ring.Read(0, _cursor);
            for (_cursor = scope.From; _cursor < scope.Head; _cursor++)
            {
                _read += (scope.Entries[_cursor].Flags & EntryFlags.Rtcp) == 0 ? 1 : 0;
            }
        }
    }
}
