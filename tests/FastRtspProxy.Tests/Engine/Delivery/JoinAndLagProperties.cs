using System.Buffers.Binary;
using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FsCheck;
using FsCheck.Fluent;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>
/// Ring, fan-out and time line together, with random joins, lags, laps and reboots of the camera: whatever a client gets is whole pictures, decodable from the first on where that was
/// promised, and neither numbers nor time go back.
/// </summary>
public sealed class JoinAndLagProperties
{
    private static readonly byte[] s_buffer = new byte[1 << 20];

    [Fact]
    public void Deliver_RandomJoinsLagsAndReboots_IsDecodableAndMonotonic()
    {
        Gen<Step> steps = Gen.Choose(0, 99).SelectMany(kind => Gen.Choose(1, 60).Select(size => new Step(kind, size)));
        Arbitrary<Step[]> runs = Arb.From(Gen.ArrayOf(steps, 60));
        Config config = Config.QuickThrowOnFailure.WithMaxTest(25).WithQuietOnSuccess(true);
        Check.One(config, Prop.ForAll(runs, Run));
    }

    private static void Run(Step[] steps)
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromHours(1), LagBytesMax = 600_000 }, keepBytes: 1 << 20);
        Camera camera = new(fixture.Ring);
        List<Client> clients = [];
        foreach (Step step in steps)
        {
            switch (step.Kind)
            {
                case < 12:
                    clients.Add(new Client(fixture, camera, mode: step.Size % 3, smallBuffers: step.Size % 2 == 0));
                    break;
                case < 16 when clients.Count > 0:
                    Client leaving = clients[step.Size % clients.Count];
                    leaving.Leave();
                    clients.Remove(leaving);
                    break;
                case < 20:
                    fixture.OnShard(camera.Reboot);
                    break;
                case < 60:
                    foreach (Client client in clients)
                    {
                        client.Read(step.Size * 4000, waitMicros: 0);
                    }

                    break;
                default:
                    // Large pictures now and then, and pieces that end in their middle.
                    int packets = step.Kind > 92 ? step.Size * 5 : 1 + (step.Size / 4);
                    fixture.OnShard(() => camera.Send(packets, piece: 1 + (step.Kind % packets), fixture));
                    break;
            }
        }

        foreach (Client client in clients)
        {
            client.Drain();
            client.Leave();
        }
    }

    private readonly record struct Step(int Kind, int Size);

    /// <summary>A camera whose every life has numbers, times and a source of its own, put onto the mount's time line as the ingest does. On the shard.</summary>
    private sealed class Camera(PacketRing ring)
    {
        private readonly TrackTimeline _timeline = new(new MediaClock(), 90_000, 65_000, 0xFFFF_FF00);
        private readonly byte[] _packet = new byte[1400];
        private readonly Random _random = new(1);
        private int _number;
        private int _sent;
        private uint _time;
        private uint _ssrc;
        private long _nowMicros;
        private int _inGroup;

        public uint Edge { get; private set; }

        public long GroupStart { get; private set; } = -1;

        public uint GroupTime { get; private set; }

        public void Reboot()
        {
            _timeline.BeginSession();
            ring.Clear();
            _number = _random.Next(65_536);
            _time = (uint)_random.Next();
            _ssrc++;
            _nowMicros += 3_000_000;
            _inGroup = 0;
            GroupStart = -1;
        }

        public void Send(int packets, int piece, FanOutFixture fixture)
        {
            bool isKey = _inGroup++ % 12 == 0;
            _time += 3600;
            _nowMicros += 40_000;
            for (int i = 0; i < packets; i++)
            {
                Assert.True(_timeline.TryMap(_ssrc, (ushort)_number++, _time, _nowMicros, out ushort number, out uint timestamp));
                EntryFlags flags = (isKey ? EntryFlags.RandomAccess : EntryFlags.None) | (i == packets - 1 ? EntryFlags.Marker : EntryFlags.None);
                _packet[0] = 0x80;
                _packet[12] = 0;
                _packet[13] = isKey ? (byte)1 : (byte)0;
                BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), number);
                BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(4), timestamp);
                BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(14), (ushort)i);
                BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(16), (ushort)packets);
                BinaryPrimitives.WriteInt32BigEndian(_packet.AsSpan(18), 65_000 + _sent++);
                _ = ring.Append(0, flags, number, timestamp, fixture.Shard.NowMicros, _packet);
                if (i == 0 && isKey)
                {
                    GroupStart = ring.Head + (i % piece);
                    GroupTime = timestamp;
                }

                Edge = timestamp;
                if (i % piece == piece - 1)
                {
                    ring.Publish();
                    fixture.FanOut.OnEndOfTurn();
                }
            }

            ring.Publish();
            fixture.FanOut.OnEndOfTurn();
        }
    }

    private sealed class Client
    {
        private readonly FanOutFixture _fixture;
        private readonly TcpViewer _viewer;
        private readonly Socket _far;
        private readonly PictureReader _reader;
        private FanOut _fanOut = null!; // set on the shard

        public Client(FanOutFixture fixture, Camera camera, int mode, bool smallBuffers)
        {
            _fixture = fixture;
            _reader = new PictureReader(beginsAtRandomAccess: mode != 0);
            (_viewer, _far) = fixture.AddTcp([0, 2], smallBuffers ? 8 * 1024 : 0);
            fixture.OnShard(() =>
            {
                fixture.FanOut.Remove(_viewer);
                long start = fixture.Ring.NewestRandomAccess;
                _viewer.JoinSequence = fixture.Ring.Head;
                _viewer.WaitsForRandomAccess = mode != 0;
                if (mode == 2 && start >= 0 && start == camera.GroupStart)
                {
                    uint span = camera.Edge - camera.GroupTime;
                    _viewer.JoinSequence = start;
                    _viewer.WaitsForRandomAccess = false;
                    _viewer.CatchUp = new CatchUp(
                        fixture.Ring.Head, 0, span > 3600 ? new TimestampMap(0, camera.Edge, span, 3600) : null, long.MaxValue, null, 0);
                }

                _fanOut = fixture.Table.For(fixture.Ring, fixture.Counters);
                _fanOut.Add(_viewer);
            });
        }

        public void Read(int bytes, int waitMicros)
        {
            while (bytes > 0 && _far.Poll(waitMicros, SelectMode.SelectRead))
            {
                int count = _far.Receive(s_buffer, 0, Math.Min(bytes, s_buffer.Length), SocketFlags.None);
                Assert.True(count > 0, "the stream ended");
                _reader.Take(s_buffer.AsSpan(0, count));
                bytes -= count;
            }
        }

        public void Drain()
        {
            do
            {
                Read(int.MaxValue, 10_000);
            }
            while (_fixture.OnShard(() => _viewer.State) == TcpViewerState.Parked);
        }

        public void Leave() => _fixture.OnShard(() => _fanOut.Remove(_viewer));
    }
}
