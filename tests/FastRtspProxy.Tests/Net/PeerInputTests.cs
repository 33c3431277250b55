using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

/// <summary>The input of a connection: what is held, for how long, and who is served when.</summary>
public sealed class PeerInputTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly ShardGroup _shards = ShardGroup.Start(2, TimeProvider.System, NullLoggerFactory.Instance);
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _peers = [];
    private readonly InputBudget _budget = new(1 << 20);

    public PeerInputTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    private Shard Shard => _shards.Shards[0];

    public void Dispose()
    {
        _peers.ForEach(static peer => peer.Dispose());
        _listener.Dispose();
        _shards.Dispose();
    }

    [Fact]
    public async Task Consume_AllOfIt_NothingIsHeld()
    {
        ControlStream stream = Stream(out Socket peer);
        Task<int> reading = Shard.RunAsync(async () =>
        {
            stream.Start();
            Assert.True(await stream.Input.WaitAsync());
            int bytes = stream.Input.Unread.Length;
            stream.Input.Consume(bytes);
            return bytes;
        });
        peer.Send(new byte[300]);
        Assert.Equal(300, await reading.WaitAsync(s_limit));
        Assert.Equal(0, _budget.HeldBytesNow);
    }

    [Fact]
    public async Task Consume_APart_TheRestIsHeldOutsideTheScratchAndCountsWithItsBuffer()
    {
        ControlStream stream = Stream(out Socket peer);
        Task reading = Shard.RunAsync(async () =>
        {
            stream.Start();
            Assert.True(await stream.Input.WaitAsync());
            stream.Input.Consume(4);
        });
        peer.Send("one two"u8);
        await reading.WaitAsync(s_limit);
        string rest = await Shard.RunAsync(() =>
        {
            Shard.InputScratch.AsSpan().Fill((byte)'x');
            return Task.FromResult(System.Text.Encoding.ASCII.GetString(stream.Input.Unread));
        });
        Assert.Equal("two", rest);
        Assert.Equal(PeerInput.ReadBytes, _budget.HeldBytesNow);
        await Shard.RunAsync(() =>
        {
            stream.Close();
            stream.Input.Abandon();
            return Task.CompletedTask;
        });
        Assert.Equal(0, _budget.HeldBytesNow);
    }

    /// <summary>A unit of the largest size, in pieces of every kind: it arrives whole and in order, within the bound that the memory table names.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(65_536)]
    public async Task NeedMore_UntilTheLargestUnitIsThere_ItIsThereWholeAndTheBufferWithinItsBound(int pieceBytes)
    {
        const int unitBytes = PeerInput.BytesMax - PeerInput.ReadBytes;
        byte[] unit = new byte[unitBytes];
        new Random(1).NextBytes(unit);
        ControlStream stream = Stream(out Socket peer);
        Task<byte[]> reading = Shard.RunAsync(async () =>
        {
            stream.Start();
            Assert.True(await stream.Input.WaitAsync());
            stream.Input.Consume(3); // what follows does not begin at the front
            while (stream.Input.Unread.Length < unit.Length)
            {
                stream.Input.NeedMore();
                Assert.True(await stream.Input.WaitAsync());
                Assert.InRange(stream.Account.HeldBytes, 0, PeerInput.BytesMax);
            }

            return stream.Input.Unread.ToArray();
        });
        peer.NoDelay = true;
        peer.Send(new byte[3]);
        for (int at = 0; at < unit.Length; at += pieceBytes)
        {
            peer.Send(unit.AsSpan(at, Math.Min(pieceBytes, unit.Length - at)));
        }

        Assert.Equal(unit, await reading.WaitAsync(s_limit));
    }

    [Fact]
    public async Task Read_NobodyWaits_NothingIsTakenIn()
    {
        ControlStream stream = Stream(out Socket peer);
        await Shard.RunAsync(() =>
        {
            stream.Start();
            return Task.CompletedTask;
        });
        peer.Blocking = false;
        byte[] bytes = new byte[64 * 1024];
        for (int i = 0; i < 100; i++)
        {
            _ = peer.Send(bytes, SocketFlags.None, out _);
        }

        await Shard.RunAsync(static () => Task.CompletedTask);
        Assert.Equal(0, _budget.HeldBytesNow);
        Assert.True(stream.Input.Unread.IsEmpty);
    }

    [Fact]
    public async Task MoveTo_WithSomethingUnread_ItComesAlong()
    {
        ControlStream stream = Stream(out Socket peer);
        Task<string> reading = Shard.RunAsync(async () =>
        {
            stream.Start();
            Assert.True(await stream.Input.WaitAsync());
            stream.Input.Consume(6);
            await stream.MoveTo(_shards.Shards[1]);
            return System.Text.Encoding.ASCII.GetString(stream.Input.Unread);
        });
        peer.Send("first second"u8);
        Assert.Equal("second", await reading.WaitAsync(s_limit));
    }

    /// <summary>Two that never have enough, and one that asks now and then: no turn gives anybody more than its budget, and the third is served between theirs.</summary>
    [Fact]
    public async Task Turns_TwoFloodsOfFrames_NobodyGetsMoreThanItsBudgetATurnAndOthersAreServedInBetween()
    {
        const int Bytes = 400_000;
        List<(int Who, long Turn)> frames = [];
        TaskCompletionSource flooded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ControlStream[] floods = [Stream(out Socket one), Stream(out Socket other)];
        ControlStream third = Stream(out Socket third3);
        int ended = 0;
        await Shard.RunAsync(() =>
        {
            for (int i = 0; i < floods.Length; i++)
            {
                _ = ServeAsync(floods[i], i);
            }

            _ = ServeAsync(third, 2);
            return Task.CompletedTask;
        });
        foreach (Socket peer in (ReadOnlySpan<Socket>)[one, other])
        {
            _ = Task.Run(() => peer.Send(new byte[Bytes]));
        }

        await Until.TrueAsync(() => Volatile.Read(ref ended) > Bytes / 10);
        third3.Send(new byte[1]);
        await flooded.Task.WaitAsync(s_limit);

        (int Who, long Turn)[] seen = await Shard.RunAsync(() => Task.FromResult(frames.ToArray()));
        Assert.All(seen.GroupBy(static f => f), static turn => Assert.InRange(turn.Count(), 1, TurnBudget.FramesMax));
        int at = Array.FindIndex(seen, static f => f.Who == 2);
        Assert.InRange(at, 1, seen.Length - TurnBudget.FramesMax);

        async Task ServeAsync(ControlStream stream, int who)
        {
            stream.Start();
            while (await stream.Input.WaitAsync())
            {
                int bytes = stream.Input.Unread.Length;
                int used = 0;
                while (used < bytes)
                {
                    frames.Add((who, Shard.Turn));
                    used++;
                    if (!stream.Input.SpendFrame())
                    {
                        break;
                    }
                }

                stream.Input.Consume(used);
                if (Interlocked.Add(ref ended, used) == (2 * Bytes) + 1)
                {
                    flooded.SetResult();
                }
            }
        }
    }

    [Fact]
    public async Task Wait_NoMemory_IsReadWhenThereIsSome()
    {
        Hoarder hoarder = new(_budget);
        hoarder.Fill();
        ControlStream stream = Stream(out Socket peer);
        stream.Account.Holder = new Reader(stream);
        Task<bool> reading = Shard.RunAsync(async () =>
        {
            stream.Start();
            return await stream.Input.WaitAsync();
        });
        peer.Send("hello"u8);

        await Until.TrueAsync(() => hoarder.IsEvicted);
        await Shard.RunAsync(static () => Task.CompletedTask);
        Assert.False(reading.IsCompleted);
        hoarder.Leave();
        Assert.True(await reading.WaitAsync(s_limit));
    }

    [Fact]
    public async Task Wait_NoMemoryAndThePeerEnds_IsClosedAtOnce()
    {
        Hoarder hoarder = new(_budget);
        hoarder.Fill();
        ControlStream stream = Stream(out Socket peer);
        stream.Account.Holder = new Reader(stream);
        Task<bool> reading = Shard.RunAsync(async () =>
        {
            stream.Start();
            return await stream.Input.WaitAsync();
        });
        peer.Send("hello"u8);
        await Until.TrueAsync(() => hoarder.IsEvicted);

        peer.Dispose();

        Assert.False(await reading.WaitAsync(s_limit));
        await stream.Closed.WaitAsync(s_limit);
    }

    /// <summary>The last words of a player that hangs up with media unread, which is a reset, are a TEARDOWN.</summary>
    [Fact]
    public async Task Reset_WhileTheReaderIsAboutToRead_IsMetBehindTheLastBytesOrAtOnce()
    {
        ControlStream stream = Stream(out Socket peer);
        Task<bool> reading = Shard.RunAsync(async () =>
        {
            stream.Start();
            while (await stream.Input.WaitAsync())
            {
                stream.Input.Consume(stream.Input.Unread.Length);
            }

            return stream.Input.IsOver;
        });
        peer.Send("TEARDOWN"u8);
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();

        Assert.True(await reading.WaitAsync(s_limit));
        await stream.PeerEnded.WaitAsync(s_limit);
    }

    [Fact]
    public async Task TryRelease_SomethingUnread_GivesTheSocketAndTheBytes()
    {
        ControlStream stream = Stream(out Socket peer);
        Task<(Socket? Socket, byte[] Unread)> releasing = Shard.RunAsync(async () =>
        {
            stream.Start();
            Assert.True(await stream.Input.WaitAsync());
            stream.Input.Consume(2);
            Socket? released = stream.TryRelease(out byte[] unread);
            return (released, unread);
        });
        peer.Send("abcd"u8);
        (Socket? socket, byte[] unread) = await releasing.WaitAsync(s_limit);

        Assert.Equal("cd"u8, unread);
        Assert.True(stream.IsClosed);
        Assert.Equal(0, _budget.HeldBytesNow);
        Assert.NotNull(socket);
        socket.Send("still open"u8);
        Assert.Equal(10, peer.Receive(new byte[16]));
        socket.Dispose();
    }

    private ControlStream Stream(out Socket peer)
    {
        peer = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        peer.Connect(_listener.LocalEndPoint!);
        _peers.Add(peer);
        return new ControlStream(Shard, _listener.Accept(), _budget);
    }

    /// <summary>Somebody else, who holds all that there is until it is told to go, and longer.</summary>
    private sealed class Hoarder : IInputHolder
    {
        private readonly InputAccount _account;
        private readonly InputBudget _budget;
        private volatile bool _isEvicted;

        public Hoarder(InputBudget budget)
        {
            _budget = budget;
            _account = new InputAccount(budget) { Holder = this };
        }

        public bool IsEvicted => _isEvicted;

        public bool IsPlaying => false;

        public void Fill() => _account.Take((int)_budget.LimitBytes);

        public void Leave() => _account.Close();

        public void OnEvicted(long heldBytes) => _isEvicted = true;

        public void OnMemory()
        {
        }
    }

    private sealed class Reader(ControlStream stream) : IInputHolder
    {
        public bool IsPlaying => false;

        public void OnEvicted(long heldBytes)
        {
        }

        public void OnMemory() => stream.Shard.Post(stream.OnMemory);
    }
}
