using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Net;

public sealed class InputBudgetTests : IDisposable
{
    private readonly ShardGroup _shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _peers = [];

    public InputBudgetTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public void Dispose()
    {
        _peers.ForEach(static peer => peer.Dispose());
        _listener.Dispose();
        _shards.Dispose();
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(64, 8)]
    [InlineData(100, 12.5)]
    [InlineData(512, 64)]
    [InlineData(2048, 64)]
    public void LimitFor_Memory_IsAnEighthWithinBounds(long memoryMiB, double limitMiB) => Assert.Equal((long)(limitMiB * (1 << 20)), InputBudget.LimitFor(memoryMiB << 20));

    [Fact]
    public async Task Set_TheSumReachesTheLimit_TheLargestIsClosedAndNobodyElse()
    {
        InputBudget budget = new(100_000);
        ControlStream[] streams = [Stream(budget), Stream(budget), Stream(budget)];
        List<(ControlStream Stream, int Bytes)> closed = [];
        budget.Closing = (stream, bytes) => closed.Add((stream, bytes));

        await OnShardAsync(() =>
        {
            streams[0].Held!.Set(20_000);
            streams[1].Held!.Set(50_000);
            streams[2].Held!.Set(29_999);
        });
        Assert.False(budget.IsFull);
        await OnShardAsync(() => streams[0].Held!.Set(20_001));

        await Until.TrueAsync(() => streams[1].IsClosed);
        await OnShardAsync(() => { });
        Assert.Equal([(streams[1], 50_000)], closed);
        Assert.Equal(50_000, budget.HeldBytesNow);
        Assert.False(streams[0].IsClosed || streams[2].IsClosed);
    }

    [Fact]
    public async Task Read_NobodyConsumes_SoMuchAndOneReadIsTakenIn()
    {
        InputBudget budget = new(1 << 20);
        ControlStream stream = Stream(budget);
        await OnShardAsync(stream.Start);

        _peers[0].Blocking = false;
        await SendAllThatGoesAsync(_peers[0]);

        await Until.TrueAsync(() => budget.HeldBytesNow > 0);
        Assert.InRange(budget.HeldBytesNow, 1, 3 * 4096);
    }

    [Fact]
    public async Task Read_BudgetIsUsedUp_OnlyStreamsWithAPlayerAreRead()
    {
        InputBudget budget = new(8192);
        ControlStream other = Stream(budget);
        ControlStream idle = Stream(budget);
        ControlStream played = Stream(budget);
        played.IsPlayedOn = static () => true;
        budget.Closing = (_, _) => { };
        await OnShardAsync(() =>
        {
            for (int i = 0; i < 4; i++)
            {
                idle.NewHolder()!.Set(2048); // small ones: nobody is worth closing
            }

            idle.Start();
            played.Start();
        });
        await _peers[1].SendAsync(new byte[100]);
        await _peers[2].SendAsync(new byte[100]);

        await Until.TrueAsync(() => played.Input.TryRead(out System.IO.Pipelines.ReadResult read) && read.Buffer.Length == 100);
        Assert.False(idle.Input.TryRead(out _));
        Assert.False(other.IsClosed);
    }

    private Task OnShardAsync(Action work) => _shards.Shards[0].RunAsync(() =>
    {
        work();
        return Task.CompletedTask;
    });

    private ControlStream Stream(InputBudget budget)
    {
        Socket peer = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(_listener.LocalEndPoint!);
        _peers.Add(peer);
        return new ControlStream(_shards.Shards[0], _listener.Accept(), budget);
    }

    /// <summary>Until the kernel takes no more, or far more than we would take.</summary>
    private static async Task SendAllThatGoesAsync(Socket socket)
    {
        byte[] bytes = new byte[64 * 1024];
        long sent = 0;
        for (int refused = 0; refused < 10 && sent < 4 << 20;)
        {
            int count = socket.Send(bytes, SocketFlags.None, out SocketError error);
            sent += error == SocketError.Success ? count : 0;
            refused += error == SocketError.Success ? 0 : 1;
            await Task.Yield();
        }
    }
}
