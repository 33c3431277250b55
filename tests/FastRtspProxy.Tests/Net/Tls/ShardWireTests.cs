using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>What a shard does for a connection of TLS that nobody reads or writes at present.</summary>
public sealed class ShardWireTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Connection_BreaksWhileNobodyWaits_TheShardSleepsAndTheNextReadIsTold()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        (Socket near, Socket far) = await ConnectAsync();
        ShardWire wire = new(shard, SocketSetup.Fd(near));
        byte[] bytes = new byte[100];
        Task<int> first = wire.ReadAsync(bytes).AsTask();
        await far.SendAsync("0123456789"u8.ToArray());
        Assert.Equal(10, await first.WaitAsync(s_limit)); // it is in the shard's epoll now, and nobody waits

        far.LingerState = new LingerOption(true, 0);
        far.Dispose();
        long before = await TurnsAsync(shard);
        await Task.Delay(100);
        Assert.InRange(await TurnsAsync(shard) - before, 0, 500); // one that spins has thousands

        await Assert.ThrowsAsync<IOException>(async () => await wire.ReadAsync(bytes).AsTask().WaitAsync(s_limit));
        await wire.EndAsync(new IOException("closed"));
        near.Dispose();
    }

    /// <summary>The near end has said that it sends no more, so the far end's word makes it a hang-up, with bytes that nobody read yet.</summary>
    [Fact]
    public async Task Connection_HangsUpWhileNobodyWaits_WhatCameBeforeIsRead()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        (Socket near, Socket far) = await ConnectAsync();
        ShardWire wire = new(shard, SocketSetup.Fd(near));
        byte[] bytes = new byte[4];
        Task<int> first = wire.ReadAsync(bytes).AsTask();
        await far.SendAsync("0123456789"u8.ToArray());
        Assert.Equal(4, await first.WaitAsync(s_limit));

        near.Shutdown(SocketShutdown.Send);
        far.Shutdown(SocketShutdown.Send);
        long before = await TurnsAsync(shard);
        await Task.Delay(100);
        Assert.InRange(await TurnsAsync(shard) - before, 0, 500); // one that spins has thousands

        int rest = 0;
        while (await wire.ReadAsync(bytes).AsTask().WaitAsync(s_limit) is > 0 and int count)
        {
            rest += count;
        }

        Assert.Equal(6, rest);
        await wire.EndAsync(new IOException("closed"));
        near.Dispose();
        far.Dispose();
    }

    /// <summary>As the TLS code reads: it is told that there is something, then it wants as much of it as it has room for, and comes again.</summary>
    [Fact]
    public async Task ReadAsync_PeerHasSentManySmallRecords_ATurnGetsItsBudgetOfThem()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        (Socket near, Socket far) = await ConnectAsync();
        ShardWire wire = new(shard, SocketSetup.Fd(near));
        byte[] sent = SmallRecords(2000);
        await far.SendAsync(sent);

        Dictionary<long, int> bytesByTurn = await shard.RunAsync(async () =>
        {
            wire.RunOnShard();
            Dictionary<long, int> read = [];
            byte[] bytes = new byte[32 * 1024];
            while (read.Values.Sum() < sent.Length)
            {
                Assert.Equal(0, await wire.ReadAsync(Memory<byte>.Empty));
                int count = await wire.ReadAsync(bytes);
                Assert.InRange(count, 1, bytes.Length);
                read[shard.Turn] = read.GetValueOrDefault(shard.Turn) + count;
                wire.NoteDecrypted();
            }

            return read;
        }).WaitAsync(s_limit);

        Assert.InRange(bytesByTurn.Values.Max(), 1, (TurnBudget.RecordsMax * SmallRecordBytes) + 4096);
        await wire.EndAsync(new IOException("closed"));
        near.Dispose();
        far.Dispose();
    }

    [Fact]
    public async Task ReadAsync_NothingOfItIsForUs_TheConnectionIsGivenUp()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        (Socket near, Socket far) = await ConnectAsync();
        ShardWire wire = new(shard, SocketSetup.Fd(near));
        await far.SendAsync(SmallRecords(2000));
        int read = 0;

        Task reading = shard.RunAsync(async () =>
        {
            wire.RunOnShard();
            byte[] bytes = new byte[32 * 1024];
            while (true)
            {
                read += await wire.ReadAsync(bytes);
            }
        });

        IOException end = await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(s_limit));
        Assert.Equal(SocketError.ProtocolNotSupported, Assert.IsType<SocketException>(end.InnerException).SocketErrorCode);
        Assert.InRange(read, TlsRecordMeter.IdleBytesMax, TlsRecordMeter.IdleBytesMax + 4096);
        await wire.EndAsync(new IOException("closed"));
        near.Dispose();
        far.Dispose();
    }

    /// <summary>As long as an update of keys.</summary>
    private const int SmallRecordBytes = 27;

    private static byte[] SmallRecords(int count)
    {
        byte[] records = new byte[count * SmallRecordBytes];
        for (int i = 0; i < count; i++)
        {
            ((ReadOnlySpan<byte>)[23, 3, 3, 0, SmallRecordBytes - 5]).CopyTo(records.AsSpan(i * SmallRecordBytes));
        }

        return records;
    }

    private static Task<long> TurnsAsync(Shard shard) => shard.RunAsync(() => Task.FromResult((long)shard.Turn));

    private static async Task<(Socket Near, Socket Far)> ConnectAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(listener.LocalEndPoint!);
        near.Blocking = false;
        return (near, await listener.AcceptAsync());
    }
}
